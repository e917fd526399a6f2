"""A stream: the records of one topic on their way through this worker, from the broker's fetch to the commit."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.abc import ConsumerRebalanceListener
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError

from workers.kafka.in_flight import InFlight, Span
from workers.observability.worker_observer import Intake, WorkerObserver

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class StreamLimits:
    """Bounds of one stream."""

    max_in_flight: int
    """Records begun and not done, beyond which no more are taken."""
    drain_seconds: float
    """How long a partition that goes to another worker may wait for what is begun here."""


class Stream(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka ships no types
    """Ties a consumer to what is in flight: takes no more than fits, commits no more than is done."""

    def __init__(self, intake: Intake, topic: str, limits: StreamLimits, observer: WorkerObserver) -> None:
        self.intake = intake
        self.topic = topic
        self.in_flight = InFlight(limits.max_in_flight, partial(observer.in_flight, intake))
        self._drain_seconds = limits.drain_seconds
        self._observer = observer
        self._consumer: AIOKafkaConsumer | None = None
        self._committing = asyncio.Lock()
        self._is_open = asyncio.Event()
        self._is_open.set()
        self._taken: list[Span] = []

    def bind(self, consumer: AIOKafkaConsumer) -> None:
        """From now on `consumer` fetches for this stream."""
        self._consumer = consumer

    def close_intake(self) -> None:
        """Take no more; what is begun goes on."""
        self._is_open.clear()

    async def may_take(self) -> None:
        """Return once the next batch may be taken."""
        if self.in_flight.is_full:
            self._observer.paused(self.intake, len(self._assignment()))
            await self.in_flight.room()
            self._observer.paused(self.intake, 0)
        await self._is_open.wait()

    def take(self, records: Mapping[TopicPartition, Sequence[ConsumerRecord]]) -> None:
        """Note a fetched batch as begun, before anything can suspend: a rebalance must find it here."""
        self._taken = self.in_flight.begin(records)
        self._observer.batch_taken(self.intake, sum(map(len, records.values())))

    def taken(self) -> list[Span]:
        """The spans of the last batch, in the order of its records; handed out once."""
        spans, self._taken = self._taken, []
        return spans

    async def commit(self) -> None:
        """Commit what is done. A commit that comes too late for a rebalance is dropped: others do it again."""
        async with self._committing:  # in turn, so that no older offset overtakes a newer one
            await self._commit()

    async def _commit(self) -> None:
        assigned = self._assignment()
        offsets = {place: offset for place, offset in self.in_flight.committable().items() if place in assigned}
        if not offsets or self._consumer is None:
            return
        try:
            await self._consumer.commit(offsets)
        except (CommitFailedError, IllegalStateError) as exc:
            self._log("commit dropped by a rebalance", "commit_dropped", exc)
        except KafkaError as exc:
            self._log("commit failed, to be tried again", "commit_failed", exc)
        else:
            self.in_flight.committed(offsets)

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        """Others will have them: finish what is begun, within bounds, and commit it. The rest is done twice."""
        try:
            async with asyncio.timeout(self._drain_seconds):
                await self.in_flight.drained(revoked)
        except TimeoutError:
            log.info(
                "partitions given up with records in flight",
                extra={"action": "revoked_undrained", "topic": self.topic, "in_flight": self.in_flight.count},
            )
        try:
            async with asyncio.timeout(self._drain_seconds):
                await self.commit()
        except TimeoutError:
            log.warning("last commit timed out", extra={"action": "commit_timed_out", "topic": self.topic})
        self.in_flight.forget(revoked)

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        """Say so; reading starts at what was committed."""
        log.info(
            "partitions assigned",
            extra={"action": "assigned", "topic": self.topic, "partitions": sorted(p.partition for p in assigned)},
        )

    def _assignment(self) -> frozenset[TopicPartition]:
        return self._consumer.assignment() if self._consumer is not None else frozenset()

    def _log(self, message: str, action: str, exc: Exception) -> None:
        log.warning(message, extra={"action": action, "topic": self.topic, "reason": str(exc)})
