"""Part `overload`: twice what one worker can do, for a minute, beside hits that cost nothing; then back to normal.

The default policy turns away what does not fit: a miss marked `degraded`, at once.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, cycle, islice

import numpy as np

from benchmarks.figures import Report, at_most
from benchmarks.load import Load
from benchmarks.open_loop import Seen, Timed, bodies, note_lateness, send, shares, steady
from benchmarks.plots import Plot
from benchmarks.processes import Worker
from benchmarks.questions import ANSWER, FRAMES, catalogue, strangers, wordings
from benchmarks.stage import Stage
from benchmarks.watching import Watch, spread
from workers.settings import OverloadConfig, OverloadPolicy

SUSTAINABLE = "sustainable: half never-seen wordings, half misses, saturated"
LOOKED_UP = "looked up, of those"
LONGEST_WAIT = "overload.max_wait_ms"
"""Of the oldest lookup, while one more is begun. Twice that is the bound of what is answered: the last one begun waits
for all before it, and for its own turn."""
TIMES_TOO_MUCH = 2.0
CALM_SHARE = 0.25
"""Of the sustainable rate: before and after the load."""
HITS_PER_SECOND = 100.0
SLOW = "slow"
FAST = "fast"
DEGRADED = "miss degraded"
WINDOW_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class _Sizes:
    """How many of what, and for how long."""

    questions: int = 20_000
    popular: int = 100
    """Questions whose answers are in L1, and stay there: each is asked once a second."""
    saturating: int = 4000
    """Records of the burst that finds the sustainable rate."""
    calm: float = 8.0
    load: float = 60.0
    filling: float = 10.0
    """Of the load: until the queue, L1 and the memory of vectors are full, and memory must stand still."""
    recovery: float = 10.0


QUICK = _Sizes(questions=100, popular=20, saturating=100, calm=0.5, load=1.0, filling=0.25, recovery=0.5)


@dataclass(frozen=True, slots=True)
class _Plan:
    """One round: calm, the load, calm again; hits at a steady rate beside all of it."""

    sizes: _Sizes
    rate: float
    """Sustainable, lookups a second."""
    popular: Sequence[str]
    slow: Iterator[str]
    """Endless, never the same."""

    @property
    def load_ends(self) -> float:
        """Seconds from the start."""
        return self.sizes.calm + self.sizes.load

    @property
    def ends(self) -> float:
        """Seconds from the start."""
        return self.load_ends + self.sizes.recovery

    def requests(self) -> list[Timed]:
        """All of them."""
        calm, high = self.rate * CALM_SHARE, self.rate * TIMES_TOO_MUCH
        stages = (
            (calm, 0.0, self.sizes.calm),
            (high, self.sizes.calm, self.load_ends),
            (calm, self.load_ends, self.ends),
        )
        slow = [
            steady(bodies(list(islice(self.slow, int(rate * (end - start))))), rate, start=start, kind=SLOW)
            for rate, start, end in stages
        ]
        hits = islice(cycle(self.popular), int(self.ends * HITS_PER_SECOND))
        return [*chain(*slow), *steady(bodies(list(hits)), HITS_PER_SECOND, kind=FAST)]


async def run(stage: Stage, rounds: int, report: Report) -> None:
    """A deployment of its own each round: the memory under watch begins anew."""
    sizes = stage.pick(_Sizes(), quick=QUICK)
    questions = catalogue(sizes.questions)
    slow = never_the_same(sizes.questions)
    for turn in range(rounds):
        async with stage.filled(questions, ANSWER, OVERLOAD__POLICY=OverloadPolicy.WAIT.value) as waiting:
            rate = await _sustainable(waiting.lookups, list(islice(slow, 2 * sizes.saturating)))
        deployment = waiting.deployment
        deployment.settings["OVERLOAD__POLICY"] = OverloadConfig().policy.value
        plan = _Plan(sizes, rate, questions[: sizes.popular], slow)
        async with Worker(deployment.settings) as worker, stage.load(deployment.lookups) as load:
            await load.run(bodies(plan.popular))
            watch = Watch(stage, worker)
            with watch.watching():
                seen = await send(stage, deployment.lookups, plan.requests())
        note_lateness(report, f"round {turn + 1}", seen)
        _tell(report, plan, seen, watch)
        if turn == rounds - 1:
            report.plots += [_curve(plan, seen), _memory_curve(plan, seen, watch)]


def never_the_same(count: int) -> Iterator[str]:
    """For ever, in turn: another wording of one of the first `count` questions, and a question without an answer."""
    others = cycle(wordings(count, count * len(FRAMES), 0))
    for seed in itertools.count():
        for stranger in strangers(500, seed):
            yield next(others)
            yield stranger


async def _sustainable(load: Load, prompts: Sequence[str]) -> float:
    """Lookups a second of a worker that turns nothing away; the first half is for warming up."""
    half = len(prompts) // 2
    await load.run(bodies(prompts[:half]))
    return (await load.run(bodies(prompts[half:]))).overall_rate


def _tell(report: Report, plan: _Plan, seen: Seen, watch: Watch) -> None:
    sizes, load = plan.sizes, seen.between(plan.sizes.calm, plan.load_ends)
    slow = load.of_kind(SLOW)
    report.figure(SUSTAINABLE, "lookups/s").add(plan.rate)
    report.figure("offered", "lookups/s", against=SUSTAINABLE).add(len(slow) / sizes.load, plan.rate)
    looked_up_rate = len(slow.where(slow.said != DEGRADED)) / sizes.load
    report.figure(LOOKED_UP, "lookups/s", against=SUSTAINABLE).add(looked_up_rate, plan.rate)
    report.figure("unanswered", "requests", budget=at_most(0)).add(seen.unanswered)
    during = seen.started + sizes.calm, seen.started + plan.load_ends
    memory = watch.memory(*during)
    full = watch.memory(during[0] + sizes.filling, during[1])
    report.figure("memory, largest distance from its median", "%", budget=at_most(10)).add(spread(full) * 100)
    _tell_latencies(report, load, seen.between(0, sizes.calm))
    back = recovery(seen.of_kind(SLOW), plan.load_ends, seen.between(0, sizes.calm).of_kind(SLOW).percentiles.p99)
    report.figure("back to normal after", "s", budget=at_most(5)).add(back)
    report.note(f"under load: {shares(slow.statuses)}; hits beside it: {shares(load.of_kind(FAST).statuses)}")
    report.note(
        f"memory under load: {memory[0]:.0f} MB at its beginning, {full[0]:.0f} after {sizes.filling:g} s, when what "
        f"fills is full, {full[-1]:.0f} at its end, {memory.max():.0f} at most"
    )
    report.note(f"processors kept busy under load: {watch.cores(*during)}")


def _tell_latencies(report: Report, load: Seen, calm: Seen) -> None:
    slow, hits = load.of_kind(SLOW), load.of_kind(FAST).percentiles
    for name, some in (("looked up", slow.where(slow.said != DEGRADED)), ("turned away", slow.saying(DEGRADED))):
        if len(some):
            report.note(f"{name} under load: {some.percentiles}")
    slowest, allowed = slow.percentiles.longest, OverloadConfig().max_wait_ms
    report.figure("slowest answer under load", "ms", against=LONGEST_WAIT, budget=at_most(2)).add(slowest, allowed)
    before = calm.of_kind(FAST).percentiles
    report.figure("L1 hits in the calm, p50", "ms").add(before.p50)
    report.figure("L1 hits in the calm, p99", "ms").add(before.p99)
    report.figure("L1 hits under load, p50", "ms", against="in the calm").add(hits.p50, before.p50)
    report.figure("L1 hits under load, p99", "ms", against="in the calm").add(hits.p99, before.p99)
    report.note(f"L1 hits under load: {hits}")


def recovery(slow: Seen, load_ends: float, calm_p99: float) -> float:
    """Seconds from the load's end to the first moment from which on each window is back to normal.

    Normal: nothing is turned away, and the median is at most what the calm before had for its 99th percentile.
    """
    back, start, last = load_ends, load_ends, float(slow.due[-1])
    while start <= last:
        window = slow.between(start, start + WINDOW_SECONDS)
        start += WINDOW_SECONDS
        if len(window) and (DEGRADED in window.said or not np.median(window.milliseconds) <= calm_p99):
            back = start
    return back - load_ends


def _curve(plan: _Plan, seen: Seen) -> Plot:
    """Medians of each second."""
    slow = seen.of_kind(SLOW)
    lines = {
        "looked up beyond L1": slow.where(slow.said != DEGRADED),
        "turned away (a degraded miss)": slow.saying(DEGRADED),
        "L1 hits": seen.of_kind(FAST),
    }
    load = f"{plan.sizes.calm:.0f}–{plan.load_ends:.0f} s"
    return Plot(
        "overload",
        f"One worker, offered {TIMES_TOO_MUCH:g} × what it can look up ({load})",
        "seconds",
        "median latency of each second, ms",
        {name: points for name, some in lines.items() if (points := _by_second(some))},
        is_y_log=True,
    )


def _memory_curve(plan: _Plan, seen: Seen, watch: Watch) -> Plot:
    """The worker's resident memory by second."""
    seconds = range(int(plan.ends))
    means = [watch.memory(seen.started + at, seen.started + at + 1) for at in seconds]
    points = [(float(at), float(memory.mean())) for at, memory in zip(seconds, means, strict=True) if len(memory)]
    load = f"{plan.sizes.calm:.0f}–{plan.load_ends:.0f} s"
    return Plot(
        "overload_memory",
        f"Memory of one worker, offered {TIMES_TOO_MUCH:g} × what it can look up ({load})",
        "seconds",
        "resident memory, MB",
        {"worker": points},
    )


def _by_second(seen: Seen) -> list[tuple[float, float]]:
    seconds = seen.due.astype(int)
    return [(float(at), float(np.nanmedian(seen.milliseconds[seconds == at]))) for at in np.unique(seconds)]
