"""In flight: what is begun and not yet answered, and up to where each partition may be committed."""

import asyncio
from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from aiokafka import ConsumerRecord, TopicPartition


@dataclass(slots=True)
class Span:
    """Neighbouring records of one partition, taken together; committed together, when the last of them is done."""

    lane: "Lane"
    next_offset: int
    """The offset after its last record."""
    size: int
    """Records in it."""
    pending: int
    """Those not done."""

    def done(self) -> None:
        """One of its records is answered, and the broker has acknowledged the answer."""
        self.pending -= 1
        self.lane.in_flight.record_done(self)


@dataclass(slots=True)
class Lane:
    """One partition while it is assigned here. Batches overlap, so spans may be done out of order."""

    in_flight: "InFlight"
    spans: deque[Span] = field(default_factory=deque)
    watermark: int | None = None
    """All records below it are done; None: nothing since the assignment."""
    committed: int | None = None

    def advance(self) -> None:
        """Raise the watermark over the done spans at the front."""
        while self.spans and self.spans[0].pending == 0:
            self.watermark = self.spans.popleft().next_offset


class InFlight:
    """Tracks the records of one consumer. Never blocks: who takes records asks `room` first."""

    def __init__(self, limit: int, on_change: Callable[[int], None]) -> None:
        self._limit = limit
        self._on_change = on_change
        self._lanes: dict[TopicPartition, Lane] = {}
        self._has_room = asyncio.Event()
        self._has_room.set()
        self._moved = asyncio.Event()
        self.count = 0
        """Records begun and not done, those of lost partitions included: they cost memory all the same."""

    @property
    def is_full(self) -> bool:
        """Whether no more should be taken: from the limit on, until half of it is done."""
        return not self._has_room.is_set()

    async def room(self) -> None:
        """Return once more may be taken."""
        await self._has_room.wait()

    def begin(self, taken: Mapping[TopicPartition, Sequence[ConsumerRecord]]) -> list[Span]:
        """Note records as taken; one span a partition, in the order given."""
        spans = []
        for partition, records in taken.items():
            lane = self._lanes.setdefault(partition, Lane(self))
            span = Span(lane, records[-1].offset + 1, len(records), len(records))
            lane.spans.append(span)
            spans.append(span)
            self.count += len(records)
        if self.count >= self._limit:
            self._has_room.clear()
        self._on_change(self.count)
        return spans

    def record_done(self, span: Span) -> None:
        """Called by a span when one of its records is done."""
        self.count -= 1
        if not self._has_room.is_set() and self.count <= self._limit // 2:
            self._has_room.set()
        if span.pending == 0:
            span.lane.advance()
            self._moved.set()
            self._on_change(self.count)

    def next_offset(self, partition: TopicPartition) -> int | None:
        """The one after the last that was taken; None: nothing since the assignment."""
        lane = self._lanes.get(partition)
        if lane is None:
            return None
        return lane.spans[-1].next_offset if lane.spans else lane.watermark

    def committable(self) -> dict[TopicPartition, int]:
        """The watermarks that are ahead of what is committed."""
        return {
            partition: lane.watermark
            for partition, lane in self._lanes.items()
            if lane.watermark is not None and lane.watermark != lane.committed
        }

    def committed(self, offsets: Mapping[TopicPartition, int]) -> None:
        """The broker has these; partitions lost meanwhile are passed over."""
        for partition, offset in offsets.items():
            if partition in self._lanes:
                self._lanes[partition].committed = offset

    def forget(self, partitions: Collection[TopicPartition]) -> None:
        """These belong to another worker now: what is still begun here is answered, but no longer committed."""
        for partition in partitions:
            self._lanes.pop(partition, None)

    async def drained(self, partitions: Collection[TopicPartition] | None = None) -> None:
        """Return once nothing of these partitions is in flight; None: nothing at all, lost partitions included."""
        while self._is_busy(partitions):
            self._moved.clear()
            await self._moved.wait()

    def _is_busy(self, partitions: Collection[TopicPartition] | None) -> bool:
        if partitions is None:
            return self.count > 0
        return any(partition in self._lanes and self._lanes[partition].spans for partition in partitions)
