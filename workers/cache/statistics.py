"""The counts behind `get_metrics()` and `/stats`: hits by layer, contexts and tags; in memory, since the start."""

from collections.abc import Iterable
from typing import TypedDict

from schemas.lookup import Layer
from workers.cache.frequent import FrequentNames


class LayerMetrics(TypedDict):
    """One level's share."""

    hits: int
    hit_rate_percentage: float
    """L1: of all lookups; L2: of the lookups that reached L2."""
    avg_latency_ms: float
    """Of its hits."""


class CacheMetrics(TypedDict):
    """What `get_metrics()` returns; the keys are part of the contract."""

    total_queries: int
    hit_rate_percentage: float
    l1_cache: LayerMetrics
    l2_cache: LayerMetrics
    context_hits: dict[str, int]
    """Hits by the lookup's `user_persona`; lookups without one are not in it."""
    tag_invalidations: dict[str, int]
    """How often each tag was invalidated."""


class _Level:
    """Counts of one level."""

    __slots__ = ("hits", "seconds")

    def __init__(self) -> None:
        self.hits = 0
        self.seconds = 0.0

    def metrics(self, asked: int) -> LayerMetrics:
        return {
            "hits": self.hits,
            "hit_rate_percentage": _percentage(self.hits, asked),
            "avg_latency_ms": round(self.seconds / self.hits * 1000, 3) if self.hits else 0.0,
        }


class CacheStatistics:
    """Counts lookups and invalidations. Not thread-safe: for the event loop alone.

    A lookup that L2 could not be asked for counts as a query that did not reach L2: an outage lowers the overall
    rate, as it does for users, but is never held against L2 as an absence.
    """

    def __init__(self) -> None:
        self._l1 = _Level()
        self._l2 = _Level()
        self._misses = 0
        self._misses_in_l2 = 0
        self._personas = FrequentNames()
        self._tags = FrequentNames()

    def hit(self, layer: Layer, persona: str | None, seconds: float) -> None:
        """A lookup was answered by this layer, after so long."""
        level = self._l1 if layer is Layer.L1 else self._l2
        level.hits += 1
        level.seconds += seconds
        if persona is not None:
            self._personas.add(persona)

    def miss(self, *, reached_l2: bool) -> None:
        """A lookup was not answered; `reached_l2` is false when L2 could not be asked, or was not to be."""
        self._misses += 1
        self._misses_in_l2 += reached_l2

    def tag_invalidated(self, tags: Iterable[str]) -> None:
        """A rule named these tags."""
        self._tags.add_all(tags)

    def snapshot(self) -> CacheMetrics:
        """All counts since the start."""
        hits = self._l1.hits + self._l2.hits
        total = hits + self._misses
        return {
            "total_queries": total,
            "hit_rate_percentage": _percentage(hits, total),
            "l1_cache": self._l1.metrics(total),
            "l2_cache": self._l2.metrics(self._l2.hits + self._misses_in_l2),
            "context_hits": self._personas.snapshot(),
            "tag_invalidations": self._tags.snapshot(),
        }


def _percentage(part: int, whole: int) -> float:
    return round(part / whole * 100, 1) if whole else 0.0
