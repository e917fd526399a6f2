"""`lookup.requests`: hits in L1 are answered at once; the rest share their way to L2 and never hold the hits up."""

import asyncio
from collections.abc import Sequence

from schemas import LookupRequest, LookupStatus
from workers.backlog import Backlog
from workers.cache.lookup import LookupOutcome
from workers.desk import DeskParts
from workers.errors import InvalidRequestError
from workers.kafka.encoding import encode_lookup
from workers.kafka.rejection import Rejection
from workers.kafka.request import Request
from workers.settings import OverloadConfig, OverloadPolicy

OVERLOADED = "overloaded"
"""The reason of a miss that was not looked for."""

LookupRecord = Request[LookupRequest]


class LookupDesk:
    """Answers lookups. Bounded: more than may wait beyond L1 are turned away, or hold the stream up, by setting."""

    def __init__(self, parts: DeskParts, overload: OverloadConfig) -> None:
        self._cache = parts.cache
        self._replies = parts.replies
        self._tasks = parts.tasks
        self._clock = parts.clock
        self._observer = parts.observer
        self._policy = overload.policy
        self._limit = overload.max_pending_lookups
        self._backlog = Backlog(overload.max_pending_lookups, overload.max_wait_ms / 1000)
        self._has_room = asyncio.Event()
        self._has_room.set()
        self.pending = 0
        """Lookups beyond L1 now, those included that wait for another caller's answer."""

    @property
    def busy(self) -> int:
        """Lookups that the store or the embedder works on now."""
        return self.pending - self._cache.waiting

    async def answer(self, requests: Sequence[LookupRecord]) -> None:
        """Answer a batch: hits here and now, the rest in tasks."""
        patient: list[LookupRecord] = []
        prompt: list[LookupRecord] = []
        now = self._clock.monotonic()
        for request in requests:
            try:
                outcome = self._cache.lookup_in_l1(request.message, now)
            except InvalidRequestError as exc:
                self._replies.refuse(request, Rejection.of(exc))
                continue
            if outcome is not None:
                self._reply(request, outcome)
            else:
                (patient if request.message.wait_ms else prompt).append(request)
        self._replies.outbox.flush()
        for group in (prompt, patient):
            if group:
                await self._send_beyond(group)
        if self._replies.outbox.is_full:
            await self._replies.outbox.room()

    @property
    def _room(self) -> int:
        """How many lookups may begin now."""
        if self._policy is OverloadPolicy.WAIT:
            return max(self._limit - self.busy, 0)
        return self._backlog.room(self.busy, self._clock.monotonic())

    async def _send_beyond(self, group: list[LookupRecord]) -> None:
        """Begin on a group, as far as there is room."""
        room = self._room
        if len(group) > room:
            self._observer.overloaded(len(group) - room)
            group = await self._make_fit(group, room)
        if group:
            self.pending += len(group)
            self._tasks.spawn(self._replies.answered(group, self._beyond(group)), name="lookups-beyond-l1")

    async def _make_fit(self, group: list[LookupRecord], room: int) -> list[LookupRecord]:
        """Wait until the group may go on, or turn away what does not fit."""
        if self._policy is OverloadPolicy.WAIT:
            while self.busy:
                self._has_room.clear()
                await self._has_room.wait()
                if self.busy + len(group) <= self._limit:
                    break
            return group
        fence = self._cache.view.position
        for request in group[room:]:
            self._reply(request, LookupOutcome(LookupStatus.MISS, fence=fence, reason=OVERLOADED, degraded=True))
        return group[:room]

    async def _beyond(self, group: list[LookupRecord]) -> None:
        left = len(group)

        def deliver(place: int, outcome: LookupOutcome) -> None:
            nonlocal left
            left -= 1
            self._leave(1)
            self._backlog.leave(self._clock.monotonic())
            request = group[place]
            if outcome.error is not None:
                self._replies.refuse(request, Rejection.of(outcome.error))
            else:
                self._reply(request, outcome)

        # Who waits for another caller's answer says nothing of how fast this worker is.
        waits = None if group[0].message.wait_ms else self._backlog.begin(self._clock.monotonic())
        try:
            await self._cache.lookup_beyond_l1([request.message for request in group], deliver)
        finally:
            self._backlog.end(waits)
            self._leave(left)

    def _leave(self, count: int) -> None:
        self.pending -= count
        self._has_room.set()

    def _reply(self, request: LookupRecord, outcome: LookupOutcome) -> None:
        self._replies.answer(request, encode_lookup(request.request_id, outcome), outcome.status)
