"""Part `workers`: two on the partitions against one, what each process costs, and what keys are worth.

Two workers, a broker, a Redis and the sender share the machine: on two cores they cannot be twice as fast. What a
lookup costs in CPU time says what more cores would give.
"""

import asyncio
import os
import random
import statistics
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from benchmarks.figures import Report
from benchmarks.load import Drained
from benchmarks.open_loop import bodies, shares
from benchmarks.processes import Worker, cpu_seconds
from benchmarks.questions import ANSWER, catalogue, wordings
from benchmarks.stage import Running, Stage
from workers.cache.keys import NO_CONTEXT, entry_id

ONE, TWO = "one worker", "two workers"
FAST, SLOW = "L1 hits", "semantic, never-seen wording"
WORKERS = "the workers"
UNKEYED, KEYED = "two workers, no key", "two workers, keyed by entry id"
L1_HIT = "hit l1 exact"
SHARING_SECONDS = 30
PASSES = 4
"""Over the popular questions: by then each has been asked in a partition of each worker."""
FOR_WARMING_UP = -1
"""A turn of wordings that no round has."""


@dataclass(frozen=True, slots=True)
class _Sizes:
    """How many of what."""

    questions: int = 5000
    popular: int = 500
    """Questions that fit into L1."""
    l1_size: int = 1000
    """As it is by default."""
    many: int = 1600
    """Questions that fit into two L1s, but not into one."""
    fast: int = 60_000
    slow: int = 4000


QUICK = _Sizes(questions=100, popular=20, l1_size=50, many=80, fast=400, slow=60)


@dataclass(slots=True)
class _Team:
    """The workers of one deployment."""

    name: str
    running: Running
    workers: list[Worker]

    async def ask(self, prompts: Sequence[str], keys: Sequence[str] | None = None) -> Drained:
        """All at once."""
        return await self.running.lookups.run(bodies(prompts), keys)


@dataclass(slots=True)
class _Costs:
    """CPU time by process, in microseconds a lookup, of every round."""

    stage: Stage
    by_process: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    async def of(self, team: _Team, prompts: Sequence[str]) -> Drained:
        """Ask, and note what it cost."""
        before = self._now(team)
        drained = await team.ask(prompts)
        for process, seconds in self._now(team).items():
            self.by_process[process].append((seconds - before[process]) / len(prompts) * 1e6)
        return drained

    def _now(self, team: _Team) -> dict[str, float]:
        workers = sum(cpu_seconds(worker.pid) for worker in team.workers)
        servers = {server.name: cpu_seconds(server.pid) for server in self.stage.stack.servers}
        return {WORKERS: workers, **servers, "the sender": cpu_seconds(os.getpid())}


async def run(stage: Stage, rounds: int, report: Report) -> None:
    """One and two in turn."""
    sizes = stage.pick(_Sizes(), quick=QUICK)
    questions = catalogue(sizes.questions)
    popular = questions[: sizes.popular]
    costs = {(name, path): _Costs(stage) for path in (FAST, SLOW) for name in (ONE, TWO)}
    async with AsyncExitStack() as stack:
        teams = [await stack.enter_async_context(_team(stage, name, sizes, questions)) for name in (ONE, TWO)]
        for turn in range(rounds):
            for team in teams:
                await team.ask(popular * PASSES)
            await _compare(report, teams, costs, FAST, popular * (sizes.fast // sizes.popular))
            await _compare(report, teams, costs, SLOW, wordings(sizes.questions, sizes.slow, turn))
            await _affinity(report, teams[1], questions[: sizes.many], sizes.fast // 2)
    for (name, path), cost in costs.items():
        told = ", ".join(f"{process} {statistics.median(each):,.0f}" for process, each in cost.by_process.items())
        report.note(f"{name}, {path}, µs of CPU a lookup: {told}")
    report.note(f"{os.cpu_count()} cores for workers, broker, Redis and sender together: on two, two cannot double")
    report.note(f"keys: {sizes.many} questions, each as often as any other; two L1s of {sizes.l1_size} entries each")


@asynccontextmanager
async def _team(stage: Stage, name: str, sizes: _Sizes, questions: list[str]) -> AsyncIterator[_Team]:
    settings = {"OVERLOAD__POLICY": "wait", "L1__MAX_SIZE": str(sizes.l1_size)}
    async with stage.filled(questions, ANSWER, **settings) as running, AsyncExitStack() as stack:
        team = _Team(name, running, [running.worker])
        if name == TWO:
            team.workers.append(await stack.enter_async_context(Worker(running.deployment.settings)))
        await _all_at_work(team, questions[: sizes.popular])
        await team.ask(wordings(sizes.questions, sizes.popular, FOR_WARMING_UP))
        yield team


async def _all_at_work(team: _Team, prompts: Sequence[str]) -> None:
    """Ask until every worker of the team has partitions to answer from."""
    async with asyncio.timeout(SHARING_SECONDS):
        while True:
            before = [await worker.stats() for worker in team.workers]
            await team.ask(prompts)
            after = [await worker.stats() for worker in team.workers]
            if all(a["total_queries"] != b["total_queries"] for a, b in zip(after, before, strict=True)):
                return


async def _compare(
    report: Report, teams: Sequence[_Team], costs: Mapping[tuple[str, str], _Costs], path: str, prompts: Sequence[str]
) -> None:
    """The same prompts to one worker and to two."""
    base: tuple[float, float] | None = None
    for team in teams:
        name, cost = f"{team.name}, {path}", costs[team.name, path]
        drained = await cost.of(team, prompts)
        measured = (drained.rate, cost.by_process[WORKERS][-1])
        against = f"{ONE}, {path}" if base else ""
        report.figure(name, "lookups/s", against=against).add(measured[0], base and base[0])
        report.figure(f"{name}: CPU of the workers", "µs/lookup", against=against).add(measured[1], base and base[1])
        report.note(f"{name}: {shares(drained.statuses)}")
        base = measured


async def _affinity(report: Report, team: _Team, questions: Sequence[str], number: int) -> None:
    """Each question as often as any other, without keys and with the entry's id, as the client sends it."""
    drawn = random.Random(number).choices(questions, k=number)
    keyed = [entry_id("default", NO_CONTEXT, prompt) for prompt in drawn]
    base: tuple[float, float] | None = None
    for name, keys in ((UNKEYED, None), (KEYED, keyed)):
        await team.ask(drawn, keys)  # until the L1s hold what they can
        drained = await team.ask(drawn, keys)
        measured = (drained.statuses[L1_HIT] / number * 100, drained.overall_rate)
        against = UNKEYED if base else ""
        report.figure(f"{name}: L1 hits", "%", against=against).add(measured[0], base and base[0])
        report.figure(f"{name}: lookups", "lookups/s", against=against).add(measured[1], base and base[1])
        base = measured
