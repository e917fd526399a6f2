"""Part `latency`: round trips at fixed rates, from the time a request should have been sent, beside the echo's."""

from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from itertools import cycle, islice

from benchmarks.alone import a_hundred_a_second, one_at_a_time
from benchmarks.echo_process import EchoKind
from benchmarks.figures import Report, at_most
from benchmarks.load import Lane
from benchmarks.open_loop import Percentiles, all_answered, bodies, median_of, note_lateness, send, shares, steady
from benchmarks.plots import Plot
from benchmarks.questions import ANSWER, catalogue, strangers, wordings
from benchmarks.stage import Running, Stage

ECHO = "echo, pydantic"
L1 = "L1 hits"
L2 = "L2 exact hits"
SEMANTIC = "semantic hits, never-seen wording"
MISSES = "misses"
EMBEDDING = "one embedding alone"
BUDGETED_RATE = 500
SLOW_RATE = 100
"""Requests a second of what needs an embedding each."""


@dataclass(frozen=True, slots=True)
class _Sizes:
    """How many of what, and for how long."""

    questions: int = 20_000
    popular: int = 500
    """Questions that fit into L1."""
    l1_size: int = 1000
    """As it is by default."""
    rates: tuple[int, ...] = (100, 500, 1000, 2000, 5000)
    """Requests a second."""
    seconds: float = 3.5
    warm_up: float = 1.0
    """Of these; left out."""
    texts: int = 300
    """To embed alone."""


QUICK = _Sizes(questions=100, popular=20, l1_size=30, rates=(100, 500), seconds=0.4, warm_up=0.1, texts=5)


@dataclass(slots=True)
class _Trips:
    """All that takes part, and what was seen of it."""

    stage: Stage
    report: Report
    sizes: _Sizes
    echo: Lane
    worker: Running
    questions: list[str]
    walk: Iterator[str]
    """Through the other questions: by the time one comes again, L1 has long forgotten it."""
    curves: dict[str, dict[int, list[Percentiles]]] = field(default_factory=dict)

    async def measure(self, name: str, lane: Lane, prompts: Sequence[str], rate: int, says: str) -> Percentiles:
        """Latencies of the requests that were answered so; a note tells how many were not."""
        seen = all_answered(await send(self.stage, lane, steady(bodies(prompts), rate)))
        note_lateness(self.report, f"{name} at {rate:,}/s", seen)
        warm = seen.between(self.sizes.warm_up, self.sizes.seconds)
        right = warm.saying(says)
        if len(right) == 0:
            raise RuntimeError(f"{name} at {rate:,}/s: none was answered with {says!r} but {dict(warm.statuses)}")
        if len(right) < len(warm):
            self.report.note(f"{name} at {rate:,}/s: {shares(warm.statuses, without=says)} left out")
        measured = right.percentiles
        self.curves.setdefault(name, {}).setdefault(rate, []).append(measured)
        return measured

    def tell(self, name: str, rate: int, measured: Percentiles, base: Percentiles | None = None) -> None:
        """Figures of the median and the tail, beside the base's; the rest stands in a note."""
        is_budgeted = name == L1 and rate == BUDGETED_RATE
        against = ECHO if base is not None else ""
        for percentile, limit in (("p50", at_most(1.3)), ("p99", at_most(2))):
            budget = limit if is_budgeted else None
            figure = self.report.figure(f"{name} at {rate:,}/s, {percentile}", "ms", against=against, budget=budget)
            figure.add(getattr(measured, percentile), getattr(base, percentile) if base is not None else None)

    def note_all(self) -> None:
        """Every percentile of every curve, the median of the rounds."""
        for name, rates in self.curves.items():
            for rate, of_rounds in rates.items():
                self.report.note(f"{name} at {rate:,}/s: {median_of(of_rounds)}")


async def run(stage: Stage, rounds: int, report: Report) -> None:
    """Each rate: the echo and the worker in turn; then what needs an embedding."""
    sizes = stage.pick(_Sizes(), quick=QUICK)
    questions = catalogue(sizes.questions)
    async with AsyncExitStack() as stack:
        echo = await stack.enter_async_context(stage.echo(EchoKind.PYDANTIC))
        worker = await stack.enter_async_context(stage.filled(questions, ANSWER, L1__MAX_SIZE=str(sizes.l1_size)))
        trips = _Trips(stage, report, sizes, echo, worker, questions, cycle(questions[sizes.popular :]))
        await worker.lookups.run(bodies(wordings(sizes.questions, sizes.popular, rounds * 2)))
        for turn in range(rounds):
            await _fast(trips, turn)
            await _slow(trips, turn)
    trips.note_all()
    _plot(trips)


async def _fast(trips: _Trips, turn: int) -> None:
    popular = trips.questions[: trips.sizes.popular]
    asked = trips.worker.deployment.lookups
    for rate in trips.sizes.rates:
        count = int(rate * trips.sizes.seconds)
        again = list(islice(cycle(popular), count))
        measured: dict[str, Percentiles] = {}
        for name in (ECHO, L1) if turn % 2 == 0 else (L1, ECHO):
            if name == ECHO:
                measured[ECHO] = await trips.measure(ECHO, trips.echo, again, rate, "hit")
            else:
                await trips.worker.lookups.run(bodies(popular))
                measured[L1] = await trips.measure(L1, asked, again, rate, "hit l1 exact")
        once = list(islice(trips.walk, count))
        measured[L2] = await trips.measure(L2, asked, once, rate, "hit l2 exact")
        trips.tell(ECHO, rate, measured[ECHO])
        for name in (L1, L2):
            trips.tell(name, rate, measured[name], measured[ECHO])


async def _slow(trips: _Trips, turn: int) -> None:
    sizes, report = trips.sizes, trips.report
    count = int(SLOW_RATE * sizes.seconds)
    texts = wordings(sizes.questions, count, turn)
    alone, paced = await one_at_a_time(texts[: sizes.texts]), await a_hundred_a_second(texts[: sizes.texts])
    asked = trips.worker.deployment.lookups
    hits = await trips.measure(SEMANTIC, asked, texts, SLOW_RATE, "hit l2 semantic")
    misses = await trips.measure(MISSES, asked, strangers(count, turn), SLOW_RATE, "miss")
    echoed = trips.curves[ECHO][SLOW_RATE][-1].p50
    report.figure(EMBEDDING, "ms").add(alone)
    report.figure(f"{EMBEDDING}, a hundred a second", "ms", against=EMBEDDING).add(paced, alone)
    base = "echo p50 + one embedding"
    figure = report.figure(f"{SEMANTIC} at {SLOW_RATE}/s, p50", "ms", against=base, budget=at_most(1.5))
    figure.add(hits.p50, echoed + alone)
    report.figure(f"{SEMANTIC} at {SLOW_RATE}/s, p99", "ms").add(hits.p99)
    trips.tell(MISSES, SLOW_RATE, misses)


def _plot(trips: _Trips) -> None:
    lines = {
        f"{name}, {percentile}": [
            (float(rate), getattr(median_of(of_rounds), percentile)) for rate, of_rounds in trips.curves[name].items()
        ]
        for name in (ECHO, L1, L2)
        for percentile in ("p50", "p99")
    }
    trips.report.plots.append(
        Plot(
            "latency",
            "Round trip through Kafka, by load",
            "requests per second",
            "milliseconds from when it should have been sent",
            lines,
            lines_per_colour=2,
            is_x_log=True,
            is_y_log=True,
        )
    )
