"""The coherence log on Kafka: append, follow, know how fresh the view is. One partition; its offsets are the order."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress

from schemas.feedback import Verdict
from workers.cache.clock import Clock, SystemClock
from workers.cache.coherence_view import CoherenceView
from workers.cache.entry import Entry
from workers.cache.rules import PlacedRule, Replacement, Rule
from workers.cache.verdicts import PairRuling, PairVerdict
from workers.errors import LogUnavailableError
from workers.kafka.log_ends import LogEnds
from workers.kafka.log_follower import LogFollower
from workers.kafka.log_freshness import LogFreshness
from workers.kafka.log_identity import LogIdentity
from workers.kafka.log_options import LogOptions
from workers.kafka.log_records import decode, encode_birth, encode_replacement, encode_rule, encode_ruling
from workers.kafka.log_writer import LogWriter
from workers.observability.readiness import Readiness
from workers.observability.worker_observer import NullWorkerObserver, WorkerObserver
from workers.tasks import Tasks

SIGNS_OF_LIFE_A_MEMORY = 2
FOLLOW_SECONDS = 10.0
"""How long an appended record may take to come back to its writer."""


class KafkaLog:
    """Implements the cache's `CoherenceLog`. Positions are numbers: the log's base plus the record's offset."""

    def __init__(
        self,
        options: LogOptions,
        view: CoherenceView,
        clock: Clock | None = None,
        observer: WorkerObserver | None = None,
    ) -> None:
        self._options = options
        self._view = view
        self._observer = observer or NullWorkerObserver()
        self._ends = LogEnds(options.kafka, options.topic)
        self._writer = LogWriter(options.kafka, options.topic, has_broker_time=options.has_broker_time)
        self._follower = LogFollower(options, self._ends, self._writer, view, self._observer)
        self._identity = LogIdentity(self._ends, self._follower, has_broker_time=options.has_broker_time)
        self._freshness = LogFreshness(options, self._ends, self._follower, view, clock or SystemClock())
        self._stack = AsyncExitStack()

    async def open(self, tasks: Tasks, readiness: Readiness) -> None:
        """Connect, replay the recent past, then go on following; returns when the replay is done.

        Raises:
            LogUnavailableError: Kafka does not answer.
        """
        async with AsyncExitStack() as stack:
            for part in (self._ends, self._writer, self._follower):
                stack.push_async_callback(part.aclose)
                await part.open()
            following = tasks.watch(self._follower.run(), name="log-follower")
            stack.push_async_callback(_cancelled, following)
            await self._append([("", encode_birth(self._follower.base, self._options.origin))])
            await self._view.reached(await self.end())
            for name, work in (
                ("log-freshness", self._freshness.run(readiness, self._observer)),
                ("log-signs-of-life", self._give_signs_of_life()),
            ):
                stack.push_async_callback(_cancelled, tasks.watch(work, name=name))
            self._stack = stack.pop_all()

    async def aclose(self) -> None:
        """Stop following and disconnect. Idempotent."""
        await self._stack.aclose()

    async def append(self, rules: Sequence[Rule]) -> list[PlacedRule]:
        """Append rules durably, in order; their places."""
        base, origin = self._follower.base, self._options.origin
        places = await self._append([(rule.namespace, encode_rule(rule, base, origin)) for rule in rules])
        return [PlacedRule(number, time, rule) for (number, time), rule in zip(places, rules, strict=True)]

    async def announce(self, replaced: Sequence[Entry]) -> list[Replacement]:
        """Tell all workers that these entries have new answers."""
        base, origin = self._follower.base, self._options.origin
        places = await self._append([(e.namespace, encode_replacement(e, base, origin)) for e in replaced])
        return [
            Replacement(number, time, entry.namespace, entry.entry_id, entry.version)
            for (number, time), entry in zip(places, replaced, strict=True)
        ]

    async def announce_ruling(self, verdict: PairVerdict) -> PairRuling:
        """Tell all workers that a pairing is forbidden, or allowed again."""
        value = encode_ruling(verdict, self._follower.base, self._options.origin)
        ((number, time),) = await self._append([(verdict.namespace, value)])
        is_forbidden = verdict.verdict is Verdict.WRONG
        return PairRuling(number, time, verdict.namespace, verdict.question_id, verdict.entry_id, is_forbidden)

    async def gave(self, number: int) -> bool:
        """Whether the log that is there now is the one that gave out a number (`AppendNamesLog`)."""
        return await self._identity.is_known_from_now() and number >= self._follower.base

    async def end(self) -> int:
        """The number after the last record, asked now."""
        return self._follower.base + await self._ends.end()

    async def begin(self) -> int:
        """The oldest number that the log still keeps, asked now."""
        return self._follower.base + await self._ends.begin()

    async def read(self, start: int, stop: int) -> list[PlacedRule]:
        """The rules kept from `start` up to, not including, `stop`."""
        base = self._follower.base
        records = self._ends.read(max(start - base, await self._ends.begin()), stop - base)
        entries = [decode(record, base) async for record in records]
        return [entry for entry in entries if isinstance(entry, PlacedRule)]

    async def _append(self, records: Sequence[tuple[str, bytes]]) -> list[tuple[int, int]]:
        """Numbers and broker times, once this worker has followed to them: what is followed is the order.

        A worker that slept while the log was replaced would else number its rule by the older log, and the rule would
        kill less than it must (invariant NeverFromOldLog). That the follower has come to the place does not prove it,
        since it reads on in a new log before it notices: see `gave`.
        """
        base, seen = self._follower.base, self._view.position
        places = [(base + offset, time) for offset, time in await self._writer.append(records)]
        try:
            async with asyncio.timeout(FOLLOW_SECONDS):
                await self._view.reached(max(number for number, _ in places) + 1)
        except TimeoutError as exc:
            raise LogUnavailableError("the coherence log cannot be followed to what was appended") from exc
        if self._follower.base != base or any(number < seen for number, _ in places):
            raise LogUnavailableError("the coherence log was replaced while it was written to; append again")
        return places

    async def _give_signs_of_life(self) -> None:
        """Name the log now and then: one whose every record retention has taken would be born again."""
        while True:
            await asyncio.sleep(self._options.memory_seconds / SIGNS_OF_LIFE_A_MEMORY)
            with suppress(LogUnavailableError):
                await self._append([("", encode_birth(self._follower.base, self._options.origin))])


async def _cancelled(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
