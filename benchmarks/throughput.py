"""Part `throughput`: one worker, saturated, beside the echo of the same round."""

from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

from benchmarks.alone import in_batches
from benchmarks.echo_process import EchoKind
from benchmarks.figures import Budget, Report, at_least
from benchmarks.load import Drained, Load
from benchmarks.questions import ANSWER, as_users_ask, catalogue, strangers, wordings
from benchmarks.stage import Running, Stage


@dataclass(frozen=True, slots=True)
class _Sizes:
    """How many of what."""

    questions: int = 20_000
    popular: int = 500
    """Questions that fit an L1 of the default size."""
    fast: int = 200_000
    """Records of what is answered at once: some three seconds, since one was too short to tell .6 from .8."""
    mixed: int = 60_000
    exact: int = 100_000
    slow: int = 4_000
    """Records of what each needs an embedding."""


QUICK = _Sizes(questions=100, popular=50, fast=300, mixed=300, exact=200, slow=60)
FIRST_STORE_SEED = 1_000_000
"""Far from the seeds of the misses: what one round stores, another must not find. (Not −1: `Random` drops the sign.)"""
ECHO = "echo, pydantic"
EMBEDDER = "bare embedder, one thread"


@dataclass(slots=True)
class _Cast:
    """Who takes part."""

    echo: Load
    worker: Running
    """With the default L1."""
    second: Running
    """Without L1, and with one embedding thread, like the bare embedder."""
    questions: list[str]
    sizes: _Sizes


async def run(stage: Stage, rounds: int, report: Report) -> None:
    """Every path, in turn, `rounds` times."""
    sizes = stage.pick(_Sizes(), quick=QUICK)
    questions = catalogue(sizes.questions)
    async with AsyncExitStack() as stack:
        lane = await stack.enter_async_context(stage.echo(EchoKind.PYDANTIC))
        echo = await stack.enter_async_context(stage.load(lane))
        waiting = {"OVERLOAD__POLICY": "wait"}
        worker = await stack.enter_async_context(stage.filled(questions, ANSWER, **waiting))
        plain = {"L1__ENABLED": "false", "EMBEDDING__THREADS": "1"}
        second = await stack.enter_async_context(stage.filled(questions, ANSWER, **plain, **waiting))
        cast = _Cast(echo, worker, second, questions, sizes)
        await _warm_up(cast)
        for turn in range(rounds):
            await _round(cast, report, turn)


async def _warm_up(cast: _Cast) -> None:
    sizes = cast.sizes
    bodies = _bodies(cast.questions[: sizes.popular])
    for load in (cast.echo, cast.worker.lookups, cast.second.lookups):
        await load.run(bodies * 10)
    await cast.worker.lookups.run(_bodies(as_users_ask(sizes.questions, sizes.slow * 2, seed=0)))


async def _round(cast: _Cast, report: Report, turn: int) -> None:
    sizes = cast.sizes
    popular = _bodies(cast.questions[: sizes.popular])
    many = popular * (sizes.fast // sizes.popular)
    echoed = (await cast.echo.run(many)).rate
    report.figure(ECHO, "records/s").add(echoed)
    worker, second = cast.worker, cast.second

    async def measure(name: str, load: Load, bodies: Sequence[dict[str, Any]], budget: Budget | None = None) -> Drained:
        drained = await load.run(bodies)
        report.figure(name, "lookups/s", against=ECHO, budget=budget).add(drained.rate, echoed)
        report.note(f"{name}: {_shares(drained.statuses)}")
        return drained

    await worker.lookups.run(popular)
    await measure("L1 hits", worker.lookups, many, at_least(0.7))
    exact = _bodies(cast.questions * (sizes.exact // sizes.questions))
    await measure("L2 exact hits, L1 off", second.lookups, exact, at_least(0.35))
    texts = wordings(sizes.questions, sizes.slow, turn)
    embedded = await in_batches(texts)
    report.figure(EMBEDDER, "texts/s", against=ECHO).add(embedded, echoed)
    never_seen = await measure("L2 semantic, never-seen wording", worker.lookups, _bodies(texts))
    report.figure("the same ", "lookups/s", against=EMBEDDER).add(never_seen.rate, embedded)
    alone = (await second.lookups.run(_bodies(texts))).rate
    report.figure("the same, one embedding thread", "lookups/s", against=EMBEDDER, budget=at_least(0.8)).add(
        alone, embedded
    )
    await measure("misses", worker.lookups, _bodies(strangers(sizes.slow, turn)))
    stores = [
        {"prompt": text, "response": ANSWER, "tags": ["shop"]}
        for text in strangers(sizes.slow, FIRST_STORE_SEED + turn)
    ]
    await measure("stores", worker.stores, stores)
    await measure("as users ask", worker.lookups, _bodies(as_users_ask(sizes.questions, sizes.mixed, turn + 1)))


def _bodies(prompts: object) -> list[dict[str, str]]:
    return [{"prompt": prompt} for prompt in prompts]  # type: ignore[attr-defined]


def _shares(statuses: Counter[str]) -> str:
    total = statuses.total()
    return ", ".join(f"{count / total:.0%} {status}" for status, count in statuses.most_common())
