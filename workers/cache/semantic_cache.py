"""The cache. Its ways: L1, then L2, then a miss; stores under a fence; invalidations in two halves."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any, Self, Unpack

import orjson

from schemas.base import DEFAULT_NAMESPACE
from schemas.feedback import Verdict
from schemas.lookup import LookupStatus
from workers.cache.clock import Clock, SystemClock
from workers.cache.coherence_view import CoherenceView, make_view
from workers.cache.config import CacheConfig
from workers.cache.embedding import FastembedEmbedder
from workers.cache.judging import Judging
from workers.cache.l1 import L1Cache
from workers.cache.l2 import RedisStore
from workers.cache.local_log import LocalLog
from workers.cache.lookup import Asked, InvalidationOutcome, Lookup, LookupOptions, LookupOutcome, Store, StoreOptions
from workers.cache.observer import CacheObserver, NullObserver
from workers.cache.policy import HitPolicy, default_policy
from workers.cache.ports import CoherenceLog, Embedder, SharedStore
from workers.cache.question import Question, Questioner
from workers.cache.reader import Levels, Reader
from workers.cache.repair import Repair
from workers.cache.rules import PlacedRule, Rule
from workers.cache.statistics import CacheMetrics, CacheStatistics
from workers.cache.tokens import Token
from workers.cache.verdicts import ForbiddenPairs, PairVerdict
from workers.cache.verification import SecondOpinion, make_second_opinion
from workers.cache.waiting import Deliver, Waiting, without_waiting_for_itself
from workers.cache.writer import StoreOutcome, Writer
from workers.errors import InvalidRequestError, NotOpenError
from workers.observability import tracing


@dataclass(frozen=True, slots=True)
class Parts:
    """What may be handed in instead of the usual parts."""

    store: SharedStore | None = None
    embedder: Embedder | None = None
    policy: HitPolicy | None = None
    log: CoherenceLog | None = None
    view: CoherenceView | None = None
    clock: Clock = field(default_factory=SystemClock)
    observer: CacheObserver = field(default_factory=NullObserver)
    second_opinion: SecondOpinion | None = None


@dataclass(frozen=True, slots=True)
class _Open:
    """The parts of an open cache."""

    levels: Levels
    reader: Reader
    writer: Writer
    waiting: Waiting


@dataclass(frozen=True, slots=True)
class _Asked:
    """Questions on their way, and who hears of their outcomes."""

    questions: list[Question]
    deliver: Deliver
    started: float


class SemanticCache:
    """Answers repeats of a question, also in other words; never one that an acknowledged invalidation named.

    Without a `log` it is a library of one process and orders its own invalidations. Use it as an async context
    manager. Not thread-safe: it belongs to one event loop.
    """

    def __init__(self, config: CacheConfig | None = None, parts: Parts | None = None) -> None:
        self.config = config or CacheConfig()
        self._parts = parts or Parts()
        self._clock = self._parts.clock
        self._observer = self._parts.observer
        self.view = self._parts.view or make_view(self.config, self._clock)
        self.l1 = L1Cache(self.config.l1, self._observer.l1_removed)
        self._questioner = Questioner(self.config)
        self._statistics = CacheStatistics()
        self._open: _Open | None = None
        self.upkeep: tuple[asyncio.Task[None], ...] = ()
        """The tasks that hold store and memory to the log, while open; a death should stop whoever runs the cache."""
        self._stack = AsyncExitStack()
        self.view.on_record(self.l1.evict)
        self.view.on_reset(self.l1.clear)
        forbidden = ForbiddenPairs(self.config.redis.max_verdicts)
        self._judging = Judging(self.l1, self._observer, forbidden, self.config.policy.shadow_share)
        self.view.on_ruling(self._judging.obey)
        self.view.on_loss(self._judging.doubt)
        self.view.on_reset(self._judging.look_again)

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self.aclose()

    async def open(self) -> None:
        """Load the model, connect the store, start repair. Idempotent.

        Raises:
            ModelUnavailableError, StoreUnavailableError, ConfigurationError: says what is missing, and where.
        """
        if self._open is not None:
            return
        async with AsyncExitStack() as stack:
            if self.config.observability.enable_tracing and not tracing.is_enabled():
                tracing.set_up_tracing(self.config.observability, "library")
                stack.push_async_callback(asyncio.to_thread, tracing.shut_down_tracing)
            embedder = self._parts.embedder or FastembedEmbedder(
                self.config.embedding, on_batch=self._observer.embedded
            )
            stack.push_async_callback(embedder.aclose)
            await embedder.open()
            store = self._parts.store or RedisStore(
                self.config.redis,
                fingerprint=embedder.fingerprint,
                dimensions=embedder.dimensions,
                clock=self._clock,
                on_breaker=self._observer.l2_reachable,
            )
            stack.push_async_callback(store.aclose)
            await store.open()
            second_opinion = self._parts.second_opinion or make_second_opinion(self.config.policy, self._observer)
            stack.push_async_callback(second_opinion.aclose)
            await second_opinion.open()
            opened = self._assemble(store, embedder, second_opinion)
            await self._judging.load(store)
            stack.push_async_callback(opened.waiting.aclose)
            repair = self._repair(store, opened.levels.log)
            await repair.check()
            self.upkeep = (
                asyncio.create_task(repair.run(), name="repair"),
                asyncio.create_task(self._judging.keep_up(store), name="verdicts"),
            )
            stack.push_async_callback(_cancelled, *self.upkeep)
            self._stack = stack.pop_all()
            self._open = opened

    async def aclose(self) -> None:
        """Let go of everything that `open` took. Idempotent."""
        self._open = None
        await self._stack.aclose()

    # --- the library form -------------------------------------------------------------------------------------

    async def lookup(self, prompt: str, **how: Unpack[LookupOptions]) -> LookupOutcome:
        """One question; keywords as the fields of `Lookup` (context, namespace, mode, wait_ms, after, …).

        Raises:
            InvalidRequestError: for an unknown context field or a token that is none.
        """
        outcome = (await self.lookup_many([Lookup(prompt, **how)]))[0]
        if outcome.error is not None:
            raise outcome.error
        return outcome

    async def lookup_many(self, lookups: Sequence[Lookup]) -> list[LookupOutcome]:
        """Many questions, answered in order; those that L1 cannot answer share their round trips."""
        now = self._clock.monotonic()
        outcomes = [self.lookup_in_l1(lookup, now) for lookup in lookups]
        rest = [i for i, outcome in enumerate(outcomes) if outcome is None]

        def deliver(place: int, outcome: LookupOutcome) -> None:
            outcomes[rest[place]] = outcome

        await self.lookup_beyond_l1(without_waiting_for_itself([lookups[i] for i in rest]), deliver)
        return [outcome for outcome in outcomes if outcome is not None]

    async def store(
        self,
        prompt: str,
        response: str,
        *,
        tags: Sequence[str] = (),
        metadata: Mapping[str, Any] | None = None,
        **how: Unpack[StoreOptions],
    ) -> StoreOutcome:
        """Keep an answer; keywords as the fields of `Store` (context, namespace, ttl_seconds, fence, …).

        `fence` from the miss makes sure that an answer computed before an invalidation is not kept after it.

        Raises:
            InvalidRequestError: for an unknown context field.
            StoreUnavailableError: nothing is stored; may be repeated.
        """
        encoded = orjson.dumps(metadata).decode() if metadata is not None else None
        store = Store(prompt, response, tags=tuple(tags), metadata=encoded, **how)
        return (await self.store_many([store]))[0]

    async def invalidate_by_tag(self, tag: str, *, namespace: str = DEFAULT_NAMESPACE) -> InvalidationOutcome:
        """Remove every answer that depends on the tag, for good: also one that is still being computed."""
        return await self.invalidate(Rule(namespace, tags=frozenset([tag])))

    async def invalidate_by_tags(
        self, tags: Sequence[str], match_all: bool = False, *, namespace: str = DEFAULT_NAMESPACE
    ) -> InvalidationOutcome:
        """Remove every answer with any of the tags, or, with `match_all`, with all of them."""
        if not tags:
            raise InvalidRequestError("tags: name at least one")
        return await self.invalidate(Rule(namespace, tags=frozenset(tags), match_all=match_all))

    async def invalidate(self, rule: Rule) -> InvalidationOutcome:
        """Order the rule, apply it; when this returns, no lookup is answered with what it names.

        Raises:
            StoreUnavailableError, LogUnavailableError: it is not acknowledged; repeat it.
        """
        return await self.apply((await self.announce([rule]))[0])

    def get_metrics(self) -> CacheMetrics:
        """Counts since the start; the keys are those of `/stats`."""
        return self._statistics.snapshot()

    # --- the pieces that a worker puts together itself -----------------------------------------------------------

    def lookup_in_l1(self, lookup: Asked, now: float) -> LookupOutcome | None:
        """The answer from memory at monotonic time `now`, or None: ask `lookup_beyond_l1`. Never waits.

        Raises:
            InvalidRequestError: for an unknown context field or a token that is none, or of another log.
        """
        started = time.perf_counter()
        question = self._questioner.ask(lookup)
        outcome = (self._open or self._opened()).reader.in_l1(question, now)
        if outcome is not None:
            self._count(question, outcome, time.perf_counter() - started)
        return outcome

    async def lookup_beyond_l1(self, lookups: Sequence[Asked], deliver: Deliver) -> None:
        """The answers from the shared store, or misses with fence and lease; an outage is a degraded miss.

        `deliver(i, outcome)` is called once for each lookup, as soon as its outcome is known: whoever is asked to
        compute an answer must hear so while others, with `wait_ms`, wait for it. Returns when all are delivered.
        """
        if not lookups:
            return
        asked = _Asked([self._questioner.ask(lookup) for lookup in lookups], deliver, time.perf_counter())
        position = self.view.position
        ahead = {i for i, q in enumerate(asked.questions) if q.token is not None and q.token.position > position}
        groups = (sorted(ahead), [i for i in range(len(lookups)) if i not in ahead])
        await asyncio.gather(*(self._beyond_l1(asked, group) for group in groups if group))

    async def _beyond_l1(self, asked: _Asked, group: list[int]) -> None:
        """Part by part: hits are delivered first, then the misses of leaders, then, in time, those who follow."""
        opened = self._opened()

        async def settled(places: Sequence[int], outcomes: Sequence[LookupOutcome]) -> None:
            missed = [k for k, outcome in enumerate(outcomes) if outcome.status is LookupStatus.MISS]
            for k in set(range(len(outcomes))).difference(missed):
                self._deliver(asked, group[places[k]], outcomes[k])
            if missed:
                await opened.waiting.lead_or_follow(
                    [asked.questions[group[places[k]]] for k in missed],
                    [outcomes[k] for k in missed],
                    lambda i, outcome: self._deliver(asked, group[places[missed[i]]], outcome),
                )

        await opened.reader.in_l2([asked.questions[i] for i in group], settled)

    def _deliver(self, asked: _Asked, i: int, outcome: LookupOutcome) -> None:
        self._count(asked.questions[i], outcome, time.perf_counter() - asked.started)
        asked.deliver(i, outcome)

    @property
    def waiting(self) -> int:
        """Lookups that wait for another caller's answer; they cost a little memory, and nothing else."""
        return self._opened().waiting.count

    async def store_many(self, stores: Sequence[Store]) -> list[StoreOutcome]:
        """Keep answers, in order, many of them in portions; see `store`.

        Raises:
            InvalidRequestError: for any of them; nothing is stored.
            StoreUnavailableError, LogUnavailableError, OverloadedError: earlier portions are stored. Safe to repeat.
        """
        if not stores:
            return []
        writer = self._opened().writer
        for store in stores:
            writer.check(store)
        with tracing.span("store", attributes={"answers": len(stores)}):
            return await writer.store(stores, self._clock)

    def check_store(self, store: Store) -> None:
        """Raise InvalidRequestError for what `store_many` would refuse, without storing."""
        self._opened().writer.check(store)

    def check_rule(self, rule: Rule) -> None:
        """Raise InvalidRequestError for what `announce` would refuse, without announcing."""
        if rule.tags and not self.config.enable_tags:
            raise InvalidRequestError("tags: this deployment has tags turned off (enable_tags)")

    async def announce(self, rules: Sequence[Rule]) -> list[PlacedRule]:
        """First half of an invalidation: the rules get their places in the log.

        Raises:
            InvalidRequestError: for tags where they are turned off.
            LogUnavailableError: it is not known whether they were appended; append them again.
        """
        for rule in rules:
            self.check_rule(rule)
        return await self._opened().levels.log.append(rules)

    async def apply(self, placed: PlacedRule) -> InvalidationOutcome:
        """Second half: what the rule kills is deleted from the shared store. Safe to repeat.

        That the log is still the one that placed the rule is asked beside it. If it was replaced, the deletion by the
        older number has harmed nothing, and the rule gets a place in the new one.

        Raises:
            StoreUnavailableError, LogUnavailableError: not done, or not known to be done.
        """
        levels = self._opened().levels
        with tracing.span("invalidate") as span:
            while True:
                removed, is_placed = await asyncio.gather(levels.store.apply(placed), levels.log.gave(placed.offset))
                if is_placed:
                    break
                (placed,) = await levels.log.append([placed.rule])
            span.note(removed=removed)
        self._statistics.tag_invalidated(placed.rule.tags)
        self._observer.invalidated(removed)
        return InvalidationOutcome(removed, Token.of(placed).encode())

    async def judge(self, verdict: PairVerdict) -> None:
        """Take a verdict on a pairing: `wrong` forbids it on all workers, `right` allows it again.

        An answer that is wrong under its own question is no pairing to forbid: it is invalidated. Safe to repeat.

        Raises:
            StoreUnavailableError, LogUnavailableError: it is not in force everywhere; repeat it.
        """
        levels = self._opened().levels
        if await self._judging.judge(verdict, levels.store, levels.log):
            await self.invalidate(Rule(verdict.namespace, entry_ids=frozenset([verdict.entry_id])))

    def verdict_on(self, asked: Asked, entry_id: str, verdict: Verdict, at_ms: int | None = None) -> PairVerdict:
        """The verdict on answering a question with an entry; `at_ms`: when it was given, Unix milliseconds, or now.

        Raises:
            InvalidRequestError: for an unknown context field.
        """
        question_id = self._questioner.ask(asked).entry_id
        at_ms = int(self._clock.wall() * 1000) if at_ms is None else at_ms
        return PairVerdict(asked.namespace, question_id, entry_id, verdict, asked.prompt, None, at_ms)

    async def count(self, rule: Rule) -> int:
        """How many stored answers the rule names; touches nothing."""
        return await self._opened().levels.store.count(rule)

    # --- inside -----------------------------------------------------------------------------------------------

    def _assemble(self, store: SharedStore, embedder: Embedder, second_opinion: SecondOpinion) -> _Open:
        policy = self._parts.policy or default_policy(self.config.policy.path)
        log = self._parts.log
        if log is None:
            log = LocalLog(self.view, self._clock)
            log.start()
        levels = Levels(self.l1, store, embedder, policy, self.view, log, self._judging.forbidden, second_opinion)
        reader = Reader(self.config, levels, self._clock, self._observer)
        writer = Writer(self.config, levels, reader, self._observer)
        waiting = Waiting(self.config.lease, store, reader, self._clock)
        return _Open(levels, reader, writer, waiting)

    def _repair(self, store: SharedStore, log: CoherenceLog) -> Repair:
        return Repair(self.config.coherence, store, log, self.view, self._clock, self._observer)

    def _opened(self) -> _Open:
        if self._open is None:
            raise NotOpenError("the cache is not open: use `async with SemanticCache(…) as cache`, or await open()")
        return self._open

    def _count(self, question: Question, outcome: LookupOutcome, seconds: float) -> None:
        self._observer.looked_up(outcome, seconds)
        if outcome.status is LookupStatus.ERROR:
            return
        if outcome.layer is not None:
            self._statistics.hit(outcome.layer, question.persona, seconds)
        else:
            self._statistics.miss(reached_l2=not outcome.degraded)


async def _cancelled(*tasks: "asyncio.Task[None]") -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
