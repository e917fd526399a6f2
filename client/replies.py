"""Replies, brought to those who wait for them.

One partition of each reply topic is read, from its end, without a consumer group: nothing to join, nothing to
rebalance, nothing left behind. Other clients' replies in the same partition are passed over by their correlation
ids, without being decoded. The alternative, a topic for each client, would have to be created and deleted.
"""

import asyncio
import uuid
from collections.abc import Mapping
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from aiokafka.structs import ConsumerRecord

from client.errors import BrokerUnavailableError, CacheClientError, NotOpenError
from schemas import Header

POLL_MS = 1000


class ReplyReader:
    """Matches replies with requests by `correlation_id`."""

    def __init__(self, kafka_options: Mapping[str, Any]) -> None:
        self._options = kafka_options
        self._consumer: AIOKafkaConsumer | None = None
        self._reading: asyncio.Task[None] | None = None
        self._waiting: dict[str, asyncio.Future[bytes]] = {}
        self._failure: BaseException | None = None
        self._client_id = uuid.uuid4()

    async def open(self, topics: Mapping[str, int]) -> dict[str, int]:
        """Read a partition of each topic (name → number of partitions), from now on. Returns topic → partition.

        When this returns, no reply to a request sent afterwards can be missed: the positions are fixed.
        """
        self._failure = None
        chosen = {topic: self._client_id.int % count for topic, count in topics.items()}
        partitions = [TopicPartition(topic, partition) for topic, partition in chosen.items()]
        # `latest` matters only if the broker loses the tail that this client had read.
        self._consumer = AIOKafkaConsumer(**self._options, group_id=None, auto_offset_reset="latest")
        await self._consumer.start()
        self._consumer.assign(partitions)
        for partition, end in (await self._consumer.end_offsets(partitions)).items():
            self._consumer.seek(partition, end)
        self._reading = asyncio.create_task(self._read(self._consumer), name="semantic-cache-replies")
        self._reading.add_done_callback(self._stopped)
        return chosen

    async def aclose(self) -> None:
        """Stop reading; whoever still waits gets a NotOpenError. Idempotent."""
        reading, consumer = self._reading, self._consumer
        self._reading = self._consumer = None
        if reading is not None:
            reading.cancel()
            await asyncio.wait([reading])
        self._fail_all(NotOpenError("the client was closed while a reply was awaited"))
        if consumer is not None:
            await consumer.stop()

    def expect(self, correlation_id: str) -> asyncio.Future[bytes]:
        """The reply's value, to be; forgotten when the future is cancelled.

        Raises:
            CacheClientError: replies are no longer read.
        """
        if self._failure is not None:
            raise BrokerUnavailableError(f"replies are no longer read: {self._failure}") from self._failure
        reply: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._waiting[correlation_id] = reply
        reply.add_done_callback(lambda _: self._waiting.pop(correlation_id, None))
        return reply

    async def _read(self, consumer: AIOKafkaConsumer) -> None:
        while True:
            for records in (await consumer.getmany(timeout_ms=POLL_MS)).values():
                for record in records:
                    self._deliver(record)

    def _deliver(self, record: ConsumerRecord[bytes, bytes]) -> None:
        for name, value in record.headers:
            if name == Header.CORRELATION_ID:
                waiting = self._waiting.get(value.decode(errors="replace"))
                if waiting is not None and not waiting.done() and record.value is not None:
                    waiting.set_result(record.value)
                return

    def _stopped(self, reading: asyncio.Task[None]) -> None:
        """The reader ends by cancellation only; anything else is told to everyone who waits, now and later."""
        if not reading.cancelled():
            self._failure = reading.exception() or RuntimeError("the reader ended")
            reason = "Kafka" if isinstance(self._failure, KafkaError) else type(self._failure).__name__
            self._fail_all(BrokerUnavailableError(f"replies are no longer read ({reason}: {self._failure})"))

    def _fail_all(self, error: CacheClientError) -> None:
        for reply in list(self._waiting.values()):
            if not reply.done():
                reply.set_exception(error)
