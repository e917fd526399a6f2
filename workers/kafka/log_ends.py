"""Where the coherence log begins and ends, asked on a connection of its own.

A following consumer's connection is taken up by its long poll: the same question on it takes half a second.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import TypeVar

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from workers.errors import LogUnavailableError
from workers.kafka.connection import KafkaConnection

T = TypeVar("T")

ASK_SECONDS = 5.0
POLL_MS = 200
MAX_IDLE_POLLS = 25


class LogEnds:
    """Offsets, not numbers: it knows no base."""

    def __init__(self, kafka: KafkaConnection, topic: str) -> None:
        self._kafka = kafka
        self._log = TopicPartition(topic, 0)
        self._consumer: AIOKafkaConsumer | None = None

    async def open(self) -> None:
        """Connect. Raises LogUnavailableError."""
        consumer = AIOKafkaConsumer(**self._kafka.options(), group_id=None)
        try:
            await consumer.start()
        except KafkaError as exc:
            await consumer.stop()
            raise LogUnavailableError(f"Kafka at {self._kafka.servers} does not answer: {exc}") from exc
        self._consumer = consumer

    async def aclose(self) -> None:
        """Close the connection. Idempotent."""
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            await consumer.stop()

    async def begin(self) -> int:
        """The oldest offset still kept."""
        found = await self._ask(self._opened().beginning_offsets([self._log]))
        return int(found[self._log])

    async def end(self) -> int:
        """The offset after the last record."""
        found = await self._ask(self._opened().end_offsets([self._log]))
        return int(found[self._log])

    async def first_since(self, timestamp_ms: int) -> tuple[int, int] | None:
        """Offset and broker time of the first record that is not older; None: all are."""
        found = (await self._ask(self._opened().offsets_for_times({self._log: timestamp_ms})))[self._log]
        return None if found is None else (found.offset, found.timestamp)

    async def read(self, start: int, stop: int) -> AsyncGenerator[ConsumerRecord, None]:
        """The records kept at offsets from `start` up to, not including, `stop`.

        Raises:
            LogUnavailableError: the log cannot be read now, or has been cut off meanwhile.
        """
        position, idle = start, 0
        async with self._reader(start) as reader:
            while position < stop:
                async with _unavailable_after(ASK_SECONDS):
                    taken = await reader.getmany(timeout_ms=POLL_MS)
                    position = await reader.position(self._log)
                idle = 0 if taken else idle + 1
                if idle > MAX_IDLE_POLLS:
                    raise LogUnavailableError(f"the coherence log ends before {stop}")
                for record in taken.get(self._log, ()):
                    if record.offset < stop:
                        yield record

    @asynccontextmanager
    async def _reader(self, start: int) -> AsyncIterator[AIOKafkaConsumer]:
        reader = AIOKafkaConsumer(**self._kafka.options(), group_id=None, auto_offset_reset="none")
        try:
            async with _unavailable_after(ASK_SECONDS):
                await reader.start()
            reader.assign([self._log])
            reader.seek(self._log, start)
            yield reader
        finally:
            await reader.stop()

    async def _ask(self, question: Awaitable[T]) -> T:
        async with _unavailable_after(ASK_SECONDS):
            return await question

    def _opened(self) -> AIOKafkaConsumer:
        if self._consumer is None:
            raise LogUnavailableError("the coherence log is not open")
        return self._consumer


@asynccontextmanager
async def _unavailable_after(seconds: float) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(seconds):
            yield
    except (TimeoutError, KafkaError) as exc:
        raise LogUnavailableError(f"the coherence log cannot be asked: {exc or 'no answer in time'}") from exc
