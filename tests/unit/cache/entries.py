"""Entries and rules for tests, with one default for all that a test does not speak of."""

from dataclasses import replace

from workers.cache.entry import Entry
from workers.cache.keys import NO_CONTEXT, entry_id
from workers.cache.rules import PlacedRule, Replacement, Rule

BASE = Entry(
    entry_id="",
    namespace="shop",
    context_key=NO_CONTEXT,
    prompt="How long does the battery last?",
    response="18 hours.",
    fence=10,
    created_at=1_000.0,
    expires_at=2_000.0,
)


def an_entry(**fields: object) -> Entry:
    """An entry; its id follows from its prompt unless given."""
    entry = replace(BASE, **fields)  # type: ignore[arg-type]
    if not entry.entry_id:
        entry = replace(entry, entry_id=entry_id(entry.namespace, entry.context_key, entry.prompt))
    return entry.with_version()


def a_rule(offset: int, *tags: str, namespace: str = "shop", match_all: bool = False, at_ms: int = 0) -> PlacedRule:
    """A placed rule over tags."""
    return PlacedRule(offset, at_ms or offset, Rule(namespace, tags=frozenset(tags), match_all=match_all))


def a_clear(offset: int, namespace: str = "shop") -> PlacedRule:
    """A placed rule over everything."""
    return PlacedRule(offset, offset, Rule(namespace, everything=True))


def an_id_rule(offset: int, *ids: str, namespace: str = "shop") -> PlacedRule:
    """A placed rule over entry ids."""
    return PlacedRule(offset, offset, Rule(namespace, entry_ids=frozenset(ids)))


def a_replacement(offset: int, entry: Entry) -> Replacement:
    """The announcement of an entry's new answer."""
    return Replacement(offset, offset, entry.namespace, entry.entry_id, entry.version)
