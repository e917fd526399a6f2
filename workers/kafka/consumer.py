"""The consumer of requests: waits for room, comes back with records, and gets past what cannot be decoded."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.abc import ConsumerRebalanceListener
from aiokafka.errors import IllegalStateError

from workers.kafka.stream import Stream

log = logging.getLogger(__name__)

Batch = dict[TopicPartition, list[ConsumerRecord]]

IDLE_WAIT_MS = 60_000
"""How long one wait for records may take; it ends with the first record, and nothing happens between two waits."""
PROBE_WAIT_MS = 500
"""How long a careful read waits for one record."""
UNDECODABLE = (ValueError, IndexError, OverflowError)
"""What aiokafka's decoding of a record fails of."""


class UnreadableRecord(ConsumerRecord):  # type: ignore[misc]  # aiokafka ships no types
    """Stands for a record of which nothing but the place is known."""


def unreadable(partition: TopicPartition, offset: int) -> UnreadableRecord:
    """What is known of it."""
    return UnreadableRecord(*partition, offset, -1, 0, None, None, None, -1, -1, ())


class RequestConsumer(AIOKafkaConsumer):  # type: ignore[misc]  # aiokafka ships no types
    """A consumer whose fetch waits until its stream has room, and never returns empty-handed.

    FastStream sleeps for a whole batch timeout after an empty fetch, deaf to what arrives meanwhile; and it hands a
    batch on without saying which partitions it was taken from. Waiting here, outside of any poll, is safe with
    aiokafka: heartbeats and rebalances are tasks of their own, and the poll interval is set beyond any outage.
    """

    def __init__(self, *, streams: Mapping[str, Stream], **settings: Any) -> None:  # noqa: ANN401 - aiokafka's own
        super().__init__(**settings)
        self._streams = streams
        self._stream: Stream | None = None

    def subscribe(
        self,
        topics: Sequence[str] = (),
        pattern: str | None = None,
        listener: ConsumerRebalanceListener | None = None,
    ) -> None:
        """Subscribe to the one topic of a stream."""
        self._stream = self._streams[topics[0]]
        self._stream.bind(self)
        super().subscribe(topics, pattern, listener)

    async def getmany(self, *partitions: TopicPartition, timeout_ms: int = 0, max_records: int | None = None) -> Batch:
        """The next records, however long they take to come."""
        stream = self._stream
        if stream is None:
            raise IllegalStateError("subscribe first")
        while True:
            await stream.may_take()
            try:
                records: Batch = await super().getmany(
                    *partitions, timeout_ms=max(timeout_ms, IDLE_WAIT_MS), max_records=max_records
                )
            except UNDECODABLE as exc:
                log.exception("a record cannot be decoded", extra={"action": "undecodable", "topic": stream.topic})
                records = await self._take_carefully(stream, max_records or 1, exc)
            if records:
                stream.take(records)
                return records

    async def _take_carefully(self, stream: Stream, limit: int, cause: Exception) -> Batch:
        """One record at a time, so that it shows which one is at fault.

        aiokafka decodes as it hands out, and what it had taken when it met the fault is lost to it, of other
        partitions too: hence back to where this stream is. Within the record's own batch nothing can be decoded
        behind the fault, so those records are unreadable as well. Seen with header names that are not UTF-8.
        """
        for partition in self.assignment():
            await self._go_back(partition, stream.in_flight.next_offset(partition))
        taken: Batch = {}
        for partition in self.assignment():
            if records := await self._one_by_one(partition, limit - sum(map(len, taken.values()))):
                taken[partition] = records
        if not any(isinstance(record, UnreadableRecord) for records in taken.values() for record in records):
            log.warning("not found again", extra={"action": "undecodable_not_found", "reason": repr(cause)})
        assigned = self.assignment()  # a rebalance may have come in between
        return {partition: records for partition, records in taken.items() if partition in assigned}

    async def _go_back(self, partition: TopicPartition, offset: int | None) -> None:
        if offset is not None:
            self.seek(partition, offset)
        elif await self.committed(partition) is not None:
            await self.seek_to_committed(partition)
        else:
            await self.seek_to_beginning(partition)

    async def _one_by_one(self, partition: TopicPartition, limit: int) -> list[ConsumerRecord]:
        taken: list[ConsumerRecord] = []
        while len(taken) < limit:
            position = await self.position(partition)
            try:
                found = await super().getmany(partition, timeout_ms=PROBE_WAIT_MS, max_records=1)
            except UNDECODABLE:
                taken.append(unreadable(partition, position))
                self.seek(partition, position + 1)
                continue
            if not found:
                break
            taken += found[partition]
        return taken
