"""The writer of the coherence log: a producer of its own, so that no rule queues behind replies."""

import asyncio
import logging
import time
from collections.abc import Sequence

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from aiokafka.structs import RecordMetadata

from workers.errors import LogUnavailableError
from workers.kafka.connection import KafkaConnection

log = logging.getLogger(__name__)

MAX_RECORD_BYTES = 2_000_000


class LogWriter:
    """Appends with acks from all replicas, idempotently: a retry inside makes no second record.

    aiokafka's idempotent producer is spoilt for its partition by the first record that a broker refuses (every later
    one is out of order), so after an error that a retry does not help it is replaced by a new one.
    """

    def __init__(self, kafka: KafkaConnection, topic: str, *, has_broker_time: bool) -> None:
        self._kafka = kafka
        self._topic = topic
        self._has_broker_time = has_broker_time
        self._producer: AIOKafkaProducer | None = None
        self._renewing = asyncio.Lock()

    async def open(self) -> None:
        """Connect. Raises LogUnavailableError."""
        producer = AIOKafkaProducer(
            **self._kafka.options(),
            acks="all",
            enable_idempotence=True,
            linger_ms=0,
            max_request_size=MAX_RECORD_BYTES,
        )
        try:
            await producer.start()
        except KafkaError as exc:
            await producer.stop()
            raise LogUnavailableError(f"Kafka at {self._kafka.servers} does not answer: {exc}") from exc
        self._producer = producer

    async def aclose(self) -> None:
        """Send what is begun, and close. Idempotent."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await producer.stop()

    async def append(self, records: Sequence[tuple[str, bytes]]) -> list[tuple[int, int]]:
        """Append (key, value) pairs in order; offset and broker time of each. Waits for a broker that is away.

        Raises:
            LogUnavailableError: it is not known whether all were appended; append them again.
        """
        producer = self._producer
        if producer is None:
            raise LogUnavailableError("the coherence log is not open")
        now_ms = int(time.time() * 1000)
        try:
            sent = [
                await producer.send(self._topic, value, key=key.encode(), partition=0, timestamp_ms=now_ms)
                for key, value in records
            ]
            places: list[RecordMetadata] = await asyncio.gather(*sent)
        except KafkaError as exc:
            await self._renew(producer)
            raise LogUnavailableError(f"the coherence log did not take the record: {exc!r}") from exc
        if any(place.offset < 0 for place in places):
            raise LogUnavailableError("the coherence log has the record, but cannot tell where")
        return [(place.offset, place.timestamp if self._has_broker_time else now_ms) for place in places]

    async def _renew(self, spoilt: AIOKafkaProducer) -> None:
        async with self._renewing:
            if self._producer is not spoilt:
                return
            log.warning("producer of the log replaced", extra={"action": "log_producer_replaced"})
            await self.aclose()
            await self.open()
