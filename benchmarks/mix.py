"""Part `mix`: one worker, saturated, by the share of lookups that L1 knows; the rest are wordings never seen before."""

import random
import statistics
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from benchmarks.figures import Report
from benchmarks.open_loop import bodies, shares
from benchmarks.plots import Plot
from benchmarks.questions import ANSWER, FRAMES, catalogue, wordings
from benchmarks.stage import Stage

CURVE = "one worker, measured"
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


QUICK = _Sizes(questions=60, popular=10, new=20, most=200, shares=(0, 0.5, 1))


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
    report.note("rates over the whole burst, until the last wording is answered; hits are answered long before")
    report.plots.append(_plot(rates))


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
