"""The yardstick, a process of its own: takes requests from one topic and puts replies on another, and nothing else.

python -m benchmarks.echo_process KIND SERVERS REQUESTS REPLIES
"""

import asyncio
import gc
import sys
from enum import StrEnum
from typing import Any

import uvloop
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord
from faststream.kafka import KafkaBroker

from schemas import LookupRequest, LookupResult, LookupStatus

READY = "echo ready"
BATCH = 500
COMMIT_SECONDS = 0.15
LARGEST_BATCH_BYTES = 256 * 1024
SERVER_VERSION_WAIT_SECONDS = 0.02


class EchoKind(StrEnum):
    """How much an echo does."""

    BYTES = "bytes"
    """Sends the bytes back as they came."""
    PYDANTIC = "pydantic"
    """Validates each request as a model, builds the reply as a model, and writes it as JSON."""
    FASTSTREAM = "faststream"
    """The same in a batch subscriber of FastStream, with its own decoding."""


def reply_to(request: LookupRequest) -> LookupResult:
    """A hit of about the usual size, as a model."""
    return LookupResult(
        request_id=request.request_id,
        status=LookupStatus.HIT,
        response=request.prompt * 8,
        matched_prompt=request.prompt,
        similarity=1.0,
        age_seconds=12.5,
        expires_in_seconds=3600.0,
        reason="exact",
    )


def _producer(servers: str) -> AIOKafkaProducer:
    return AIOKafkaProducer(bootstrap_servers=servers, acks="all", linger_ms=0, max_batch_size=LARGEST_BATCH_BYTES)


async def _aiokafka(kind: EchoKind, servers: str, asked: str, answered: str) -> None:
    consumer = AIOKafkaConsumer(
        asked,
        bootstrap_servers=servers,
        group_id=f"echo-{asked}",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    producer = _producer(servers)
    await producer.start()
    await consumer.start()
    await _say_when_assigned(consumer)
    committing = asyncio.create_task(_commit_for_ever(consumer), name="commit")
    try:
        while True:
            for records in (await consumer.getmany(timeout_ms=60_000, max_records=BATCH)).values():
                await _answer(kind, producer, answered, records)
    finally:
        committing.cancel()


async def _answer(kind: EchoKind, producer: AIOKafkaProducer, answered: str, records: list[ConsumerRecord]) -> None:
    """Sends are begun and not waited for; the producer's own bound holds them."""
    for record in records:
        value = record.value
        key = b""
        if kind is EchoKind.PYDANTIC:
            reply = reply_to(LookupRequest.model_validate_json(value))
            key, value = reply.request_id.encode(), reply.encode()
        await producer.send(answered, value, key or _id_in(value), partition=record.partition)


def _id_in(value: bytes) -> bytes:
    """The request's id, cut out of JSON whose first field it is."""
    return value.split(b'"', 4)[3]


async def _say_when_assigned(consumer: AIOKafkaConsumer) -> None:
    while not consumer.assignment():  # noqa: ASYNC110 - aiokafka has no event for it that does not need a listener
        await asyncio.sleep(SERVER_VERSION_WAIT_SECONDS)
    for partition in consumer.assignment():
        await consumer.position(partition)
    _say_ready()


async def _commit_for_ever(consumer: AIOKafkaConsumer) -> None:
    while True:
        await asyncio.sleep(COMMIT_SECONDS)
        await consumer.commit()


async def _faststream(servers: str, asked: str, answered: str) -> None:
    broker = KafkaBroker(servers, logger=None)
    producer = _producer(servers)
    await producer.start()

    @broker.subscriber(asked, batch=True, max_records=BATCH, group_id=f"echo-{asked}", auto_offset_reset="earliest")
    async def answer(requests: list[LookupRequest]) -> None:
        for request in requests:
            reply = reply_to(request)
            key = reply.request_id.encode()
            await producer.send(answered, reply.encode(), key, partition=0)

    await broker.start()
    consumer: Any = broker.subscribers[0].consumer  # type: ignore[attr-defined]  # FastStream's own
    await _say_when_assigned(consumer)
    await asyncio.Event().wait()


def _say_ready() -> None:
    gc.collect()
    gc.freeze()
    print(READY, flush=True)


def main() -> None:
    """Echo until killed."""
    kind, servers, asked, answered = sys.argv[1:]
    if kind == EchoKind.FASTSTREAM:
        uvloop.run(_faststream(servers, asked, answered))
    else:
        uvloop.run(_aiokafka(EchoKind(kind), servers, asked, answered))


if __name__ == "__main__":
    main()
