"""Freshness: asks where the log ends, and says how lately this worker had seen all of it."""

import asyncio
import logging
import time

from workers.cache.clock import Clock
from workers.cache.coherence_view import CoherenceView
from workers.errors import LogUnavailableError
from workers.kafka.log_ends import LogEnds
from workers.kafka.log_follower import LogFollower
from workers.kafka.log_identity import LogIdentity
from workers.kafka.log_options import LogOptions
from workers.observability.readiness import Condition, Readiness
from workers.observability.worker_observer import WorkerObserver

log = logging.getLogger(__name__)

SHORTEST_INTERVAL = 0.02
LONGEST_INTERVAL = 0.25
CATCH_UP_SECONDS = 1.0
"""How long one probe waits for the follower to reach the end; then the end is asked for again."""
TRIM_SECONDS = 5.0


def interval_for(max_staleness_seconds: float) -> float:
    """How often to ask: several times within the bound, so that one lost answer does not stop L1."""
    return min(max(max_staleness_seconds / 4, SHORTEST_INTERVAL), LONGEST_INTERVAL)


class LogFreshness:
    """Probes at an interval. Its clock is the view's: ages count from the moment of asking."""

    def __init__(
        self, options: LogOptions, ends: LogEnds, follower: LogFollower, view: CoherenceView, clock: Clock
    ) -> None:
        self._options = options
        self._ends = ends
        self._follower = follower
        self._identity = LogIdentity(ends, follower, has_broker_time=options.has_broker_time)
        self._view = view
        self._clock = clock
        self._interval = interval_for(options.max_staleness_seconds)
        self._trim_due = 0.0
        self._is_kafka_lost = False

    async def run(self, readiness: Readiness, observer: WorkerObserver) -> None:
        """Probe, for ever; an outage lets freshness lapse, which is all that it should do."""
        while True:
            try:
                end = await self.probe()
            except LogUnavailableError as exc:
                self._tell_lost(readiness, str(exc))
            else:
                observer.log_seen(self._view.position, end)
                self._tell_found(readiness)
            self._trim()
            await asyncio.sleep(self._interval)

    async def probe(self) -> int:
        """Ask once; the number at which the log ended.

        Raises:
            LogUnavailableError: nothing is known.
        """
        asked_at, base = self._clock.monotonic(), self._follower.base
        end = base + await self._ends.end()
        # Only after the end: a log replaced before it was asked must show now (the spec's probe in two steps).
        if end < self._view.position or not await self._identity.is_known():
            log.warning("the log was replaced", extra={"action": "log_replaced", "position": self._view.position})
            await self._follower.begin()
            return end
        try:
            async with asyncio.timeout(CATCH_UP_SECONDS):
                await self._view.reached(end)
        except TimeoutError:
            return end
        if self._follower.base == base:
            self._view.mark_fresh(asked_at)
        return end

    def _tell_lost(self, readiness: Readiness, reason: str) -> None:
        """One lost answer is nothing; one that lets freshness lapse is told."""
        if not self._view.is_fresh(self._clock.monotonic()):
            readiness.fails(Condition.LOG, reason)
            readiness.fails(Condition.KAFKA, reason)
            self._is_kafka_lost = True

    def _tell_found(self, readiness: Readiness) -> None:
        if self._is_kafka_lost:
            self._is_kafka_lost = False
            readiness.holds(Condition.KAFKA)
        if self._view.is_fresh(self._clock.monotonic()):
            readiness.holds(Condition.LOG)
        else:
            readiness.fails(Condition.LOG, "the worker is behind the end of the coherence log, or may not trust it")

    def _trim(self) -> None:
        now = self._clock.monotonic()
        if now >= self._trim_due:
            self._trim_due = now + TRIM_SECONDS
            self._view.recent.trim(int((time.time() - self._options.memory_seconds) * 1000))
