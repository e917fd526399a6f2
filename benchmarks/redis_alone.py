"""Part `redis`: Redis alone, asked as a worker asks it: round trips, entries by key, neighbours, saves, by size."""

import statistics
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from pydantic import SecretStr

from benchmarks.figures import Report
from benchmarks.plots import Plot
from benchmarks.questions import ANSWER, catalogue, wordings
from benchmarks.stage import SAVED_AT_ONCE, Stage, entry_of
from workers.cache.config import PolicyConfig, RedisConfig
from workers.cache.keys import NO_CONTEXT, entry_id
from workers.cache.l2 import RedisStore
from workers.cache.l2.link import RedisLink
from workers.cache.ports import Address, NearestQuery, Vectors

T = TypeVar("T")

NEIGHBOURS = PolicyConfig().candidates
NAMESPACE = "default"
PREFIX = "bench-redis"
KNN, FETCH = "neighbours", "entries by key"


@dataclass(frozen=True, slots=True)
class _Sizes:
    """How many of what."""

    entries: tuple[int, ...] = (1_000, 10_000, 20_000)
    calls: int = 300
    """Of each kind, one after the other."""
    saved: int = 200
    """New entries a round."""
    searched: tuple[int, ...] = (1, 50)
    """Queries in one pipeline."""
    fetched: tuple[int, ...] = (1, 128)
    """Entries in one script."""


QUICK = _Sizes(entries=(50, 100), calls=5, saved=10)


@dataclass(frozen=True, slots=True)
class _Filled:
    """A cache of one size."""

    entries: int
    store: RedisStore
    prompts: list[str]
    queries: Vectors


async def run(stage: Stage, rounds: int, report: Report) -> None:
    """Fill a cache of each size once, then ask each in turn, `rounds` times."""
    sizes = stage.pick(_Sizes(), quick=QUICK)
    largest = max(sizes.entries)
    prompts, new = catalogue(largest), wordings(largest, sizes.saved * rounds * len(sizes.entries), 1)
    vectors, queries = await stage.embed(prompts), await stage.embed(wordings(largest, 2 * sizes.calls, 0))
    of_new = await stage.embed(new)
    async with AsyncExitStack() as stack:
        filled = []
        for count in sizes.entries:
            store = await stack.enter_async_context(stage.store(f"{PREFIX}-{count}"))
            rate = await _save(store, prompts[:count], vectors[:count])
            report.figure(f"filling, {count:,} entries", "entries/s").add(rate)
            filled.append(_Filled(count, store, prompts[:count], queries))
        for turn in range(rounds):
            await _round_trips(stage, report, sizes)
            for place, each in enumerate(filled):
                await _ask(report, sizes, each)
                start = (turn * len(filled) + place) * sizes.saved
                some = slice(start, start + sizes.saved)
                await _one_by_one(report, each, new[some], of_new[some])
    report.plots.append(_plot(report, sizes))
    report.note(f"{NEIGHBOURS} neighbours, default index settings, one namespace; appends flushed every second")


async def _round_trips(stage: Stage, report: Report, sizes: _Sizes) -> None:
    link = RedisLink(RedisConfig(url=SecretStr(stage.redis_url)), on_connect=lambda: None)
    link.open()
    try:
        times = await _timed(lambda _: link.run([("PING",)], 1000), sizes.calls * 3)
    finally:
        await link.aclose()
    for percent in (50, 99):
        report.figure(f"PING, p{percent}", "ms").add(float(np.percentile(times, percent)))


async def _ask(report: Report, sizes: _Sizes, filled: _Filled) -> None:
    store, prompts, queries = filled.store, filled.prompts, filled.queries
    addresses = [Address(NAMESPACE, entry_id(NAMESPACE, NO_CONTEXT, prompt)) for prompt in prompts]
    wanted = [NearestQuery(NAMESPACE, NO_CONTEXT, vector, NEIGHBOURS) for vector in queries]
    for count in sizes.fetched:
        calls = max(sizes.calls // count, 5)
        times = await _timed(lambda i, n=count: store.fetch(_some(addresses, i, n)), calls)  # type: ignore[misc]
        _tell(report, FETCH, filled.entries, count, times)
    for count in sizes.searched:
        calls = max(sizes.calls // count, 5)
        times = await _timed(lambda i, n=count: store.find_nearest(_some(wanted, i, n)), calls)  # type: ignore[misc]
        _tell(report, KNN, filled.entries, count, times)


def _some(of: list[T], which: int, count: int) -> list[T]:
    start = which * count
    return [of[(start + k) % len(of)] for k in range(count)]


def _tell(report: Report, what: str, entries: int, count: int, times: list[float]) -> None:
    name = _name(what, entries, count)
    if count == 1:
        report.figure(f"{name}, p50", "ms").add(float(np.percentile(times, 50)))
        report.figure(f"{name}, p99", "ms").add(float(np.percentile(times, 99)))
    else:
        report.figure(f"{name}, each", "ms").add(statistics.median(times) / count)


def _name(what: str, entries: int, count: int) -> str:
    return f"{what}, {count} at once, of {entries:,}"


async def _timed(ask: Callable[[int], Awaitable[object]], calls: int) -> list[float]:
    """Milliseconds of each call; the first few, not counted, open connections and load scripts."""
    times = []
    for i in range(-3, calls):
        began = time.perf_counter()
        await ask(max(i, 0))
        times.append((time.perf_counter() - began) * 1000)
    return times[3:]


async def _save(store: RedisStore, prompts: list[str], vectors: Vectors) -> float:
    began = time.perf_counter()
    for start in range(0, len(prompts), SAVED_AT_ONCE):
        some = slice(start, start + SAVED_AT_ONCE)
        await store.save([entry_of(prompt, ANSWER, 1, ("shop",)) for prompt in prompts[some]], vectors[some])
    return len(prompts) / (time.perf_counter() - began)


async def _one_by_one(report: Report, filled: _Filled, prompts: list[str], vectors: Vectors) -> None:
    entries = [entry_of(prompt, ANSWER, 1, ("shop",)) for prompt in prompts]
    half = len(entries) // 2

    async def save(i: int) -> None:
        await filled.store.save(entries[i : i + 1], vectors[i : i + 1])

    name = f"new entries, of {filled.entries:,}"
    report.figure(f"{name}, 1 at once, p50", "ms").add(statistics.median(await _timed(save, half)))
    rate = await _save(filled.store, prompts[half:], vectors[half:])
    report.figure(f"{name}, {len(prompts) - half} at once, each", "ms").add(1000 / rate)


def _plot(report: Report, sizes: _Sizes) -> Plot:
    def curve(ending: str, count: int) -> list[tuple[float, float]]:
        names = [(entries, f"{_name(KNN, entries, count)}, {ending}") for entries in sizes.entries]
        return [(entries, statistics.median(report.figure(name, "ms").values)) for entries, name in names]

    single, many = sizes.searched[0], sizes.searched[-1]
    series = {"one query, p50": curve("p50", single), f"{many} in a pipeline, each": curve("each", many)}
    return Plot("redis-neighbours", "Neighbours from Redis", "entries", "ms", series, is_x_log=True)
