"""Part `scale`: what a lookup costs among 1,000 entries, 10,000 and 100,000; memory, filling, building the index."""

import random
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import numpy as np
from pydantic import SecretStr

from benchmarks.figures import Report, at_most
from benchmarks.load import Load
from benchmarks.plots import Plot
from benchmarks.processes import Worker
from benchmarks.questions import wordings
from benchmarks.scale_changes import Changes, change_much, fingerprint, rebuild, tags_of
from benchmarks.scale_filling import Filling, fill, index_megabytes, make_filling
from benchmarks.stage import Deployment, Stage
from workers.cache.config import PolicyConfig, RedisConfig
from workers.cache.keys import NO_CONTEXT, entry_id
from workers.cache.l2 import RedisStore
from workers.cache.l2.link import RedisLink
from workers.cache.l2.redis_commands import Keys
from workers.cache.ports import Address, NearestQuery, Vectors
from workers.cache.reader import SEMANTIC_AT_ONCE

NAMESPACE = "default"
NEIGHBOURS = PolicyConfig().candidates
FETCHED_AT_ONCE = 128
BUDGET = 1.5
"""The largest of the usual sizes against the smallest."""
EXACT, SEARCH, SEARCH_ALONE = "fetched by key", "searched by meaning", "searched by meaning, one at a time, p50"
WORKER_EXACT, WORKER_SEMANTIC = "worker, L2 by key", "worker, L2 by meaning, never-seen wording"
WHOLE = (EXACT, WORKER_EXACT, WORKER_SEMANTIC)
"""Lookups as callers pay for them; a search alone is a part of one, and grows with the logarithm of the size."""
WAYS = (EXACT, SEARCH, SEARCH_ALONE, WORKER_EXACT, WORKER_SEMANTIC)


@dataclass(frozen=True, slots=True)
class _Sizes:
    """How much of each."""

    entries: tuple[int, ...]
    embedded: int
    """Of the entries, questions with their own vectors, the smallest cache's among them; others are made of these."""
    fetched: int = 20_000
    searched: int = 1_024
    asked: int = 2_000
    """Requests to the worker by meaning; ten times as many by key."""
    changes: Changes = field(default_factory=Changes)


FULL = _Sizes(entries=(1_000, 10_000, 100_000), embedded=5_000)
LARGE = _Sizes(entries=(1_000, 10_000, 100_000, 1_000_000), embedded=20_000)
QUICK = _Sizes(entries=(40, 120), embedded=60, fetched=256, searched=64, asked=40, changes=Changes((5, 20), 1))


@dataclass(frozen=True, slots=True)
class _Cache:
    """One deployment with so many entries."""

    filling: Filling
    deployment: Deployment
    store: RedisStore
    lookups: Load
    keys: Keys

    @property
    def entries(self) -> int:
        return len(self.filling.prompts)


async def run(stage: Stage, rounds: int, report: Report) -> None:
    """A cache of each size, side by side in one Redis, each with a worker; lookups by turns, then what changes much."""
    sizes = stage.pick(LARGE if stage.is_large else FULL, quick=QUICK)
    filling = await make_filling(stage, max(sizes.entries), sizes.embedded)
    queries = await stage.embed(wordings(sizes.entries[0], sizes.searched, 0))
    async with AsyncExitStack() as stack:
        link = await _link(stage, stack)
        caches = [await _cache(stage, stack, link, _first(filling, count), report, sizes) for count in sizes.entries]
        for cache in caches:
            await _recall(cache, queries, report)
        for turn in range(rounds):
            await _round(caches, sizes, queries, report, turn)
        largest = caches[-1]
        # Not of the largest: the engine builds some 500 a second while it serves, so 100,000 take minutes.
        await rebuild(caches[-2].store, link, caches[-2].deployment.topics.prefix, report)
        await change_much(stage, largest.deployment, largest.store, link, report, sizes.changes, queries)
    report.note("the made entries lie near the asked ones and take the policy its margin: larger caches hit less here")
    report.note(f"{sizes.embedded:,} entries are embedded questions, each further one's vector is made of two of them")
    report.note(f"by key: {FETCHED_AT_ONCE} in a script; by meaning: {SEMANTIC_AT_ONCE} in a pipeline")
    report.note(
        f"workers without L1, asked in other words about the {sizes.entries[0]:,} questions that all sizes share"
    )
    report.plots.append(_plot(report, sizes))


async def _link(stage: Stage, stack: AsyncExitStack) -> RedisLink:
    link = RedisLink(RedisConfig(url=SecretStr(stage.redis_url)), on_connect=lambda: None)
    link.open()
    stack.push_async_callback(link.aclose)
    return link


def _first(filling: Filling, count: int) -> Filling:
    return Filling(filling.prompts[:count], filling.vectors[:count])


async def _cache(
    stage: Stage, stack: AsyncExitStack, link: RedisLink, filling: Filling, report: Report, sizes: _Sizes
) -> _Cache:
    deployment = await stage.deployment(L1__ENABLED="false", OVERLOAD__POLICY="wait", LEASE__ENABLED="false")
    await stack.enter_async_context(Worker(deployment.settings))
    lookups = await stack.enter_async_context(stage.load(deployment.lookups))
    store = await stack.enter_async_context(stage.store(deployment.topics.prefix))
    miss = await lookups.ask({"prompt": "What is the fence of an answer computed now?"})
    count, prefix = len(filling.prompts), deployment.topics.prefix
    filled = await fill(store, link, filling, miss["fence"], tags_of(count, sizes.changes))
    keys = Keys(prefix, await fingerprint(link, prefix))
    report.figure(f"stored, nearing {count:,}", "entries/s").add(filled.rate)
    report.figure(f"Redis' memory an entry, of {count:,}", "bytes").add(filled.bytes_each)
    report.figure(f"index of vectors, an entry, of {count:,}", "bytes").add(
        await index_megabytes(link, keys) * 2**20 / count
    )
    return _Cache(filling, deployment, store, lookups, keys)


async def _round(caches: Sequence[_Cache], sizes: _Sizes, queries: Vectors, report: Report, turn: int) -> None:
    first: dict[str, float] = {}
    for cache in caches:
        took = {
            EXACT: await _fetch(cache, sizes.fetched, turn),
            SEARCH: await _search(cache, queries),
            SEARCH_ALONE: await _search_alone(cache, queries),
            WORKER_EXACT: await _ask_by_key(cache, sizes, report, turn),
            WORKER_SEMANTIC: await _ask_by_meaning(cache, sizes, report, turn),
        }
        for what, microseconds in took.items():
            name, smallest = f"{what}, of {cache.entries:,}", f"{what}, of {caches[0].entries:,}"
            first.setdefault(what, microseconds)
            budget = at_most(BUDGET) if what in WHOLE and cache is not caches[0] else None
            figure = report.figure(name, "µs", against=smallest, budget=budget)
            figure.add(microseconds, first[what])


async def _fetch(cache: _Cache, count: int, turn: int) -> float:
    prompts = random.Random(turn).choices(cache.filling.prompts, k=count)
    addresses = [Address(NAMESPACE, entry_id(NAMESPACE, NO_CONTEXT, prompt)) for prompt in prompts]
    began = time.perf_counter()
    for start in range(0, count, FETCHED_AT_ONCE):
        found = await cache.store.fetch(addresses[start : start + FETCHED_AT_ONCE])
        if any(each.entry is None for each in found):
            raise RuntimeError("an entry that was stored is not there")
    return (time.perf_counter() - began) / count * 1e6


def _wanted(queries: Vectors) -> list[NearestQuery]:
    return [NearestQuery(NAMESPACE, NO_CONTEXT, vector, NEIGHBOURS) for vector in queries]


async def _search(cache: _Cache, queries: Vectors) -> float:
    wanted = _wanted(queries)
    await cache.store.find_nearest(wanted[:SEMANTIC_AT_ONCE])
    began = time.perf_counter()
    for start in range(0, len(wanted), SEMANTIC_AT_ONCE):
        await cache.store.find_nearest(wanted[start : start + SEMANTIC_AT_ONCE])
    return (time.perf_counter() - began) / len(wanted) * 1e6


async def _recall(cache: _Cache, queries: Vectors, report: Report) -> None:
    """How many of the true nearest a search finds."""
    names = [entry_id(NAMESPACE, NO_CONTEXT, prompt) for prompt in cache.filling.prompts]
    found = 0
    for start in range(0, len(queries), SEMANTIC_AT_ONCE):
        some = queries[start : start + SEMANTIC_AT_ONCE]
        similarities = some @ cache.filling.vectors.T
        nearest = np.argpartition(-similarities, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]
        for neighbours, true in zip(await cache.store.find_nearest(_wanted(some)), nearest, strict=True):
            found += len({neighbour.entry_id for neighbour in neighbours} & {names[i] for i in true})
    report.figure(f"recall@{NEIGHBOURS}, of {cache.entries:,}", "%").add(100 * found / (len(queries) * NEIGHBOURS))


async def _search_alone(cache: _Cache, queries: Vectors) -> float:
    took = []
    for query in _wanted(queries[: len(queries) // 4]):
        began = time.perf_counter()
        await cache.store.find_nearest([query])
        took.append(time.perf_counter() - began)
    return float(np.median(took)) * 1e6


async def _ask_by_key(cache: _Cache, sizes: _Sizes, report: Report, turn: int) -> float:
    prompts = random.Random(turn).choices(cache.filling.prompts, k=sizes.asked * 10)
    return await _ask(cache, WORKER_EXACT, prompts, report)


async def _ask_by_meaning(cache: _Cache, sizes: _Sizes, report: Report, turn: int) -> float:
    return await _ask(cache, WORKER_SEMANTIC, wordings(sizes.entries[0], sizes.asked, turn + 1), report)


async def _ask(cache: _Cache, what: str, prompts: Sequence[str], report: Report) -> float:
    drained = await cache.lookups.run([{"prompt": prompt} for prompt in prompts])
    total = drained.statuses.total()
    shares = ", ".join(f"{count / total:.0%} {status}" for status, count in drained.statuses.most_common())
    report.note(f"{what}, of {cache.entries:,}: {shares}")
    return 1e6 / drained.rate


def _plot(report: Report, sizes: _Sizes) -> Plot:
    def median(what: str, entries: int) -> float:
        return float(np.median(report.figure(f"{what}, of {entries:,}", "µs").values))

    lines = {what: [(entries, median(what, entries)) for entries in sizes.entries] for what in WAYS}
    return Plot(
        "scale", "Cost of a lookup by the size of the cache", "entries", "µs", lines, is_x_log=True, is_y_log=True
    )
