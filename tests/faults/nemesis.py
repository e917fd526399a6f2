"""The faults, by name, and a run of one or several of them under load, judged."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from tests.faults.clients import Shop
from tests.faults.fleet import TAIL_SECONDS, Fleet
from tests.faults.history import History, Verdict, judge

Strike = Callable[[Fleet, random.Random], Awaitable[object]]
SETTLE_SECONDS = 8.0
"""After the last fault, before everything is read once more: sessions end, rules are repaired, readers are fresh."""
REPAIR_SECONDS = 6.0
"""How long after a loss Redis may hold what a rule had killed; readers guard themselves meanwhile."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind."""

    name: str
    strike: Strike
    loses_tail: bool = False


FAULTS: dict[str, Fault] = {
    fault.name: fault
    for fault in (
        Fault("worker killed", lambda fleet, rng: fleet.kill_worker(rng)),
        Fault("worker stopped 2 s", lambda fleet, rng: fleet.stop_worker(rng, 2.0)),
        Fault("worker stopped 9 s", lambda fleet, rng: fleet.stop_worker(rng, 9.0)),
        Fault("broker restarted", lambda fleet, _: fleet.restart_broker()),
        Fault("redis killed", lambda fleet, _: fleet.restart_redis(cut_tail=False), loses_tail=True),
        Fault("redis lost its tail", lambda fleet, _: fleet.restart_redis(cut_tail=True), loses_tail=True),
        Fault("redis slow", lambda fleet, rng: fleet.slow_redis(rng.choice([0.1, 0.8]), 2.0)),
        Fault("delivered twice", lambda fleet, rng: fleet.deliver_again(rng)),
    )
}


@dataclass(slots=True)
class Run:
    """One run's outcome."""

    name: str
    history: History
    verdict: Verdict
    operations: int
    strikes: int
    recovery_seconds: float
    """The longest time from the end of a fault to the first answer that was no outage."""


async def run(fleet: Fleet, faults: Sequence[Fault], seconds: float, *, every: float) -> Run:
    """Load for so long, a fault every so many seconds; then rest, a last look, and the verdict."""
    history = History(fleet.bound_ms / 1000)
    shop = Shop(fleet.client, history, fleet.seed)
    async with asyncio.TaskGroup() as group:
        group.create_task(shop.run(seconds))
        strikes, recovery = await _strike(fleet, faults, shop, Timing(time.monotonic() + seconds, every))
    await asyncio.sleep(SETTLE_SECONDS)
    verdict = judge(history, await shop.final_reads())
    return Run(" + ".join(f.name for f in faults), history, verdict, shop.operations, strikes, recovery)


@dataclass(frozen=True, slots=True)
class Timing:
    """When faults come."""

    end: float
    """Monotonic seconds."""
    every: float


async def _strike(fleet: Fleet, faults: Sequence[Fault], shop: Shop, timing: Timing) -> tuple[int, float]:
    """One fault after another until the end; how many, and the longest recovery in seconds."""
    rng = random.Random(fleet.seed)
    strikes, recovery = 0, 0.0
    await asyncio.sleep(min(2.0, timing.every))
    while time.monotonic() < timing.end:
        fault = faults[strikes % len(faults)]
        began = time.monotonic()
        await fault.strike(fleet, rng)
        healed = time.monotonic()
        if fault.loses_tail:
            shop.history.losses.append((began - 2 * TAIL_SECONDS, healed + REPAIR_SECONDS))
        strikes += 1
        recovery = max(recovery, await _recovered(shop, healed, timing.end))
        await asyncio.sleep(max(min(began + timing.every, timing.end) - time.monotonic(), 0.0))
    return strikes, recovery


async def _recovered(shop: Shop, healed: float, end: float) -> float:
    """Seconds until somebody got an answer that was no outage."""
    while shop.last_answer < healed and time.monotonic() < end:  # noqa: ASYNC110 - a clock, not an event, is asked
        await asyncio.sleep(0.005)
    return max(shop.last_answer - healed, 0.0)


def table(runs: Sequence[Run]) -> None:
    """What came of it, for people."""
    sheet = Table(
        "fault", "strikes", "operations", "hits l1 / l2", "stale reads", "lost writes", "unanswered", "back after"
    )
    for each in runs:
        layers = [read.layer for read in each.history.reads]
        sheet.add_row(
            each.name,
            str(each.strikes),
            str(each.operations),
            f"{layers.count('l1')} / {layers.count('l2')}",
            str(len(each.verdict.stale)),
            str(len(each.verdict.lost)),
            str(len(each.verdict.unanswered)),
            f"{each.recovery_seconds:.1f} s",
        )
    Console(width=140).print(sheet)
