"""What changes much in a large cache, and what lookups feel of it: invalidations of large tags, a new index."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import numpy as np

from benchmarks.figures import Report
from benchmarks.scale_filling import DEPENDS_ON_ALL, TIMEOUT_MS
from benchmarks.stage import Deployment, Stage
from client import SemanticCacheClient
from workers.cache.config import PolicyConfig
from workers.cache.keys import NO_CONTEXT
from workers.cache.l2 import RedisStore
from workers.cache.l2 import redis_commands as commands
from workers.cache.l2.link import RedisLink
from workers.cache.l2.redis_commands import Keys
from workers.cache.l2.replies import read_index_state
from workers.cache.ports import Address, NearestQuery, Vectors

NAMESPACE = "default"
NOBODY = Address(NAMESPACE, "0" * 32)
SEEN_SWEEPING_SECONDS = 5.0
POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Changes:
    """What is invalidated."""

    tag_sizes: tuple[int, ...] = (10, 1_000)
    """Entries of a tag; after these, everything."""
    trials: int = 3
    """Tags of each size."""


@dataclass(slots=True)
class _Felt:
    """Milliseconds of fetches, one after the other, while something else went on."""

    took: list[float] = field(default_factory=list)

    def tell(self, report: Report, when: str) -> None:
        """p50, p99 and the longest."""
        for name, value in (
            ("p50", float(np.percentile(self.took, 50))),
            ("p99", float(np.percentile(self.took, 99))),
            ("max", max(self.took)),
        ):
            report.figure(f"a fetch {when}, {name}", "ms").add(value)


def tags_of(count: int, changes: Changes) -> list[list[str]]:
    """Tags of each entry: the first ones carry those that are invalidated."""
    tags: list[list[str]] = [[] for _ in range(count)]
    at = 0
    for size in changes.tag_sizes:
        for trial in range(changes.trials):
            for own in tags[at : at + size]:
                own.append(_tag(size, trial))
            at += size
    return tags


def _tag(size: int, trial: int) -> str:
    return f"of {size} ({trial})"


async def change_much(
    stage: Stage,
    deployment: Deployment,
    store: RedisStore,
    link: RedisLink,
    report: Report,
    changes: Changes,
    queries: Vectors,
) -> None:
    """Invalidate more and more of what is stored."""
    async with SemanticCacheClient(stage.kafka, topic_prefix=deployment.topics.prefix, timeout_seconds=120) as client:
        felt = _Felt()
        async with _fetching(store, felt):
            await asyncio.sleep(1.0)
        felt.tell(report, "undisturbed")
        for size in changes.tag_sizes:
            await _invalidate(client, store, report, size, [_tag(size, trial) for trial in range(changes.trials)])
            await _swept(link, deployment.topics.prefix)
        left = (await client.invalidate(tags=[DEPENDS_ON_ALL], dry_run=True)).removed or 0
        await _invalidate(client, store, report, left, [DEPENDS_ON_ALL])
    await _after(store, link, deployment.topics.prefix, report, queries)


async def _invalidate(
    client: SemanticCacheClient, store: RedisStore, report: Report, size: int, tags: Sequence[str]
) -> None:
    felt = _Felt()
    for tag in tags:
        async with _fetching(store, felt):
            began = time.perf_counter()
            result = await client.invalidate(tags=[tag])
            took = (time.perf_counter() - began) * 1000
        if result.removed != size:
            # Repair takes a rule for lost that is not applied within repair_after_ms, and deletes some beside it.
            report.note(f"invalidation of {size:,}: the reply counts {result.removed or 0:,}")
        if (await client.invalidate(tags=[tag], dry_run=True)).removed:
            raise RuntimeError("acknowledged, and not all of it is gone")
        report.figure(f"invalidation of {size:,}, acknowledged", "ms").add(took)
    felt.tell(report, f"during an invalidation of {size:,}")


@asynccontextmanager
async def _fetching(store: RedisStore, felt: _Felt) -> AsyncIterator[None]:
    """Fetch one address after the other beside the block."""

    async def again_and_again() -> None:
        while True:
            began = time.perf_counter()
            await store.fetch([NOBODY])
            felt.took.append((time.perf_counter() - began) * 1000)

    task = asyncio.create_task(again_and_again(), name="fetching")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _after(store: RedisStore, link: RedisLink, prefix: str, report: Report, queries: Vectors) -> None:
    """All entries are gone, and most of their vectors are still in the index."""
    began, before = time.perf_counter(), await _garbage(link, prefix)
    felt, took = _Felt(), []
    async with _fetching(store, felt):
        for vector in queries[:20]:
            started = time.perf_counter()
            await store.find_nearest([NearestQuery(NAMESPACE, NO_CONTEXT, vector, PolicyConfig().candidates)])
            took.append((time.perf_counter() - started) * 1000)
        with suppress(TimeoutError):
            async with asyncio.timeout(SEEN_SWEEPING_SECONDS):
                await _swept(link, prefix)
    report.figure("a search right after everything is gone, p50", "ms").add(float(np.median(took)))
    felt.tell(report, "while vectors are swept")
    swept = before - await _garbage(link, prefix)
    report.figure("vectors swept meanwhile", "vectors/s").add(swept / (time.perf_counter() - began))


async def _swept(link: RedisLink, prefix: str) -> None:
    while await _garbage(link, prefix):  # noqa: ASYNC110 - another process's work sets no event
        await asyncio.sleep(POLL_SECONDS)


async def _garbage(link: RedisLink, prefix: str) -> int:
    (count,) = await link.run([("SCARD", Keys(prefix, "").garbage(NAMESPACE))], TIMEOUT_MS)
    return int(count)


async def rebuild(store: RedisStore, link: RedisLink, prefix: str, report: Report) -> None:
    """Drop the index of vectors and let `open` make it anew over what is there, as a Redis does that restarts."""
    keys = Keys(prefix, await fingerprint(link, prefix))
    felt = _Felt()
    await link.run([("FT.DROPINDEX", keys.vector_index)], TIMEOUT_MS)
    began = time.perf_counter()
    async with _fetching(store, felt):
        await store.open()
        while True:
            (told,) = await link.run([commands.describe(keys.vector_index)], TIMEOUT_MS)
            if (state := read_index_state(told)).is_complete:
                break
            await asyncio.sleep(POLL_SECONDS)
    seconds = time.perf_counter() - began
    report.figure(f"index of {state.documents:,} built anew", "s").add(seconds)
    report.figure("vectors indexed anew", "vectors/s").add(state.documents / seconds)
    felt.tell(report, "while the index is built")


async def fingerprint(link: RedisLink, prefix: str) -> str:
    """Of the model whose vectors a deployment holds."""
    (listing,) = await link.run([("FT._LIST",)], TIMEOUT_MS)
    names: list[str] = [name.decode() for name in listing]
    return next(name.rsplit(":", 1)[1] for name in names if name.startswith(f"{prefix}:vec:"))
