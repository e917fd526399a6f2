"""A fleet: a Kafka, a Redis, at least three workers, and what can be done to them."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
import uuid
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from client import SemanticCacheClient
from tests.faults.clients import NAMESPACE, PATIENCE_SECONDS
from tests.faults.proxy import SlowProxy
from tests.integration.workers.harness import Deployment, WorkerProcess
from workers.embedding_model import ModelFiles
from workers.stack import ApacheKafka, EmbeddedRedis

WORKERS = 3
TAIL_SECONDS = 1.0
"""What appendfsync everysec may lose."""


@dataclass(slots=True)
class Fleet:
    """Starts everything, hurts it on demand, and stops it."""

    model: ModelFiles
    bound_ms: int
    seed: int = 0
    settings: dict[str, str] = field(default_factory=dict)
    kafka: ApacheKafka = field(default_factory=ApacheKafka)
    redis: EmbeddedRedis = field(default_factory=EmbeddedRedis)
    workers: list[WorkerProcess] = field(default_factory=list)
    proxy: SlowProxy = field(init=False)
    deployment: Deployment = field(init=False)
    client: SemanticCacheClient = field(init=False)
    _exits: AsyncExitStack = field(default_factory=AsyncExitStack)
    _sizes: list[tuple[float, Path, int]] = field(default_factory=list)

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as exits:
            await exits.enter_async_context(self.kafka)
            await exits.enter_async_context(self.redis)
            self.proxy = await exits.enter_async_context(SlowProxy(self.redis.port))
            prefix = f"faults-{uuid.uuid4().hex[:12]}"
            own = {"COHERENCE__MAX_STALENESS_MS": str(self.bound_ms), "COHERENCE__REPAIR_AFTER_MS": "1500"}
            url = f"redis://127.0.0.1:{self.proxy.port}"
            self.deployment = Deployment(
                self.kafka.bootstrap_servers, url, prefix, self.model.path, own | self.settings
            )
            await self.deployment.create_topics()
            self.workers = [WorkerProcess(self.deployment) for _ in range(WORKERS)]
            exits.push_async_callback(self._kill_all)
            await asyncio.gather(*(worker.start() for worker in self.workers))
            self.client = await exits.enter_async_context(
                SemanticCacheClient(
                    self.kafka.bootstrap_servers,
                    topic_prefix=prefix,
                    namespace=NAMESPACE,
                    timeout_seconds=PATIENCE_SECONDS,
                )
            )
            watching = asyncio.create_task(self._watch_sizes())
            exits.push_async_callback(_cancelled, watching)
            self._exits = exits.pop_all()
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self._exits.aclose()

    async def kill_worker(self, rng: random.Random) -> None:
        """SIGKILL one; another takes its place."""
        index = rng.randrange(len(self.workers))
        await self.workers[index].kill()
        self.workers[index] = WorkerProcess(self.deployment)
        await self.workers[index].start()

    async def stop_worker(self, rng: random.Random, seconds: float) -> None:
        """SIGSTOP one, and SIGCONT it later."""
        worker = self.workers[rng.randrange(len(self.workers))]
        worker.send_signal(signal.SIGSTOP)
        try:
            await asyncio.sleep(seconds)
        finally:
            worker.send_signal(signal.SIGCONT)

    async def restart_broker(self) -> None:
        """Kill the broker; it comes back with what it had."""
        await self.kafka.kill()
        await asyncio.sleep(0.5)
        await self.kafka.start()

    async def restart_redis(self, *, cut_tail: bool) -> None:
        """Kill -9 Redis; it comes back with its append-only file, whole or without its last second."""
        await self.redis.kill()
        if cut_tail:
            self._cut_tail()
        await self.redis.start()

    async def slow_redis(self, delay_seconds: float, seconds: float) -> None:
        """Every reply of Redis comes later."""
        self.proxy.delay_seconds = delay_seconds
        await asyncio.sleep(seconds)
        self.proxy.delay_seconds = 0.0

    async def deliver_again(self, rng: random.Random) -> int:
        """Requests come a second time, bytes and headers as they were; the number sent."""
        topics = self.deployment.topics
        sent = 0
        consumer = AIOKafkaConsumer(bootstrap_servers=self.kafka.bootstrap_servers)
        producer = AIOKafkaProducer(bootstrap_servers=self.kafka.bootstrap_servers)
        async with AsyncExitStack() as exits:
            for part in (consumer, producer):
                await part.start()
                exits.push_async_callback(part.stop)
            for topic in (topics.store_requests, topics.invalidation_requests, topics.lookup_requests):
                partitions = [TopicPartition(topic, p) for p in await producer.partitions_for(topic)]
                consumer.assign(partitions)
                for partition, end in (await consumer.end_offsets(partitions)).items():
                    consumer.seek(partition, max(end - 40, 0))
                for records in (await consumer.getmany(timeout_ms=500, max_records=200)).values():
                    for record in rng.sample(records, len(records) // 2):
                        await producer.send(topic, record.value, key=record.key, headers=list(record.headers))
                        sent += 1
        return sent

    async def _kill_all(self) -> None:
        await asyncio.gather(*(worker.kill() for worker in self.workers))

    def _append_only_files(self) -> list[Path]:
        return sorted((self.redis.folder / "appendonlydir").glob("*.incr.aof"))

    async def _watch_sizes(self) -> None:
        """How long the append-only file was lately: where to cut it."""
        while True:
            now = time.monotonic()
            self._sizes = [kept for kept in self._sizes if now - kept[0] <= 2 * TAIL_SECONDS]
            self._sizes += [(now, path, path.stat().st_size) for path in self._append_only_files()]
            await asyncio.sleep(0.05)

    def _cut_tail(self) -> None:
        """What the file did not yet hold a second ago was never there."""
        last = self._append_only_files()[-1]
        before = time.monotonic() - TAIL_SECONDS
        sizes = [size for at, path, size in self._sizes if path == last and at <= before]
        if sizes:
            os.truncate(last, sizes[-1])


async def _cancelled(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
