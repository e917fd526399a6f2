"""L1: the answers in the worker's own memory, under the exact key or the key of an accepted paraphrase."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from cachetools import Cache

from schemas.lookup import Match
from workers.cache.config import L1CacheConfig
from workers.cache.entry import Entry
from workers.cache.eviction import evicting_cache
from workers.cache.observer import L1Removal
from workers.cache.rules import PlacedRule, Replacement, kills

_Name = TypeVar("_Name")


@dataclass(slots=True)
class L1Record:
    """One key's answer."""

    entry: Entry
    deadline: float
    """Monotonic time in seconds after which it may not be served: the entry's expiry, or the alias's."""
    match: Match
    similarity: float
    uses: int = field(default=0, compare=False)
    """For the strategy of eviction that counts them."""


class L1Cache:
    """Bounded by records and bytes. Knows which records depend on what, so that a rule costs what it kills."""

    def __init__(
        self, config: L1CacheConfig, on_removed: Callable[[L1Removal, int], None] = lambda _reason, _count: None
    ) -> None:
        """`on_removed` is told why, and how many."""
        self._max_bytes = config.max_bytes
        self._on_removed = on_removed
        self._records: Cache[str, Any] = evicting_cache(config.eviction_strategy, config.max_size, self._unindex)
        self._by_tag: dict[tuple[str, str], set[str]] = defaultdict(set)
        self._by_namespace: dict[str, set[str]] = defaultdict(set)
        self._by_entry: dict[str, set[str]] = defaultdict(set)
        self.bytes = 0
        """Bytes held, as `Entry.size` counts them."""

    def __len__(self) -> int:
        return len(self._records)

    def get(self, key: str, now: float) -> L1Record | None:
        """The record under a key, unless it has expired at monotonic time `now`."""
        try:
            record: L1Record = self._records[key]
        except KeyError:
            return None
        if record.deadline <= now:
            del self._records[key]
            self._on_removed(L1Removal.EXPIRED, 1)
            return None
        return record

    def put(self, key: str, record: L1Record) -> None:
        """Keep a record; copies of the entry in another version go."""
        entry = record.entry
        if key in self._records:
            del self._records[key]
        for other in tuple(self._by_entry.get(entry.entry_id, ())):
            if self._entry(other).version != entry.version:
                del self._records[other]
                self._on_removed(L1Removal.REPLACED, 1)
        if entry.size > self._max_bytes:
            return
        before = len(self._records)
        while self.bytes + entry.size > self._max_bytes:
            self._records.popitem()
        self._records[key] = record
        self._index(key, entry)
        if (evicted := before + 1 - len(self._records)) > 0:
            self._on_removed(L1Removal.FULL, evicted)

    def evict(self, record: PlacedRule | Replacement) -> int:
        """Drop what a rule kills, or what a replacement makes out of date; the number of records dropped."""
        if isinstance(record, Replacement):
            keys = self._by_entry.get(record.entry_id, set())
            doomed = [key for key in keys if self._entry(key).version != record.version]
        else:
            doomed = [key for key in self._touched(record) if kills(record, self._entry(key))]
        for key in doomed:
            del self._records[key]
        if doomed:
            is_new_answer = isinstance(record, Replacement)
            self._on_removed(L1Removal.REPLACED if is_new_answer else L1Removal.INVALIDATED, len(doomed))
        return len(doomed)

    def separate(self, key: str, entry_id: str) -> None:
        """Drop the record of a question if it is this entry's: the pairing is forbidden."""
        if key in self._by_entry.get(entry_id, ()):
            del self._records[key]
            self._on_removed(L1Removal.INVALIDATED, 1)

    def clear(self) -> None:
        """Drop everything."""
        if self._records:
            self._on_removed(L1Removal.RESET, len(self._records))
        for table in (self._by_tag, self._by_namespace, self._by_entry):
            table.clear()
        self._records.clear()
        self.bytes = 0

    def _touched(self, placed: PlacedRule) -> set[str]:
        """Keys that the rule may kill: a superset, found by what it names."""
        rule = placed.rule
        if rule.everything:
            return self._by_namespace.get(rule.namespace, set())
        if rule.match_all:
            sets = [self._by_tag.get((rule.namespace, tag), set()) for tag in rule.tags]
            return min(sets, key=len, default=set())
        touched: set[str] = set()
        for tag in rule.tags:
            touched |= self._by_tag.get((rule.namespace, tag), set())
        for entry_id in rule.entry_ids:
            touched |= self._by_entry.get(entry_id, set())
        return touched

    def _entry(self, key: str) -> Entry:
        """A record's entry; to look at it here is no use of it."""
        record: L1Record = Cache.__getitem__(self._records, key)
        return record.entry

    def _index(self, key: str, entry: Entry) -> None:
        self.bytes += entry.size
        self._by_entry[entry.entry_id].add(key)
        self._by_namespace[entry.namespace].add(key)
        for tag in entry.tags:
            self._by_tag[entry.namespace, tag].add(key)

    def _unindex(self, key: str, record: L1Record) -> None:
        entry = record.entry
        self.bytes -= entry.size
        _discard(self._by_entry, entry.entry_id, key)
        _discard(self._by_namespace, entry.namespace, key)
        for tag in set(entry.tags):
            _discard(self._by_tag, (entry.namespace, tag), key)


def _discard(table: dict[_Name, set[str]], name: _Name, key: str) -> None:
    keys = table[name]
    keys.discard(key)
    if not keys:
        del table[name]
