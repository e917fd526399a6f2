"""Which record leaves a full L1 first: cachetools' caches, told of every record that goes."""

import heapq
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from cachetools import Cache, LFUCache, LRUCache

from workers.cache.config import EvictionStrategy


class Expiring(Protocol):
    """A record that knows its end."""

    @property
    def deadline(self) -> float:
        """Monotonic time in seconds."""
        ...


class SoonestToExpireCache(Cache[str, Any]):
    """Evicts what would expire first; cachetools' own timed caches evict the least recently used."""

    def __init__(self, maxsize: float) -> None:
        super().__init__(maxsize)
        self._heap: list[tuple[float, str]] = []

    def __setitem__(self, key: str, record: Expiring) -> None:
        super().__setitem__(key, record)
        heapq.heappush(self._heap, (record.deadline, key))
        if len(self._heap) > 2 * len(self) + 64:
            self._heap = [(kept.deadline, name) for name, kept in self._items()]
            heapq.heapify(self._heap)

    def _items(self) -> Iterator[tuple[str, Any]]:
        return ((key, Cache.__getitem__(self, key)) for key in self)

    def popitem(self) -> tuple[str, Any]:
        """Remove and return the record that would expire first."""
        while self._heap:
            deadline, key = heapq.heappop(self._heap)
            if key in self and (record := Cache.__getitem__(self, key)).deadline == deadline:
                del self[key]
                return key, record
        raise KeyError("the cache is empty")


_BASES: dict[EvictionStrategy, type[Cache[str, Any]]] = {
    EvictionStrategy.LRU: LRUCache,
    EvictionStrategy.LFU: LFUCache,
    EvictionStrategy.TTL: SoonestToExpireCache,
}


def evicting_cache(strategy: EvictionStrategy, maxsize: int, on_removed: Callable[[str, Any], None]) -> Cache[str, Any]:
    """A bounded mapping that calls `on_removed(key, record)` for whatever leaves it, evicted or deleted."""
    base = _BASES[strategy]

    class Watched(base):  # type: ignore[valid-type,misc]
        def __delitem__(self, key: str) -> None:
            record: Any = Cache.__getitem__(self, key)
            base.__delitem__(self, key)
            on_removed(key, record)

    return Watched(maxsize)
