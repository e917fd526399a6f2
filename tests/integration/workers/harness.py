"""Real worker processes, and a caller that sees every byte they send."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition

from schemas import Topics
from workers.kafka.topics import ensure_topics
from workers.settings import KafkaConfig, Settings

READY_SECONDS = 60.0
REPLY_SECONDS = 30.0
STOP_SECONDS = 30.0


@dataclass(frozen=True)
class Deployment:
    """One deployment of its own on shared servers: its topics, its keys."""

    kafka: str
    redis_url: str
    prefix: str
    model_path: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    """More settings, without the prefix of the environment."""

    @property
    def topics(self) -> Topics:
        """Its topics."""
        return Topics(self.prefix)

    def environment(self) -> dict[str, str]:
        """For a worker process; nothing of ours leaks in."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("SEMANTIC_CACHE_")}
        own = {
            "KAFKA__BOOTSTRAP_SERVERS": self.kafka,
            "KAFKA__TOPIC_PREFIX": self.prefix,
            "KAFKA__GROUP_ID": self.prefix,
            "KAFKA__PARTITIONS": "4",
            "KAFKA__SESSION_TIMEOUT_MS": "6000",
            "REDIS__URL": self.redis_url,
            "REDIS__KEY_PREFIX": self.prefix[:32],
            "EMBEDDING__MODEL_PATH": str(self.model_path),
            "HTTP__HOST": "127.0.0.1",
            "HTTP__PORT": "0",
        }
        return clean | {f"SEMANTIC_CACHE_{name}": value for name, value in (own | dict(self.settings)).items()}

    async def create_topics(self) -> None:
        """As `semantic-cache topics create`."""
        kafka = KafkaConfig(bootstrap_servers=self.kafka, topic_prefix=self.prefix, partitions=4)
        await ensure_topics(Settings(kafka=kafka))


class WorkerProcess:
    """One worker, as an operator would run it."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._said = asyncio.Event()
        self.log: list[dict[str, Any]] = []

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self.kill()

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._started().pid

    async def start(self, *, wait: bool = True) -> None:
        """Start; by default until it is ready."""
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "workers.cli", "worker"),
            env=self._deployment.environment(),
            stderr=asyncio.subprocess.PIPE,
        )
        self._reading = asyncio.create_task(self._read(self._process))
        if wait:
            await self.said("ready", READY_SECONDS)

    async def said(self, action: str, seconds: float = READY_SECONDS) -> dict[str, Any]:
        """The first log line with this action, waited for."""
        async with asyncio.timeout(seconds):
            while True:
                for line in self.log:
                    if line.get("action") == action:
                        return line
                if self._started().returncode is not None and self._reading is not None and self._reading.done():
                    raise AssertionError(f"the worker has ended: {self.log}")
                self._said.clear()
                await self._said.wait()

    def send_signal(self, number: signal.Signals) -> None:
        """To the process."""
        self._started().send_signal(number)

    async def ended(self, seconds: float = STOP_SECONDS) -> int:
        """The exit code, waited for."""
        async with asyncio.timeout(seconds):
            code = await self._started().wait()
            if self._reading is not None:
                await self._reading
        return code

    async def stop(self) -> int:
        """SIGTERM, and the exit code."""
        self.send_signal(signal.SIGTERM)
        return await self.ended()

    async def kill(self) -> None:
        """SIGKILL, if it still runs; continues one that is stopped."""
        process = self._started()
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
        await self.ended()

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stderr is not None
        async for line in process.stderr:
            try:
                entry = json.loads(line)
            except json.JSONDecodeError:
                entry = {"raw": line.decode(errors="replace").rstrip()}
            self.log.append(entry)
            self._said.set()
        self._said.set()

    def _started(self) -> asyncio.subprocess.Process:
        assert self._process is not None, "not started"
        return self._process


@dataclass(frozen=True)
class Reply:
    """One record that a worker sent."""

    record: ConsumerRecord
    value: dict[str, Any]
    headers: dict[str, bytes | None]


class Wire:
    """Sends records as they are given, and collects all results and dead letters of the deployment."""

    def __init__(self, deployment: Deployment, extra_topics: Iterable[str] = ()) -> None:
        topics = deployment.topics
        self._deployment = deployment
        self._results = [topics.lookup_results, topics.store_results, topics.invalidation_results, *extra_topics]
        self._dead = topics.dead_letters
        self._news = asyncio.Event()
        self.replies: dict[str, list[Reply]] = defaultdict(list)
        """By request id."""
        self.dead_letters: list[Reply] = []

    async def __aenter__(self) -> Self:
        servers = self._deployment.kafka
        self._producer = AIOKafkaProducer(bootstrap_servers=servers, linger_ms=1, max_request_size=4_000_000)
        self._consumer = AIOKafkaConsumer(bootstrap_servers=servers, max_partition_fetch_bytes=8_000_000)
        await self._producer.start()
        await self._consumer.start()
        partitions = [
            TopicPartition(topic, number)
            for topic in (*self._results, self._dead)
            for number in await self._producer.partitions_for(topic)
        ]
        self._consumer.assign(partitions)
        await self._consumer.seek_to_end(*partitions)
        for partition in partitions:
            await self._consumer.position(partition)
        self._reading = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *_exc: object) -> None:
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)
        await self._producer.stop()
        await self._consumer.stop()

    async def send(
        self,
        topic: str,
        value: bytes | Mapping[str, Any] | None,
        *,
        key: bytes | None = None,
        headers: Iterable[tuple[str, bytes | None]] = (),
        partition: int | None = None,
        timestamp_ms: int | None = None,
    ) -> asyncio.Future[Any]:
        """One record; not flushed."""
        data = json.dumps(value).encode() if isinstance(value, Mapping) else value
        key = key or (b"" if data is None else None)
        sent: asyncio.Future[Any] = await self._producer.send(
            topic, data, key=key, headers=list(headers), partition=partition, timestamp_ms=timestamp_ms
        )
        return sent

    async def ask(self, topic: str, value: Mapping[str, Any], **how: Any) -> dict[str, Any]:  # noqa: ANN401
        """One request, and its reply's value."""
        await self.send(topic, value, **how)
        return (await self.reply_to(str(value["request_id"]))).value

    async def reply_to(self, request_id: str, seconds: float = REPLY_SECONDS) -> Reply:
        """The first reply to a request."""
        await self.until(lambda: request_id in self.replies, seconds)
        return self.replies[request_id][0]

    async def until_answered(self, request_ids: Iterable[str], seconds: float = REPLY_SECONDS) -> None:
        """Every one of them has a reply."""
        wanted = set(request_ids)
        await self.until(lambda: wanted <= self.replies.keys(), seconds, lambda: len(wanted - self.replies.keys()))

    async def until(self, condition: Any, seconds: float = REPLY_SECONDS, what: Any = None) -> None:  # noqa: ANN401
        """The condition holds after some record."""
        try:
            async with asyncio.timeout(seconds):
                while not condition():
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise AssertionError(f"not within {seconds} s; missing: {what() if what else '?'}") from None

    async def _read(self) -> None:
        async for record in self._consumer:
            headers = dict(record.headers)
            if record.topic == self._dead:
                self.dead_letters.append(Reply(record, {}, headers))
            else:
                value = json.loads(record.value)
                self.replies[value["request_id"]].append(Reply(record, value, headers))
            self._news.set()


async def committed_and_end(deployment: Deployment, topic: str, group: str) -> dict[int, tuple[int, int]]:
    """For each partition what its group has committed (0: nothing) and where it ends."""
    consumer = AIOKafkaConsumer(bootstrap_servers=deployment.kafka, group_id=group, enable_auto_commit=False)
    await consumer.start()
    try:
        await consumer._client._wait_on_metadata(topic)
        partitions = [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic) or ()]
        ends = await consumer.end_offsets(partitions)
        return {p.partition: (await consumer.committed(p) or 0, ends[p]) for p in partitions}
    finally:
        await consumer.stop()


async def until_committed(deployment: Deployment, topic: str, group: str, seconds: float = 10.0) -> None:
    """All that is in the topic is committed."""
    deadline = time.monotonic() + seconds
    while True:
        found = await committed_and_end(deployment, topic, group)
        if all(committed == end for committed, end in found.values()):
            return
        assert time.monotonic() < deadline, found
        await asyncio.sleep(0.1)
