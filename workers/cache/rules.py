"""Rules, and the one predicate that says what a rule kills. Pure: values in, verdict out.

The same predicate is written once more in Lua, beside the writes that must be atomic with it; one test holds both
to the same table of cases.
"""

from dataclasses import dataclass

from workers.cache.entry import Entry


@dataclass(frozen=True, slots=True)
class Rule:
    """What an invalidation names: exactly one of tags, entry ids, everything."""

    namespace: str
    tags: frozenset[str] = frozenset()
    match_all: bool = False
    """False: any of the tags; true: all of them."""
    entry_ids: frozenset[str] = frozenset()
    everything: bool = False

    def matches(self, entry: Entry) -> bool:
        """Whether it names this entry, whatever the times."""
        if entry.namespace != self.namespace:
            return False
        if self.everything:
            return True
        if self.tags:
            return self.tags.issubset(entry.tags) if self.match_all else not self.tags.isdisjoint(entry.tags)
        return entry.entry_id in self.entry_ids


@dataclass(frozen=True, slots=True)
class PlacedRule:
    """A rule at its place in the log."""

    offset: int
    timestamp_ms: int
    """Unix time in milliseconds, given by the broker on append."""
    rule: Rule

    @property
    def token_position(self) -> int:
        """A worker at this position or beyond has seen the rule."""
        return self.offset + 1


@dataclass(frozen=True, slots=True)
class Replacement:
    """An entry has another answer now; copies of any other version are out of date."""

    offset: int
    timestamp_ms: int
    namespace: str
    entry_id: str
    version: str


def kills(placed: PlacedRule, entry: Entry) -> bool:
    """Rule N kills entry e ⇔ same namespace, N ≥ e.fence, and the rule matches e (invariant L2Current)."""
    return placed.offset >= entry.fence and placed.rule.matches(entry)
