"""The stage of a run: an embedded Kafka and Redis, lanes through them, and caches filled beforehand."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self, TypeVar

import numpy as np
from pydantic import SecretStr

from benchmarks.echo_process import EchoKind
from benchmarks.load import Lane, Load, create_topics
from benchmarks.processes import Echo, Worker
from schemas import Topics
from workers.cache.clock import SystemClock
from workers.cache.config import EmbeddingConfig, RedisConfig
from workers.cache.embedding import FastembedEmbedder
from workers.cache.entry import Entry
from workers.cache.keys import NO_CONTEXT, entry_id
from workers.cache.l2 import RedisStore
from workers.cache.ports import Vectors
from workers.stack import Stack

T = TypeVar("T")

PARTITIONS = 8
"""Of each request topic, as the settings have it by default."""
SAVED_AT_ONCE = 500
DAY_SECONDS = 86_400.0


@dataclass(slots=True)
class Deployment:
    """One worker's topics and keys; nothing else uses them."""

    topics: Topics
    settings: dict[str, str]
    partitions: int
    lookups: Lane
    stores: Lane
    invalidations: Lane


@dataclass(slots=True)
class Stage:
    """What all parts of a run share."""

    stack: Stack
    is_quick: bool = False
    """Sizes so small that nothing is measured: does every part still run?"""
    is_large: bool = False
    """Sizes that take an hour, where a part has them."""
    trace: Path | None = None
    """A user's own trace of keys, for the parts that replay one."""
    pairs: Path | None = None
    """A user's own labelled pairs of questions, for the parts that judge hits."""
    vectors: dict[tuple[str, int], Vectors] = field(default_factory=dict)

    @classmethod
    @asynccontextmanager
    async def opened(
        cls, *, is_quick: bool = False, is_large: bool = False, trace: Path | None = None, pairs: Path | None = None
    ) -> AsyncIterator[Self]:
        """Start Kafka and Redis for the block."""
        async with Stack() as stack:
            yield cls(stack, is_quick, is_large, trace, pairs)

    def pick(self, full: T, quick: T) -> T:
        """A size (or a duration, or a list of them) of this run: `stage.pick(60_000, quick=600)`."""
        return quick if self.is_quick else full

    @property
    def kafka(self) -> str:
        """Where Kafka answers."""
        return self.stack.kafka_bootstrap_servers

    @property
    def redis_url(self) -> str:
        """Where Redis answers."""
        return self.stack.redis_url

    async def deployment(self, partitions: int = PARTITIONS, **settings: str) -> Deployment:
        """Topics and a key prefix that nothing else uses; `settings` by name, without their prefix."""
        topics = Topics(f"bench-{uuid.uuid4().hex[:8]}")
        lanes = [
            Lane(topics.lookup_requests, topics.lookup_results, partitions),
            Lane(topics.store_requests, topics.store_results, partitions),
            Lane(topics.invalidation_requests, topics.invalidation_results, partitions),
        ]
        await asyncio.to_thread(
            create_topics, self.kafka, [name for lane in lanes for name in (lane.asked, lane.answered)], partitions
        )
        own = {
            "KAFKA__BOOTSTRAP_SERVERS": self.kafka,
            "KAFKA__TOPIC_PREFIX": topics.prefix,
            "KAFKA__PARTITIONS": str(partitions),
            "REDIS__URL": self.redis_url,
            "REDIS__KEY_PREFIX": topics.prefix,
        }
        return Deployment(topics, own | settings, partitions, *lanes)

    @asynccontextmanager
    async def echo(self, kind: EchoKind, partitions: int = PARTITIONS) -> AsyncIterator[Lane]:
        """An echo that runs for the block."""
        name = f"bench-{uuid.uuid4().hex[:8]}"
        lane = Lane(f"{name}.asked", f"{name}.answered", partitions)
        await asyncio.to_thread(create_topics, self.kafka, [lane.asked, lane.answered], partitions)
        async with Echo(kind, self.kafka, lane.asked, lane.answered):
            yield lane

    @asynccontextmanager
    async def load(self, lane: Lane) -> AsyncIterator[Load]:
        """A sender for a lane."""
        load = await asyncio.to_thread(Load, self.kafka, lane)
        try:
            yield load
        finally:
            await load.aclose()

    async def embed(self, prompts: Sequence[str]) -> Vectors:
        """Vectors of prompts; the same list is embedded once a run."""
        known = (prompts[0], len(prompts))
        if known not in self.vectors:
            embedder = FastembedEmbedder(EmbeddingConfig(threads=2, queue_size=1_000_000))
            await embedder.open()
            try:
                self.vectors[known] = await embedder.embed(prompts)
            finally:
                await embedder.aclose()
        return self.vectors[known]

    async def fill(
        self, deployment: Deployment, prompts: Sequence[str], answer: str, *, fence: int, tag: str = "shop"
    ) -> float:
        """Save answers in the deployment's Redis as its workers would; entries a second."""
        vectors = await self.embed(prompts)
        async with self.store(deployment.topics.prefix) as store:
            started = time.perf_counter()
            for start in range(0, len(prompts), SAVED_AT_ONCE):
                some = slice(start, start + SAVED_AT_ONCE)
                entries = [entry_of(prompt, answer, fence, (tag,)) for prompt in prompts[some]]
                await store.save(entries, vectors[some])
            return len(prompts) / (time.perf_counter() - started)

    @asynccontextmanager
    async def store(self, key_prefix: str) -> AsyncIterator[RedisStore]:
        """The shared level as a worker opens it, for the default model."""
        embedder = FastembedEmbedder(EmbeddingConfig())
        await embedder.open()
        fingerprint, dimensions = embedder.fingerprint, embedder.dimensions
        await embedder.aclose()
        config = RedisConfig(url=SecretStr(self.redis_url), key_prefix=key_prefix, timeout_ms=60_000)
        store = RedisStore(config, fingerprint=fingerprint, dimensions=dimensions, clock=SystemClock())
        await store.open()
        try:
            yield store
        finally:
            await store.aclose()

    @asynccontextmanager
    async def filled(self, prompts: Sequence[str], answer: str, **settings: str) -> AsyncIterator["Running"]:
        """A worker whose Redis holds these answers already."""
        deployment = await self.deployment(PARTITIONS, **settings)
        async with Worker(deployment.settings) as worker, AsyncExitStack() as loads:
            lookups = await loads.enter_async_context(self.load(deployment.lookups))
            stores = await loads.enter_async_context(self.load(deployment.stores))
            miss = await lookups.ask({"prompt": "What is the fence of an answer computed now?"})
            await self.fill(deployment, prompts, answer, fence=miss["fence"])
            yield Running(deployment, worker, lookups, stores)


@dataclass(slots=True)
class Running:
    """A worker, and how to reach it."""

    deployment: Deployment
    worker: Worker
    lookups: Load
    stores: Load


def entry_of(prompt: str, answer: str, fence: int, tags: tuple[str, ...]) -> Entry:
    """An entry of the default namespace that lives for a day."""
    now = time.time()
    name = entry_id("default", NO_CONTEXT, prompt)
    return Entry(name, "default", NO_CONTEXT, prompt, answer, fence, now, now + DAY_SECONDS, tags).with_version()


def random_vectors(count: int, dimensions: int, seed: int) -> Vectors:
    """Unit vectors where their meaning does not matter."""
    rows = np.random.default_rng(seed).standard_normal((count, dimensions), dtype=np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows
