"""A worker that answers by script, on a real Kafka: for what real workers do not do on demand."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.structs import ConsumerRecord

from schemas import Header, Message, Topics

PARTITIONS = 3


@dataclass(slots=True)
class Request:
    """One request as it came."""

    topic: str
    partition: int
    key: bytes
    value: bytes
    headers: dict[str, str]


Script = Callable[[Request], Message | None]
"""The reply to a request; None: silence."""


@dataclass(slots=True)
class ScriptedWorker:
    """Answers what `script` says, and keeps what it saw."""

    script: Script
    seen: list[Request] = field(default_factory=list)

    async def run(self, consumer: AIOKafkaConsumer, producer: AIOKafkaProducer, topics: Topics) -> None:
        results = {
            topics.lookup_requests: topics.lookup_results,
            topics.store_requests: topics.store_results,
            topics.invalidation_requests: topics.invalidation_results,
        }
        async for record in consumer:
            request = _read(record)
            self.seen.append(request)
            reply = self.script(request)
            if reply is None or request.topic not in results:
                continue
            partition = request.headers.get(Header.REPLY_PARTITION)
            await producer.send(
                request.headers.get(Header.REPLY_TO, results[request.topic]),
                reply.encode(),
                partition=None if partition is None else int(partition),
                headers=[(Header.CORRELATION_ID.value, request.headers[Header.CORRELATION_ID].encode())],
            )

    def of(self, topic: str) -> list[Request]:
        """Requests of one topic."""
        return [request for request in self.seen if request.topic == topic]


def _read(record: ConsumerRecord[bytes, bytes]) -> Request:
    headers = {name: value.decode() for name, value in record.headers}
    return Request(record.topic, record.partition, record.key or b"", record.value or b"", headers)


async def create_topics(bootstrap: str, topics: Topics, *more: str) -> None:
    """What a deployment has, as far as a client sees it."""
    names = (
        *(topics.lookup_requests, topics.store_requests, topics.invalidation_requests, topics.product_changes),
        topics.feedback,
        *(topics.lookup_results, topics.store_results, topics.invalidation_results),
        *more,
    )
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(name, PARTITIONS, 1) for name in names])
    finally:
        await admin.close()


@asynccontextmanager
async def scripted_worker(bootstrap: str, prefix: str, script: Script) -> AsyncIterator[ScriptedWorker]:
    """Running, with topics made, from the beginning of each."""
    topics = Topics(prefix)
    worker = ScriptedWorker(script)
    consumer = AIOKafkaConsumer(
        *(topics.lookup_requests, topics.store_requests, topics.invalidation_requests, topics.product_changes),
        topics.feedback,
        bootstrap_servers=bootstrap,
        group_id=f"scripted-{uuid.uuid4().hex}",
        auto_offset_reset="earliest",
    )
    async with consumer, AIOKafkaProducer(bootstrap_servers=bootstrap) as producer:
        running = asyncio.create_task(worker.run(consumer, producer, topics), name="scripted-worker")
        try:
            yield worker
        finally:
            running.cancel()
            await asyncio.wait([running])
    if not running.cancelled() and (error := running.exception()):
        raise error
