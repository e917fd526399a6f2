"""Which record leaves a full L1 first: cachetools' caches, told of every record that goes."""

import heapq
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from cachetools import Cache, LFUCache, LRUCache

from workers.cache.config import EvictionStrategy

MOST_USES = 3
"""A record is not known to be wanted more than that: so it leaves soon when it is no more."""
SMALL_SHARE = 10
"""A tenth of the cache is for newcomers."""


class Expiring(Protocol):
    """A record that knows its end."""

    @property
    def deadline(self) -> float:
        """Monotonic time in seconds."""
        ...


class Counting(Protocol):
    """A record that knows how often it was used."""

    uses: int
    """Since it came, or was last spared."""


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


class S3FifoCache(Cache[str, Any]):
    """Newcomers wait in a small queue; those used meanwhile move to the main one, the others leave, and are remembered.

    S3-FIFO (Yang, Zhang, Qiu, Yue, Rashmi: FIFO queues are all you need for cache eviction, SOSP 2023). Most of what
    is asked once is not asked again, and passes here through a tenth of the cache: a scan drives nothing popular out.
    Who is asked for again soon after leaving goes straight to the main queue. A use costs one increment, no reordering.

    Beyond the paper: what is deleted from the main queue, since it expired or a rule killed it, is remembered as well:
    its next answer is as popular.
    """

    def __init__(self, maxsize: float) -> None:
        super().__init__(maxsize)
        self._most_small = max(int(maxsize) // SMALL_SHARE, 1)
        self._small: OrderedDict[str, None] = OrderedDict()
        self._main: OrderedDict[str, None] = OrderedDict()
        self._remembered: OrderedDict[str, None] = OrderedDict()
        """Names alone, as many as the cache may hold records."""

    def __getitem__(self, key: str) -> Counting:
        record: Counting = Cache.__getitem__(self, key)
        if record.uses < MOST_USES:
            record.uses += 1
        return record

    def __setitem__(self, key: str, record: Counting) -> None:
        is_known, is_wanted = key in self, key in self._remembered
        super().__setitem__(key, record)
        if not is_known:
            self._remembered.pop(key, None)
            (self._main if is_wanted else self._small)[key] = None

    def __delitem__(self, key: str) -> None:
        super().__delitem__(key)
        if key in self._main:
            del self._main[key]
            self._remember(key)
        else:
            self._small.pop(key, None)

    def popitem(self) -> tuple[str, Any]:
        """Remove and return the oldest record that was not used; those met on the way stay, with one use less."""
        while self._small or self._main:
            is_small = len(self._small) >= self._most_small or not self._main
            queue = self._small if is_small else self._main
            key = next(iter(queue))
            record = Cache.__getitem__(self, key)
            del queue[key]
            if record.uses == 0:
                if is_small:
                    self._remember(key)
                del self[key]
                return key, record
            record.uses = 0 if is_small else record.uses - 1
            self._main[key] = None
        raise KeyError("the cache is empty")

    def clear(self) -> None:
        """Remove everything, what is remembered too."""
        super().clear()
        for queue in (self._small, self._main, self._remembered):
            queue.clear()

    def _remember(self, key: str) -> None:
        self._remembered[key] = None
        self._remembered.move_to_end(key)
        if len(self._remembered) > self.maxsize:
            self._remembered.popitem(last=False)


_BASES: dict[EvictionStrategy, type[Cache[str, Any]]] = {
    EvictionStrategy.LRU: LRUCache,
    EvictionStrategy.LFU: LFUCache,
    EvictionStrategy.TTL: SoonestToExpireCache,
    EvictionStrategy.S3FIFO: S3FifoCache,
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
