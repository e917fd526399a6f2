"""Part `eviction`: how often each strategy of L1 has what is asked for, against the best possible; its cost."""

import gc
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks.figures import Report
from benchmarks.plots import Plot
from benchmarks.questions import ANSWER, catalogue
from benchmarks.stage import Stage, entry_of
from benchmarks.traces import Trace, best_hits, generated, recorded
from schemas.lookup import Match
from workers.cache.config import EvictionStrategy, L1CacheConfig
from workers.cache.l1 import L1Cache, L1Record

SHARES = (0.01, 0.05, 0.1, 0.25)
"""Sizes of the cache, of the distinct keys."""
BEST = "best"


@dataclass(frozen=True, slots=True)
class _Sizes:
    """How long the traces are."""

    keys: int
    length: int


FULL = _Sizes(keys=5_000, length=50_000)
QUICK = _Sizes(keys=100, length=1_000)


@dataclass(slots=True)
class _Seen:
    """What a run has seen, by strategy."""

    rates: dict[tuple[str, float], dict[str, float]] = field(default_factory=dict)
    """By trace and share: hits of all requests."""
    microseconds: dict[str, list[float]] = field(default_factory=dict)

    def of_best(self, strategy: str) -> list[float]:
        """Hits against the best possible, one value a trace and size."""
        return [rates[strategy] / rates[BEST] for rates in self.rates.values() if rates[BEST]]


async def run(stage: Stage, rounds: int, report: Report) -> None:
    """Every trace through the L1 itself, a miss being followed by a put, as a lookup that L2 answers is.

    A trace gives the same hits each time, so rounds repeat only what is timed, on the first trace and size.
    """
    sizes = stage.pick(FULL, quick=QUICK)
    traces = generated(sizes.keys, sizes.length)
    if stage.trace is not None:
        traces.append(recorded(stage.trace))
    seen = _Seen()
    for trace in traces:
        for share in SHARES:
            _replay_all(trace, share, seen, report)
    for _ in range(rounds):
        _time_all(traces[1], report)
    for strategy in EvictionStrategy:
        values = seen.of_best(strategy)
        report.figure(f"{strategy}: mean of all", "% of best").add(100 * statistics.mean(values))
        report.figure(f"{strategy}: worst of all", "% of best").add(100 * min(values))
    report.note(
        f"{sizes.length:,} requests for {sizes.keys:,} keys and more; sizes are shares of a trace's distinct keys"
    )
    report.note("best: Belady's MIN over the same trace, which knows the future and need not keep what was asked for")
    report.plots += [_plot(trace, seen) for trace in traces]


def _replay_all(trace: Trace, share: float, seen: _Seen, report: Report) -> None:
    size = max(int(trace.distinct * share), 1)
    best = best_hits(trace, size) / len(trace)
    rates = seen.rates[trace.name, share] = {BEST: best}
    best_name = f"{trace.name}, {share:.0%}: {BEST}"
    report.figure(best_name, "% hits").add(100 * best)
    records = _records(trace)
    for strategy in EvictionStrategy:
        rates[strategy] = _replay(records, strategy, size) / len(trace)
        figure = report.figure(f"{trace.name}, {share:.0%}: {strategy}", "% hits", against=best_name)
        figure.add(100 * rates[strategy], 100 * best)


def _records(trace: Trace) -> list[L1Record]:
    """What would be put at each place of the trace; entries are shared, for their texts do not matter here."""
    texts = catalogue(100)
    entries = {key: entry_of(f"{texts[key % 100]} ({key})", ANSWER, 0, ()) for key in set(trace.keys)}
    return [
        L1Record(entries[key], deadline, Match.EXACT, 1.0)
        for key, deadline in zip(trace.keys, trace.deadlines, strict=True)
    ]


def _replay(records: Sequence[L1Record], strategy: EvictionStrategy, size: int) -> int:
    """Hits."""
    l1 = L1Cache(L1CacheConfig(max_size=size, max_bytes=10**12, eviction_strategy=strategy))
    hits = 0
    for at, record in enumerate(records):
        key = record.entry.entry_id
        if l1.get(key, at) is not None:
            hits += 1
        else:
            record.uses = 0  # of the run before
            l1.put(key, record)
    return hits


def _time_all(trace: Trace, report: Report) -> None:
    """Microseconds of a get, and of the put that follows a miss, in the usual mix."""
    records, size = _records(trace), max(trace.distinct // 10, 1)
    base = 0.0
    for strategy in EvictionStrategy:
        gc.collect()
        started = time.perf_counter()
        _replay(records, strategy, size)
        took = (time.perf_counter() - started) / len(trace) * 1e6
        base = base or took
        report.figure(f"{strategy}: time of a request", "µs", against="lru: time of a request").add(took, base)


def _plot(trace: Trace, seen: _Seen) -> Plot:
    lines = {
        name: [(100 * share, 100 * seen.rates[trace.name, share][name]) for share in SHARES]
        for name in (BEST, *EvictionStrategy)
    }
    name = "".join(c if c.isalnum() else "-" for c in trace.name.lower())
    title = f"Hits of an L1: {trace.name}"
    return Plot(f"eviction-{name}", title, "size of L1, % of the distinct keys", "hits, % of requests", lines)
