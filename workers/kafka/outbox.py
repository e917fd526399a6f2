"""The outbox: letters to topics, sent together as they come.

aiokafka's `send` makes a future a record (7 µs); its own FastStream wrapper for batches overflows at one batch's size.
Here the letters that came up in one turn of the event loop, or while the last request was under way, share a batch and
one future; what does not fit starts the next batch.
"""

import asyncio
import logging
import time
from collections import deque
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError, MessageSizeTooLargeError, RecordListTooLargeError

from workers.kafka.request import Request

log = logging.getLogger(__name__)

TOO_LARGE = (MessageSizeTooLargeError, RecordListTooLargeError)
RETRY_SECONDS = (0.05, 0.1, 0.2, 0.5, 1.0)
"""Waits before each further attempt; the last one repeats."""


@dataclass(slots=True, eq=False)
class Letter:
    """One record to send for a request."""

    to: TopicPartition
    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes | None]]
    request: Request[Any]
    status: str
    """Of the reply, for counting; `dead_letter` for what was put aside."""
    attempts: int = 0
    size: int = 0
    """Bytes that it counts for, while it is in the outbox."""


class Sender(Protocol):
    """Who hears what became of letters."""

    def delivered(self, letters: list[Letter]) -> None:
        """The broker has them."""
        ...

    def failed(self, letter: Letter, error: Exception) -> bool:
        """It was not delivered. True: try again; False: it is dealt with."""
        ...


@dataclass(slots=True)
class _Lane:
    """Letters to one partition."""

    to: TopicPartition
    letters: deque[Letter] = field(default_factory=deque)
    task: "asyncio.Task[None] | None" = None


class Outbox:
    """Belongs to one producer and one event loop. `put` never waits; `room` is for those who can."""

    def __init__(self, producer: AIOKafkaProducer, sender: Sender, *, max_bytes: int) -> None:
        self._producer = producer
        self._sender = sender
        self._max_bytes = max_bytes
        self._lanes: dict[TopicPartition, _Lane] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_flush_due = False
        self._settled = asyncio.Event()
        self._settled.set()
        self.pending = 0
        """Letters not yet settled."""
        self.bytes = 0
        """Their size."""

    @property
    def is_full(self) -> bool:
        """Whether who can wait should: see `room`."""
        return self.bytes > self._max_bytes

    async def room(self) -> None:
        """Return once less than the bound waits to be sent."""
        while self.is_full:
            self._settled.clear()
            await self._settled.wait()

    async def drained(self) -> None:
        """Return once every letter is settled."""
        while self.pending:
            self._settled.clear()
            await self._settled.wait()

    def put(self, letter: Letter) -> None:
        """Send it with the next batch of its partition; its request is not done before the broker has it."""
        letter.size = size = len(letter.value or b"")
        letter.request.holds += 1
        self.pending += 1
        self.bytes += size
        self._enqueue(letter)

    def _enqueue(self, letter: Letter) -> None:
        lane = self._lanes.get(letter.to)
        if lane is None:
            lane = self._lanes[letter.to] = _Lane(letter.to)
        lane.letters.append(letter)
        if not self._is_flush_due:
            self._is_flush_due = True
            asyncio.get_running_loop().call_soon(self.flush)

    def flush(self) -> None:
        """Start a task for each lane that has letters and none yet; idle lanes go.

        It happens at the next turn of the event loop anyway; whoever has no more to put saves a turn by calling it.
        """
        self._is_flush_due = False
        for lane in list(self._lanes.values()):
            if lane.task is None and lane.letters:
                self._start(lane)
            elif lane.task is None:
                del self._lanes[lane.to]

    def _start(self, lane: _Lane) -> None:
        lane.task = asyncio.create_task(self._run(lane), name=f"outbox-{lane.to.topic}-{lane.to.partition}")
        self._tasks.add(lane.task)
        lane.task.add_done_callback(self._tasks.discard)

    async def _run(self, lane: _Lane) -> None:
        try:
            while lane.letters:
                await self._send(lane)
        finally:
            lane.task = None

    async def _send(self, lane: _Lane) -> None:
        """Hand one batch to the producer; waits while the one before it has not left."""
        builder, letters = self._producer.create_batch(), []
        now_ms = int(time.time() * 1000)
        waiting, append = lane.letters, builder.append
        while waiting:
            letter = waiting[0]
            if append(timestamp=now_ms, key=letter.key, value=letter.value, headers=letter.headers) is None:
                break
            letters.append(waiting.popleft())
        builder.close()
        try:
            sent = await self._producer.send_batch(builder, lane.to.topic, partition=lane.to.partition)
        except (KafkaError, AssertionError) as exc:  # an assertion is aiokafka's word for an unknown partition
            self._on_failure(letters, exc)
        else:
            sent.add_done_callback(partial(self._on_settled, letters))

    def _on_settled(self, letters: list[Letter], sent: "asyncio.Future[Any]") -> None:
        error = sent.exception() if not sent.cancelled() else asyncio.CancelledError()
        if error is None:
            self._settle(letters)
            self._sender.delivered(letters)
        elif isinstance(error, Exception):
            self._on_failure(letters, error)

    def _on_failure(self, letters: list[Letter], error: Exception) -> None:
        """One letter may have spoilt it for all: each alone, then. Alone, it is the sender's to decide."""
        if isinstance(error, TOO_LARGE) and len(letters) > 1:
            for letter in letters:
                self._start(_Lane(letter.to, deque([letter])))
            return
        for letter in letters:
            letter.attempts += 1
            if self._sender.failed(letter, error):
                delay = RETRY_SECONDS[min(letter.attempts, len(RETRY_SECONDS)) - 1]
                asyncio.get_running_loop().call_later(delay, self._enqueue, letter)
            else:
                self._settle([letter])

    def _settle(self, letters: list[Letter]) -> None:
        self.pending -= len(letters)
        self.bytes -= sum([letter.size for letter in letters])
        for letter in letters:
            letter.request.release()
        self._settled.set()
