"""Part `mix`: one worker, saturated, by the share of lookups that L1 knows; then what callers wait who ask as users do.

What L1 does not know are wordings never seen before; users ask for the popular more often, in few words and in many.
"""

import random
import statistics
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from benchmarks.figures import Report
from benchmarks.open_loop import all_answered, bodies, note_lateness, send, shares, steady
from benchmarks.plots import Plot
from benchmarks.questions import ANSWER, FRAMES, as_users_ask, catalogue, wordings
from benchmarks.stage import Running, Stage

CURVE = "one worker, measured"
AS_USERS_ASK = "as users ask"
WARM_UP_SEED = 1_000_000
"""Far from the rounds' seeds."""
EXPECTED = "from the two ends: 1 ÷ (share ÷ hits' rate + rest ÷ others' rate)"


@dataclass(frozen=True, slots=True)
class _Sizes:
    """How many of what."""

    questions: int = 20_000
    popular: int = 100
    """Questions that L1 knows: so few that the wordings between them never drive them out."""
    new: int = 2000
    """Never-seen wordings of a burst, unless it would have more than `most` records."""
    most: int = 60_000
    shares: tuple[float, ...] = (0, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1)
    """Of the lookups that L1 knows."""
    rate: int = 500
    """Lookups a second, as users ask."""
    seconds: float = 10.0
    warm_up: int = 8000
    """Lookups before these: what is popular is in L1 by then."""


QUICK = _Sizes(questions=60, popular=10, new=20, most=200, shares=(0, 0.5, 1), rate=50, seconds=0.4, warm_up=20)


async def run(stage: Stage, rounds: int, report: Report) -> None:
    """Every share in turn."""
    sizes = stage.pick(_Sizes(), quick=QUICK)
    questions = catalogue(sizes.questions)
    known, new = questions[: sizes.popular], iter(wordings(sizes.questions, sizes.questions * len(FRAMES), 0))
    rates: dict[float, list[float]] = defaultdict(list)
    async with stage.filled(questions, ANSWER, OVERLOAD__POLICY="wait") as worker:
        await worker.lookups.run(bodies(islice(new, sizes.new)))
        for _ in range(rounds):
            for share in sizes.shares:
                await worker.lookups.run(bodies(known))
                drained = await worker.lookups.run(bodies(_mixed(sizes, share, known, new)))
                rates[share].append(drained.overall_rate)
                name = f"{share:.0%} known to L1"
                report.figure(name, "lookups/s").add(drained.overall_rate)
                report.note(f"{name}: {shares(drained.statuses)}")
        await worker.lookups.run(bodies(as_users_ask(sizes.questions, sizes.warm_up, WARM_UP_SEED)))
        for turn in range(rounds):
            await _wait_as_users(stage, worker, sizes, report, turn)
    report.note("rates over the whole burst, until the last wording is answered; hits are answered long before")
    report.plots.append(_plot(rates))


async def _wait_as_users(stage: Stage, worker: Running, sizes: _Sizes, report: Report, turn: int) -> None:
    """Round trips through Kafka, from when each lookup should have been sent."""
    asked = as_users_ask(sizes.questions, int(sizes.rate * sizes.seconds), turn)
    seen = all_answered(await send(stage, worker.deployment.lookups, steady(bodies(asked), sizes.rate)))
    waited, name = seen.percentiles, f"{AS_USERS_ASK}, {sizes.rate}/s"
    for what, milliseconds in (
        ("mean", float(seen.milliseconds.mean())),
        ("p50", waited.p50),
        ("p95", waited.p95),
        ("p99", waited.p99),
    ):
        report.figure(f"{name}: {what}", "ms").add(milliseconds)
    report.note(f"{name}: {shares(seen.statuses)}")
    note_lateness(report, name, seen)


def _mixed(sizes: _Sizes, share: float, known: Sequence[str], new: Iterator[str]) -> list[str]:
    """A burst in which so many lookups are known, evenly spread by chance."""
    total = sizes.most if share == 1 else min(sizes.most, round(sizes.new / (1 - share)))
    unknown = list(islice(new, round(total * (1 - share))))
    rng = random.Random(total)
    mixed = unknown + rng.choices(known, k=total - len(unknown))
    rng.shuffle(mixed)
    return mixed


def _plot(rates: Mapping[float, Sequence[float]]) -> Plot:
    measured = {share: statistics.median(of_rounds) for share, of_rounds in rates.items()}
    slowest, fastest = measured[min(measured)], measured[max(measured)]
    expected = [(100 * share, 1 / (share / fastest + (1 - share) / slowest)) for share in measured]
    return Plot(
        "mix",
        "Throughput of one worker, by what L1 knows",
        "lookups that L1 knows, % (the others: wordings never seen before)",
        "lookups per second",
        {CURVE: [(100 * share, rate) for share, rate in measured.items()], EXPECTED: expected},
        is_y_log=True,
    )
