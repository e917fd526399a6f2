"""The FastStream broker: one batch subscriber a channel, on consumers that take no more than fits.

What is turned off, and why: acknowledging (FastStream's commits a whole batch, done or not), replying to `reply_to`
(ours has rules), type injection (per batch, for nothing), its producer and its topic creation (ours).
"""

import asyncio
import logging
from collections.abc import Mapping
from functools import partial
from typing import Any, TypeVar

from aiokafka import ConsumerRecord
from aiokafka.coordinator.assignors.sticky.sticky_assignor import StickyPartitionAssignor
from faststream.kafka import KafkaBroker
from faststream.kafka.message import FAKE_CONSUMER, KafkaMessage
from faststream.middlewares import AckPolicy

from schemas import Message
from workers.kafka.connection import KafkaConnection
from workers.kafka.consumer import RequestConsumer
from workers.kafka.inbox import Inbox
from workers.kafka.request import Request
from workers.kafka.stream import Stream
from workers.settings import KafkaConfig

M = TypeVar("M", bound=Message)

MAX_POLL_INTERVAL_MS = 2**31 - 1
"""A worker that waits for Redis does not poll, and must keep its partitions: its heartbeats say that it lives."""
GRACE_SECONDS = 0.1
"""For a handler that still runs when the broker stops: the worker has waited for it before, with a bound of its own."""
MAX_FETCH_BYTES = 4_000_000
"""Of one partition at once; a single record may be larger."""


class RequestBroker(KafkaBroker):
    """A broker that only consumes, each topic by the consumer of its stream."""

    def __init__(self, kafka: KafkaConnection, streams: Mapping[str, Stream], client_id: str) -> None:
        super().__init__(
            kafka.servers.split(","),
            client_id=client_id,
            consumer_only=True,
            allow_auto_create_topics=False,
            apply_types=False,
            graceful_timeout=GRACE_SECONDS,
            logger=_errors_only(),
            log_level=logging.DEBUG,
        )
        self._kafka = kafka
        self._streams = streams

    async def _connect(self) -> Any:  # noqa: ANN401 - FastStream's own
        await super()._connect()
        builder = partial(RequestConsumer, streams=self._streams, **self._kafka.options())
        self.config.broker_config.builder = builder
        return builder

    async def start_all(self) -> None:
        """Start the subscribers side by side: each joins a group of its own, and waits for its partitions."""
        await self.connect()
        await asyncio.gather(*(subscriber.start() for subscriber in self.subscribers))
        self.running = True


def group_of(config: KafkaConfig, topic: str) -> str:
    """The consumer group of one topic. One group for all would stop every topic for a rebalance of any."""
    return f"{config.group_id}.{topic.removeprefix(config.topic_prefix + '.')}"


def subscribe(broker: KafkaBroker, inbox: Inbox[M], config: KafkaConfig) -> None:
    """Add the subscriber of one channel."""

    async def decode(message: KafkaMessage) -> list[Request[M]]:
        return inbox.open(message.raw_message)

    @broker.subscriber(
        inbox.channel.topic,
        batch=True,
        max_records=config.batch_size,
        fetch_max_wait_ms=config.batch_wait_ms,
        group_id=group_of(config, inbox.channel.topic),
        auto_offset_reset="earliest",
        session_timeout_ms=config.session_timeout_ms,
        heartbeat_interval_ms=max(config.session_timeout_ms // 10, 100),
        max_poll_interval_ms=MAX_POLL_INTERVAL_MS,
        max_partition_fetch_bytes=MAX_FETCH_BYTES,
        partition_assignment_strategy=[_assignor()],
        listener=inbox.stream,
        ack_policy=AckPolicy.MANUAL,
        no_reply=True,
        parser=parse_batch,
        decoder=decode,
    )
    async def answer(requests: list[Any]) -> None:  # FastStream builds a model of whatever stands here
        await inbox.hand_over(requests)


def _errors_only() -> logging.Logger:
    """FastStream tells of every batch, and warns of what is turned off on purpose."""
    logger = logging.getLogger("workers.faststream")
    logger.setLevel(logging.ERROR)
    return logger


async def parse_batch(records: tuple[ConsumerRecord, ...]) -> KafkaMessage:
    """FastStream's envelope round a batch. Its own parser fails the whole batch over one odd header."""
    return KafkaMessage(body=b"", raw_message=records, consumer=FAKE_CONSUMER)


def _assignor() -> type[StickyPartitionAssignor]:
    """Keeps partitions where they are when workers come and go, and with them the L1s that know their questions.

    A class of its own for each group: aiokafka's keeps the last assignment on the class.
    """

    class Assignor(StickyPartitionAssignor):  # type: ignore[misc]  # aiokafka ships no types
        pass

    return Assignor
