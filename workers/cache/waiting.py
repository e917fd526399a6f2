"""One question, one computation: leases for those who compute, patience for those who wait."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from workers.cache.clock import Clock
from workers.cache.config import LeaseConfig
from workers.cache.keys import normalise
from workers.cache.lookup import Lookup, LookupOutcome
from workers.cache.ports import AnswerStore
from workers.cache.question import Question
from workers.cache.reader import Reader
from workers.errors import LogUnavailableError, StoreUnavailableError

Deliver = Callable[[int, LookupOutcome], None]
"""Told of each outcome by its place among the questions."""


@dataclass(slots=True)
class _Follower:
    """A lookup that waits for another caller's answer."""

    question: Question
    miss: LookupOutcome
    patience_ends: float
    """Monotonic time in seconds."""
    answer: asyncio.Future[LookupOutcome]


class Waiting:
    """Asks leases for misses. Followers with `wait_ms` are held; one task looks for all their answers at once."""

    def __init__(self, config: LeaseConfig, store: AnswerStore, reader: Reader, clock: Clock) -> None:
        self._config = config
        self._store = store
        self._reader = reader
        self._clock = clock
        self._followers: list[_Follower] = []
        self._poller: asyncio.Task[None] | None = None

    @property
    def count(self) -> int:
        """Lookups that wait now."""
        return len(self._followers)

    async def aclose(self) -> None:
        """Answer all who wait with what they have: a miss, to be computed by themselves."""
        if self._poller is not None:
            self._poller.cancel()
            await asyncio.gather(self._poller, return_exceptions=True)
            self._poller = None
        for follower in self._followers:
            _resolve(follower, replace(follower.miss, leader=True))
        self._followers.clear()

    async def lead_or_follow(
        self, questions: Sequence[Question], misses: Sequence[LookupOutcome], deliver: Deliver
    ) -> None:
        """For each miss: leadership, an answer that came meanwhile, or, after waiting, one of the two.

        `deliver(i, outcome)` is called once for each, leaders first; returns when all are delivered.
        """
        followers: list[asyncio.Future[LookupOutcome]] = []
        for i, outcome in enumerate(await self._first_round(questions, misses)):
            has_room = len(self._followers) < self._config.max_waiting
            if outcome.leader is False and questions[i].lookup.wait_ms > 0 and has_room:
                answer = self._follow(questions[i], outcome)
                answer.add_done_callback(partial(_deliver_answer, deliver, i))
                followers.append(answer)
            else:
                deliver(i, outcome)
        if followers:
            await asyncio.wait(followers)

    async def _first_round(self, questions: Sequence[Question], misses: Sequence[LookupOutcome]) -> list[LookupOutcome]:
        """Who leads; in an outage, everybody does."""
        if not self._config.enabled:
            return [replace(miss, leader=True) for miss in misses]
        try:
            return await self._compete(questions, misses)
        except (StoreUnavailableError, LogUnavailableError):
            return [replace(miss, leader=True, degraded=True) for miss in misses]

    async def _compete(self, questions: Sequence[Question], misses: Sequence[LookupOutcome]) -> list[LookupOutcome]:
        """Try for each lease. Whoever gets one looks again: the last leader may have stored just before."""
        granted = await self._store.lease([q.address for q in questions], self._config.duration_ms)
        outcomes = [replace(miss, leader=won) for miss, won in zip(misses, granted, strict=True)]
        leaders = [i for i, won in enumerate(granted) if won]
        found = await self._reader.again([questions[i] for i in leaders]) if leaders else []
        answered = [i for i, hit in zip(leaders, found, strict=True) if hit is not None]
        for i, hit in zip(leaders, found, strict=True):
            if hit is not None:
                outcomes[i] = hit
        if answered:
            await self._store.end_lease([questions[i].address for i in answered])
        return outcomes

    def _follow(self, question: Question, miss: LookupOutcome) -> asyncio.Future[LookupOutcome]:
        answer: asyncio.Future[LookupOutcome] = asyncio.get_running_loop().create_future()
        ends = self._clock.monotonic() + question.lookup.wait_ms / 1000
        self._followers.append(_Follower(question, miss, ends, answer))
        if self._poller is None or self._poller.done():
            self._poller = asyncio.create_task(self._poll(), name="waiting-followers")
        return answer

    async def _poll(self) -> None:
        """Until nobody waits: one round of leases and one of reads for all."""
        while self._followers:
            await asyncio.sleep(self._config.poll_ms / 1000)
            followers = [f for f in self._followers if not f.answer.done()]
            try:
                outcomes = await self._compete([f.question for f in followers], [f.miss for f in followers])
                answers = await self._reader.again([f.question for f in followers])
            except (StoreUnavailableError, LogUnavailableError):
                outcomes = [replace(f.miss, leader=False, degraded=True) for f in followers]
                answers = [None] * len(followers)
            now = self._clock.monotonic()
            for follower, outcome, answer in zip(followers, outcomes, answers, strict=True):
                self._settle(follower, answer or outcome, now)
            self._followers = [f for f in self._followers if not f.answer.done()]

    def _settle(self, follower: _Follower, outcome: LookupOutcome, now: float) -> None:
        """Answer a follower who has an answer, has become leader, or whose patience has ended."""
        if outcome.is_hit:
            _resolve(follower, outcome)
        elif outcome.leader or now >= follower.patience_ends:
            fenced = replace(self._reader.miss(degraded=outcome.degraded), reason=follower.miss.reason)
            miss = follower.miss
            _resolve(follower, replace(fenced, leader=True, candidates=miss.candidates, shadow=miss.shadow))


def without_waiting_for_itself(lookups: Sequence[Lookup]) -> list[Lookup]:
    """One call's repeats of a question must not wait for an answer that its caller can only give afterwards."""
    seen: set[tuple[object, ...]] = set()
    able = []
    for lookup in lookups:
        key = (lookup.namespace, tuple(sorted((lookup.context or {}).items())), normalise(lookup.prompt))
        able.append(replace(lookup, wait_ms=0) if key in seen else lookup)
        seen.add(key)
    return able


def _deliver_answer(deliver: Deliver, i: int, answer: "asyncio.Future[LookupOutcome]") -> None:
    if not answer.cancelled():
        deliver(i, answer.result())


def _resolve(follower: _Follower, outcome: LookupOutcome) -> None:
    if not follower.answer.done():
        follower.answer.set_result(outcome)
