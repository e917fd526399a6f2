"""The follower of the coherence log: reads every record, in order, from the recent past on, and feeds the view."""

import asyncio
import logging
import time
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError, OffsetOutOfRangeError

from workers.cache.coherence_view import CoherenceView, Distrust
from workers.cache.verdicts import PairRuling
from workers.errors import LogUnavailableError
from workers.kafka.log_ends import LogEnds
from workers.kafka.log_options import LogOptions
from workers.kafka.log_records import NO_BASE, Born, Unread, base_in, base_of, decode, encode_birth
from workers.kafka.log_writer import LogWriter
from workers.observability.worker_observer import LogRecord, WorkerObserver

log = logging.getLogger(__name__)

NEWER = "the log is written by a newer version: upgrade this worker; until then its lookups are degraded misses"
IDLE_WAIT_MS = 60_000
RETRY_SECONDS = 0.5


class LogReplacedError(Exception):
    """The log is another one than has been followed so far, or a part of it is lost: begin anew."""


@dataclass(frozen=True, slots=True)
class LogStart:
    """Where following begins."""

    base: int
    offset: int
    """The first one to read."""
    end: int
    """The end when this was asked: the replay goes up to here."""
    forgotten_ms: int
    """Nothing before `offset` is younger; −1: there is nothing before it."""


class LogFollower:
    """Follows in no group, from its own position. Junk is passed over; a newer version makes the view doubtful."""

    def __init__(
        self, options: LogOptions, ends: LogEnds, writer: LogWriter, view: CoherenceView, observer: WorkerObserver
    ) -> None:
        self._options = options
        self._log = TopicPartition(options.topic, 0)
        self._ends = ends
        self._writer = writer
        self._view = view
        self._observer = observer
        self._consumer: AIOKafkaConsumer | None = None
        self._beginning = asyncio.Lock()
        self._replay_end = 0
        self._has_met_newer = False
        self._has_met_junk = False
        self.base = NO_BASE
        """The number of a place is `base` + its offset."""
        self.last: ConsumerRecord | None = None
        """The last record followed: by it a replaced log is known."""

    async def open(self) -> None:
        """Connect, find the log and where to begin. Raises LogUnavailableError."""
        kafka = self._options.kafka
        consumer = AIOKafkaConsumer(**kafka.options(), group_id=None, auto_offset_reset="none")
        try:
            await consumer.start()
        except KafkaError as exc:
            await consumer.stop()
            raise LogUnavailableError(f"Kafka at {kafka.servers} does not answer: {exc}") from exc
        self._consumer = consumer
        consumer.assign([self._log])
        await self.begin()

    async def aclose(self) -> None:
        """Disconnect. Idempotent."""
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            await consumer.stop()

    async def begin(self) -> None:
        """Forget what was followed, and read the recent past again; until that is done the view is in doubt.

        Raises:
            LogUnavailableError: nothing has changed.
        """
        async with self._beginning:
            start = await self._locate()
            # From here on no await: what the consumer still hands out of the old log must not be fed after the reset.
            self._view.doubt(Distrust.NOT_STARTED)
            self._view.reset(start.base + start.offset, start.forgotten_ms)
            self.base, self.last, self._replay_end = start.base, None, start.base + start.end
            self._has_met_newer = False
            if self._consumer is not None:
                self._consumer.seek(self._log, start.offset)
            self._trust_when_replayed()

    async def run(self) -> None:
        """Follow, for ever."""
        is_well = True
        while True:
            try:
                await self._follow()
                is_well = True
            except LogReplacedError as exc:
                log.warning("the log is another one", extra={"action": "log_replaced", "reason": str(exc)})
                await self._begin_again()
            except (KafkaError, LogUnavailableError) as exc:
                if is_well:
                    log.warning("the log cannot be followed", extra={"action": "log_lost", "reason": str(exc)})
                is_well = False
                await asyncio.sleep(RETRY_SECONDS)

    async def _begin_again(self) -> None:
        """Not before this is done may following go on: the batch in which it showed has been dropped unread."""
        while True:
            try:
                await self.begin()
            except LogUnavailableError:
                await asyncio.sleep(RETRY_SECONDS)
            else:
                return

    async def _follow(self) -> None:
        """Feed what comes next."""
        if self._consumer is None:
            raise LogUnavailableError("the coherence log is not open")
        try:
            taken = await self._consumer.getmany(timeout_ms=IDLE_WAIT_MS)
        except OffsetOutOfRangeError as exc:
            raise LogReplacedError("the position is out of its range") from exc
        for records in taken.values():
            self._feed(records)

    def _feed(self, records: Sequence[ConsumerRecord]) -> None:
        met = LogRecord.REPLAYED if self._view.position < self._replay_end else LogRecord.FOLLOWED
        for record in records:
            entry = decode(record, self.base)
            if isinstance(entry, Born):
                if entry.base > self.base:
                    raise LogReplacedError("a record names a later log")
            elif isinstance(entry, Unread):
                self._pass_over(entry, record)
            elif isinstance(entry, PairRuling):
                self._view.observe_ruling(entry)
            else:
                self._view.observe(entry)
            self._view.pass_to(self.base + record.offset + 1)
            self.last = record
        self._observer.log_records(met, len(records))
        self._trust_when_replayed()

    def _pass_over(self, entry: Unread, record: ConsumerRecord) -> None:
        """Fail safe for what a newer version says; count what nobody could mean."""
        if entry is Unread.NEWER_VERSION:
            if not self._has_met_newer:
                log.error(NEWER, extra={"action": "log_newer"})
            self._has_met_newer = True
            self._view.doubt(Distrust.NEWER_VERSION)
            return
        self._observer.log_records(LogRecord.JUNK)
        if not self._has_met_junk:
            log.warning("junk in the log", extra={"action": "log_junk", "offset": record.offset})
        self._has_met_junk = True

    def _trust_when_replayed(self) -> None:
        if self._view.position >= self._replay_end and not self._has_met_newer:
            self._view.trust()

    async def _locate(self) -> LogStart:
        """Find the log's base and where its recent past begins; a log without a record gets its first one."""
        begin, end = await self._ends.begin(), await self._ends.end()
        if begin == end:
            await self._writer.append([("", encode_birth(NO_BASE, self._options.origin))])
            begin, end = await self._ends.begin(), await self._ends.end()
        base = await self._find_base(begin, end)
        offset, forgotten_ms = await self._recent_start(begin, end)
        return LogStart(base, offset, end, forgotten_ms)

    async def _find_base(self, begin: int, end: int) -> int:
        """By the birth of the first record, or, where retention has taken that, as the oldest one kept names it."""
        first: ConsumerRecord | None = None
        async with aclosing(self._ends.read(begin, end)) as records:
            async for record in records:
                first = first or record
                if record.offset == 0:
                    break
                if (named := base_in(record)) != NO_BASE:
                    return named
        if first is None:
            raise LogUnavailableError("the coherence log was cut off while it was read")
        return base_of(first.timestamp)

    async def _recent_start(self, begin: int, end: int) -> tuple[int, int]:
        """The first offset within the memory, and the time before which everything ahead of it was written."""
        if not self._options.has_broker_time:
            return begin, -1
        since_ms = int((time.time() - self._options.memory_seconds) * 1000)
        found = await self._ends.first_since(since_ms)
        offset = end if found is None else found[0]
        return offset, since_ms - 1 if offset > 0 else -1
