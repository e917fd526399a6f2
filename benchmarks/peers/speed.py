"""Part `peers`: lookups a second, and one call's time, of other caches and of this one, on the same questions."""

from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from time import perf_counter

import numpy as np

from benchmarks.alone import in_batches
from benchmarks.figures import Budget, Report, at_least
from benchmarks.peers.contender import Way
from benchmarks.peers.questions import reworded
from benchmarks.peers.remote import OURS, OURS_WITHOUT_L1, PEERS, REDISVL, ContenderError, Remote, started
from benchmarks.questions import ANSWER, catalogue, strangers
from benchmarks.stage import Running, Stage
from client import SemanticCacheClient

WORKER = "ours, a worker over Kafka"
SATURATED = "saturated"
EXACT, NEVER_SEEN, MISSES = "exact repeats", "never-seen wording", "misses"


@dataclass(frozen=True, slots=True)
class _Sizes:
    """How many of what."""

    entries: int = 5_000
    popular: int = 300
    """Questions that are repeated word by word."""
    alone: int = 200
    """Calls with nothing else under way."""
    many: int = 600
    """Questions of the ways that let calls overlap."""
    saturating: int = 2_000
    """Records for the worker, of what needs an embedding."""
    repeats: int = 40_000
    """Records for the worker, of what needs none."""


QUICK = _Sizes(entries=60, popular=20, alone=8, many=24, saturating=60, repeats=200)


@dataclass(frozen=True, slots=True)
class _Asked:
    """One round's questions of one kind, no two ways sharing one unless they are repeats."""

    name: str
    by_way: Mapping[Way, Sequence[str]]
    saturating: Sequence[str]
    meant: Mapping[str, int | None]
    """Whose answer is right, by question."""


@dataclass(slots=True)
class _Cast:
    """Who takes part."""

    peers: list[Remote]
    worker: Running
    """With one thread of embedding, as the others."""
    usual: Running
    """With as many as it takes by default."""
    client: SemanticCacheClient


async def run(stage: Stage, rounds: int, report: Report) -> None:
    """Every cache, every kind of question, in turn, `rounds` times."""
    sizes = stage.pick(_Sizes(), quick=QUICK)
    questions = catalogue(sizes.entries)
    async with AsyncExitStack() as stack:
        peers = []
        for candidate in (*PEERS, OURS, OURS_WITHOUT_L1):
            try:
                remote = await stack.enter_async_context(started(candidate, stage.redis_url))
            except ContenderError as exc:
                report.note(f"{candidate.name} left out: {exc}")
                continue
            await remote.fill(questions, ANSWER)
            report.note(f"{remote.name}: {remote.version}")
            peers.append(remote)
        waiting = {"OVERLOAD__POLICY": "wait"}
        running = await stack.enter_async_context(stage.filled(questions, ANSWER, EMBEDDING__THREADS="1", **waiting))
        usual = await stack.enter_async_context(stage.filled(questions, ANSWER, **waiting))
        client = SemanticCacheClient(stage.kafka, topic_prefix=running.deployment.topics.prefix)
        cast = _Cast(peers, running, usual, await stack.enter_async_context(client))
        await _warm_up(cast, questions[: sizes.popular])
        for turn in range(rounds):
            for asked in _kinds(sizes, questions, turn):
                await _measure(cast, report, asked)
    report.note(f"{sizes.entries:,} entries; one thread of embedding each; every cache at its own default threshold")


def _kinds(sizes: _Sizes, questions: Sequence[str], turn: int) -> list[_Asked]:
    """What is asked in one round."""
    popular = questions[: sizes.popular]
    repeats = {way: _cycled(popular, sizes.alone if way is Way.ONE else sizes.many) for way in Way}
    number = sizes.alone + 2 * sizes.many + sizes.saturating
    other = reworded(sizes.entries, number, turn)
    strange = strangers(number, turn)
    exact = _Asked(EXACT, repeats, _cycled(popular, sizes.repeats), {text: i for i, text in enumerate(popular)})
    return [
        exact,
        _Asked(NEVER_SEEN, *_parted(sizes, [each.text for each in other]), {each.text: each.right for each in other}),
        _Asked(MISSES, *_parted(sizes, strange), {}),
    ]


def _cycled(texts: Sequence[str], number: int) -> list[str]:
    return [texts[i % len(texts)] for i in range(number)]


def _parted(sizes: _Sizes, texts: Sequence[str]) -> tuple[dict[Way, Sequence[str]], Sequence[str]]:
    first, second = sizes.alone, sizes.alone + sizes.many
    third = second + sizes.many
    by_way = {Way.ONE: texts[:first], Way.TOGETHER: texts[first:second], Way.BATCH: texts[second:third]}
    return by_way, texts[third:]


async def _warm_up(cast: _Cast, popular: Sequence[str]) -> None:
    for remote in cast.peers:
        for way in remote.ways:
            await remote.ask(way, popular)
    for running in (cast.worker, cast.usual):
        await running.lookups.run([{"prompt": text} for text in popular])


async def _measure(cast: _Cast, report: Report, asked: _Asked) -> None:
    base: float | None = None
    against = f"{asked.name}: {REDISVL.name}, {Way.ONE}"

    def rate(name: str, value: float, budget: Budget | None = None) -> None:
        figure = report.figure(
            f"{asked.name}: {name}", "lookups/s", against=against if base else "", budget=budget if base else None
        )
        figure.add(value, base)

    for remote in cast.peers:
        if remote.candidate is OURS_WITHOUT_L1 and asked.name != EXACT:
            continue
        for way in remote.ways:
            questions = asked.by_way[way]
            ran = await remote.ask(way, questions)
            if remote.candidate is REDISVL and way is Way.ONE:
                base = ran.rate
            rate(f"{remote.name}, {way}", ran.rate)
            if way is Way.ONE:
                _times(report, f"{asked.name}: {remote.name}", ran.milliseconds)
                wrong = ran.wrong([asked.meant.get(text) for text in questions])
                _tell_hits(report, f"{asked.name}: {remote.name}", ran.hits() / len(questions), wrong / len(questions))
    if asked.name == NEVER_SEEN:
        rate("the bare embedder, one thread, in batches", await in_batches(asked.saturating))
    records = [{"prompt": text} for text in asked.saturating]
    budget = at_least(2) if asked.name == NEVER_SEEN else None
    rate(f"{WORKER}, {SATURATED}", (await cast.worker.lookups.run(records)).rate, budget)
    if asked.name != EXACT:
        rate(f"{WORKER}, {SATURATED}, its default threads", (await cast.usual.lookups.run(records)).rate)
    _times(report, f"{asked.name}: {WORKER}", await _round_trips(cast.client, asked.by_way[Way.ONE]))


async def _round_trips(client: SemanticCacheClient, questions: Sequence[str]) -> list[float]:
    times = []
    for question in questions:
        began = perf_counter()
        await client.lookup(question)
        times.append((perf_counter() - began) * 1000)
    return times


def _times(report: Report, name: str, milliseconds: Sequence[float]) -> None:
    for percent in (50, 99):
        report.figure(f"{name}, one call, p{percent}", "ms").add(float(np.percentile(milliseconds, percent)))


def _tell_hits(report: Report, name: str, hits: float, wrong: float) -> None:
    report.figure(f"{name}, answered", "%").add(hits * 100)
    report.figure(f"{name}, answered with another question's answer", "%").add(wrong * 100)
