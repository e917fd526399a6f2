"""The recent rules in memory: what a worker has seen of the coherence log, asked in constant time.

Bounded by time and by count. `floor` says from which offset on the memory is whole: what a caller asks about below
it is unknown, and unknown is never taken for harmless.
"""

from bisect import bisect_left
from collections import defaultdict, deque
from dataclasses import dataclass, field

from workers.cache.entry import Entry
from workers.cache.rules import PlacedRule, Replacement, kills


@dataclass(slots=True)
class _Tenant:
    """The rules of one namespace, newest offset by what they name."""

    by_tag: dict[str, int] = field(default_factory=dict)
    by_id: dict[str, int] = field(default_factory=dict)
    everything: int = -1
    all_of: deque[PlacedRule] = field(default_factory=deque)
    replaced: dict[str, deque[Replacement]] = field(default_factory=lambda: defaultdict(deque))


class RecentRules:
    """All rules from `floor` up to, not including, `position`."""

    def __init__(self, *, max_count: int, start: int = 0) -> None:
        self._max_count = max_count
        self._tenants: dict[str, _Tenant] = {}
        self._records: deque[PlacedRule | Replacement] = deque()
        self._latest: deque[int] = deque()
        """For each record the latest timestamp so far: rising, although brokers' clocks may step back."""
        self._forgotten_ms = -1
        """The latest timestamp of anything below the floor."""
        self.position = start
        """The next offset to be followed: all rules below it have been seen."""
        self.floor = start
        """All rules at or above it are in this memory."""

    def __len__(self) -> int:
        return len(self._records)

    def reset(self, start: int, forgotten_ms: int = -1) -> None:
        """Forget everything; begin at `start`, with nothing younger than `forgotten_ms` (Unix ms) before it."""
        self._tenants.clear()
        self._records.clear()
        self._latest.clear()
        self._forgotten_ms = forgotten_ms
        self.position = self.floor = start

    def add(self, record: PlacedRule | Replacement) -> None:
        """Take the next record of the log; offsets that the broker skipped are passed."""
        if record.offset < self.position:
            return
        self.position = record.offset + 1
        self._records.append(record)
        self._latest.append(max(record.timestamp_ms, self._latest[-1] if self._latest else self._forgotten_ms))
        tenant = self._tenants.setdefault(
            record.rule.namespace if isinstance(record, PlacedRule) else record.namespace, _Tenant()
        )
        if isinstance(record, Replacement):
            tenant.replaced[record.entry_id].append(record)
        elif record.rule.everything:
            tenant.everything = record.offset
        elif record.rule.match_all:
            tenant.all_of.append(record)
        else:
            tenant.by_tag.update(dict.fromkeys(record.rule.tags, record.offset))
            tenant.by_id.update(dict.fromkeys(record.rule.entry_ids, record.offset))
        if len(self._records) > self._max_count:
            self._drop_oldest()

    def pass_to(self, position: int) -> None:
        """Offsets below `position` that hold no rule for us have been seen."""
        self.position = max(self.position, position)

    def newest_kill(self, entry: Entry) -> int | None:
        """The offset of a remembered rule that kills the entry, if there is one.

        It answers for rules at or above `floor` only; see `covers`.
        """
        tenant = self._tenants.get(entry.namespace)
        if tenant is None:
            return None
        newest = max(tenant.everything, tenant.by_id.get(entry.entry_id, -1))
        by_tag = tenant.by_tag
        if by_tag:
            for tag in entry.tags:
                newest = max(newest, by_tag.get(tag, -1))
        for placed in reversed(tenant.all_of):
            if placed.offset <= newest or placed.offset < entry.fence:
                break
            if kills(placed, entry):
                newest = placed.offset
                break
        return newest if newest >= entry.fence else None

    def covers(self, fence: int) -> bool:
        """Whether every rule that could kill an entry of this fence is remembered, as far as it is followed."""
        return fence >= self.floor

    def is_superseded(self, entry: Entry, since: int) -> bool:
        """Whether, at or after position `since`, the entry was announced to have another answer than this one.

        Replacements below `since` do not count: the read began when they had been seen, so it saw their effect
        (invariant ReplacedBounded).
        """
        tenant = self._tenants.get(entry.namespace)
        if tenant is None:
            return False
        announced = tenant.replaced.get(entry.entry_id, ())
        return any(r.offset >= since and r.version != entry.version for r in announced)

    def position_at(self, timestamp_ms: int) -> int | None:
        """The log position at a broker time: the lowest remembered offset not older than it, else `position`.

        It errs low: a rule of the same millisecond counts as later. None: what is forgotten reaches that time
        (invariant FencelessNotTooYoung).
        """
        if timestamp_ms <= self._forgotten_ms:
            return None
        index = bisect_left(self._latest, timestamp_ms)
        return self._records[index].offset if index < len(self._records) else self.position

    def rules_of(self, namespace: str) -> list[PlacedRule]:
        """The remembered rules of a namespace, oldest first."""
        return [r for r in self.rules() if r.rule.namespace == namespace]

    def rules(self) -> list[PlacedRule]:
        """All remembered rules, oldest first; replacements left out."""
        return [r for r in self._records if isinstance(r, PlacedRule)]

    def timestamp_of(self, offset: int) -> int | None:
        """The broker time of a remembered record, in Unix milliseconds."""
        index = bisect_left(self._records, offset, key=lambda record: record.offset)
        if index < len(self._records) and self._records[index].offset == offset:
            return self._records[index].timestamp_ms
        return None

    def trim(self, before_ms: int) -> None:
        """Forget records older than a broker time in Unix milliseconds; `floor` rises."""
        while self._records and self._records[0].timestamp_ms < before_ms:
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        record = self._records.popleft()
        self._forgotten_ms = self._latest.popleft()
        self.floor = max(self.floor, record.offset + 1)
        if isinstance(record, Replacement):
            self._forget_replacement(record)
            return
        tenant, rule, offset = self._tenants[record.rule.namespace], record.rule, record.offset
        if rule.match_all:
            tenant.all_of.popleft()
        if tenant.everything == offset:
            tenant.everything = -1
        for table, names in ((tenant.by_tag, rule.tags), (tenant.by_id, rule.entry_ids)):
            for name in names:
                if table.get(name) == offset:
                    del table[name]

    def _forget_replacement(self, record: Replacement) -> None:
        tenant = self._tenants[record.namespace]
        announced = tenant.replaced[record.entry_id]
        announced.popleft()
        if not announced:
            del tenant.replaced[record.entry_id]
