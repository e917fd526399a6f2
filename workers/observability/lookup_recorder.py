"""Counts and times of lookups, in plain numbers: half a microsecond for both.

The client library's own counter and histogram take three to four times as long (a lock each), which a path of some
20 µs would feel. This one is for the event loop alone, and is read there too.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import accumulate

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector


class Tally:
    """The lookups of one kind."""

    __slots__ = ("_bounds", "buckets", "count", "seconds")

    def __init__(self, bounds: Sequence[float]) -> None:
        self._bounds = bounds
        self.buckets = [0] * (len(bounds) + 1)
        self.count = 0
        self.seconds = 0.0

    def add(self, seconds: float) -> None:
        """One more."""
        self.count += 1
        self.seconds += seconds
        self.buckets[bisect_left(self._bounds, seconds)] += 1


class LookupRecorder(Collector):
    """Two metrics: a counter by kind, and a histogram of seconds by path; several kinds may share a path."""

    def __init__(
        self, counter: tuple[str, str], histogram: tuple[str, str], labels: Sequence[str], bounds: Sequence[float]
    ) -> None:
        self._counter = counter
        self._histogram = histogram
        self._labels = labels
        self._bounds = tuple(bounds)
        self._tallies: dict[tuple[str, ...], tuple[str, Tally]] = {}

    def tally(self, labels: tuple[str, ...], path: str) -> Tally:
        """The tally of one kind, which is there from now on, at zero."""
        return self._tallies.setdefault(labels, (path, Tally(self._bounds)))[1]

    def collect(self) -> Iterable[Metric]:
        """For a registry: the numbers of now."""
        name, text = self._counter
        counter = CounterMetricFamily(name, text, labels=self._labels)
        for labels, (_, tally) in self._tallies.items():
            counter.add_metric(labels, tally.count)
        yield counter
        name, text = self._histogram
        histogram = HistogramMetricFamily(name, text, labels=["path"])
        for path in dict.fromkeys(path for path, _ in self._tallies.values()):
            tallies = [tally for of, tally in self._tallies.values() if of == path]
            sums = accumulate(sum(column) for column in zip(*(t.buckets for t in tallies), strict=True))
            edges = [*map(str, self._bounds), "+Inf"]
            histogram.add_metric([path], list(zip(edges, sums, strict=True)), sum(t.seconds for t in tallies))
        yield histogram
