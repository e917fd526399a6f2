"""Reading: L1, then L2 by key, then L2 by meaning, then a miss with a fence."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from schemas.lookup import Layer, LookupMode, LookupStatus, Match
from workers.cache.clock import Clock
from workers.cache.coherence_view import CoherenceView
from workers.cache.config import CacheConfig
from workers.cache.entry import Entry
from workers.cache.guard import Guard
from workers.cache.l1 import L1Cache, L1Record
from workers.cache.lookup import JudgedCandidate, LookupOutcome, ShadowAnswer
from workers.cache.observer import CacheObserver, L1PassedOver
from workers.cache.policy import Candidate, HitPolicy, Reason
from workers.cache.ports import Address, CoherenceLog, Embedder, Fetched, NearestQuery, Neighbour, SharedStore
from workers.cache.question import Question
from workers.cache.verdicts import ForbiddenPairs
from workers.cache.verification import Judged, NoSecondOpinion, SecondOpinion, Verified, explain, judge
from workers.errors import InvalidRequestError, LogUnavailableError, OverloadedError, StoreUnavailableError
from workers.observability import tracing

Settled = Callable[[Sequence[int], Sequence[LookupOutcome]], Awaitable[None]]
"""Hears of outcomes, with their places among the questions."""

SEMANTIC_AT_ONCE = 32
"""Questions whose vectors are searched for in one round trip. In a whole batch the first would wait for the last one's
embedding, and hundreds of searches would share one deadline: at 20,000 entries 500 of them missed it, and on a machine
with eight times as much to do as it can, most parts of 64 did."""
JUDGED_A_TURN = 8
"""Questions judged, at some 0.1 to 0.2 ms each, before others have their turn on the event loop."""
SHADOWED = "shadowed"
"""The reason of a miss that would have been a hit."""
FOREIGN_TOKEN = "after: this token was not given out by this log; invalidate again to get one"  # noqa: S105


@dataclass(frozen=True, slots=True)
class Levels:
    """The parts that a lookup passes through."""

    l1: L1Cache
    store: SharedStore
    embedder: Embedder
    policy: HitPolicy
    view: CoherenceView
    log: CoherenceLog
    forbidden: ForbiddenPairs = field(default_factory=ForbiddenPairs)
    second_opinion: SecondOpinion = field(default_factory=NoSecondOpinion)


class Nearness(Protocol):
    """How a stored question meets the asked one; an L1Record knows it too."""

    match: Match
    similarity: float


@dataclass(slots=True)
class Near:
    """The same, by itself."""

    match: Match
    similarity: float


EXACT = Near(Match.EXACT, 1.0)
USUAL_MODE = LookupMode.EXACT_THEN_SEMANTIC
EXACT_REASON, ALIAS_REASON = Reason.EXACT.value, Reason.ALIAS.value
"""Read once: the value of an enum's member takes a fifth of a microsecond."""


@dataclass(slots=True)
class _Search:
    """One question on its way through L2."""

    question: Question
    place: int = 0
    """Among the questions of its batch."""
    since: int = 0
    """The log position before the first read."""
    outcome: LookupOutcome | None = None
    neighbours: list[Neighbour] = field(default_factory=list)
    candidates: tuple[JudgedCandidate, ...] | None = None
    reason: str | None = None
    confidence: float = 0.0
    """Of the accepted candidate."""


class Reader:
    """Answers questions. A hit is guarded and, beyond the exact key, judged; an outage is a degraded miss."""

    def __init__(self, config: CacheConfig, levels: Levels, clock: Clock, observer: CacheObserver) -> None:
        self._config = config
        self._has_l1 = config.l1.enabled
        self._levels = levels
        self._guard = Guard(levels.view)
        self._clock = clock
        self._observer = observer

    def in_l1(self, question: Question, now: float) -> LookupOutcome | None:
        """The answer from memory, if there is one and it may be given at monotonic time `now`; no awaits."""
        if not self._has_l1:
            return None
        lookup, view = question.lookup, self._levels.view
        if not view.is_fresh(now):
            is_trusted = view.distrust is None
            self._observer.l1_passed_over(L1PassedOver.NOT_FRESH if is_trusted else L1PassedOver.NOT_TRUSTED)
            return None
        if question.token is not None and not self._has_reached(question):
            self._observer.l1_passed_over(L1PassedOver.BEHIND_TOKEN)
            return None
        record = self._levels.l1.get(question.entry_id, now)
        if record is None or (lookup.mode is not USUAL_MODE and not _fits_mode(record.match, lookup.mode)):
            return None
        if lookup.min_similarity is not None and record.similarity < lookup.min_similarity:
            return None
        return self._hit(question, record.entry, Layer.L1, record)

    async def in_l2(self, questions: Sequence[Question], settled: Settled | None = None) -> list[LookupOutcome]:
        """The answers from the shared store: by key in one round trip, the rest in parts, each embedded and searched.

        `settled` is awaited for each part as it is known: no hit by key waits for an embedding.
        """
        searches = [_Search(question, place) for place, question in enumerate(questions)]
        try:
            await self._refuse_foreign_tokens(searches)
            open_searches = [s for s in searches if s.outcome is None]
            await self._catch_up(open_searches)
            await self._exact([s for s in open_searches if s.question.lookup.mode is not LookupMode.SEMANTIC])
        except (StoreUnavailableError, LogUnavailableError):
            open_searches = []
            self._degrade(searches)
        rest = [s for s in open_searches if s.outcome is None and _may_go_on(s.question)]
        by_meaning = {s.place for s in rest}
        parts = [rest[i : i + SEMANTIC_AT_ONCE] for i in range(0, len(rest), SEMANTIC_AT_ONCE)]
        await asyncio.gather(
            self._tell([s for s in searches if s.place not in by_meaning], settled),
            *(self._semantic_part(part, settled) for part in parts),
        )
        return [self._outcome_of(search) for search in searches]

    async def again(self, questions: Sequence[Question]) -> list[LookupOutcome | None]:
        """By exact key in L2 alone, for those who wait for an answer; None: not there yet.

        Raises:
            StoreUnavailableError, LogUnavailableError: nothing is known.
        """
        searches = [_Search(question) for question in questions]
        await self._catch_up(searches)
        await self._exact(searches)
        return [search.outcome for search in searches]

    def miss(self, *, degraded: bool = False, reason: str | None = None) -> LookupOutcome:
        """A miss with the fence of now: what the caller computes from here on has seen all rules below it."""
        return LookupOutcome(LookupStatus.MISS, fence=self._levels.view.position, degraded=degraded, reason=reason)

    def keep_stored(self, entry: Entry, since: int) -> None:
        """Admit to L1 what was written when the position was `since`, if no rule known by now forbids it."""
        if self._guard.may_keep(entry, since):
            self._keep(entry.entry_id, entry, EXACT)

    async def _refuse_foreign_tokens(self, searches: Sequence[_Search]) -> None:
        """A token beyond the log's end was given out by no rule of this log.

        Raises:
            LogUnavailableError: the log cannot be asked.
        """
        position = self._levels.view.position
        ahead = [(s, t.position) for s in searches if (t := s.question.token) is not None and t.position > position]
        if not ahead:
            return
        end = await self._levels.log.end()
        for search, place in ahead:
            if place > end:
                search.outcome = LookupOutcome(LookupStatus.ERROR, error=InvalidRequestError(FOREIGN_TOKEN))

    async def _catch_up(self, searches: Sequence[_Search]) -> None:
        """See to it that the memory of rules reflects the log as of the bound, and every token, before L2 is read.

        L2 alone would do, had it never lost a deletion: what guards against that is the memory (L2WhileLost).

        Raises:
            LogUnavailableError: it does not within the time that a lookup may wait for L2.
        """
        view = self._levels.view
        newest = max((s.question.token.position for s in searches if s.question.token), default=0)
        if not view.is_fresh(self._clock.monotonic()) or view.position < newest:
            try:
                async with asyncio.timeout(self._config.redis.timeout_ms / 1000):
                    await view.freshened()
                    await view.reached(newest)
            except TimeoutError as exc:
                raise LogUnavailableError("the coherence log could not be followed in time") from exc
        for search in searches:
            search.since = view.position

    def _has_reached(self, question: Question) -> bool:
        """Whether this worker has seen the token's rule.

        Raises:
            InvalidRequestError: when the log has another rule at its place: nobody gave out this token.
        """
        token, recent = question.token, self._levels.view.recent
        if token is None or token.position > recent.position:
            return token is None
        known = recent.timestamp_of(token.position - 1)
        if known is not None and known != token.timestamp_ms:
            raise InvalidRequestError(FOREIGN_TOKEN)
        return True

    async def _exact(self, searches: list[_Search]) -> None:
        if not searches:
            return
        with tracing.span("l2 exact", attributes={"lookups": len(searches)}):
            fetched = await self._levels.store.fetch([s.question.address for s in searches])
        for search, found in zip(searches, fetched, strict=True):
            entry = self._usable(search.question, found)
            if entry is not None:
                self._settle(search, entry, found.watermark, EXACT)

    async def _tell(self, searches: Sequence[_Search], settled: Settled | None) -> None:
        if settled is not None and searches:
            await settled([s.place for s in searches], [self._outcome_of(s) for s in searches])

    def _degrade(self, searches: Sequence[_Search]) -> None:
        for search in searches:
            search.outcome = search.outcome or self.miss(degraded=True)

    async def _semantic_part(self, searches: list[_Search], settled: Settled | None) -> None:
        try:
            await self._semantic(searches)
        except (StoreUnavailableError, LogUnavailableError, OverloadedError):
            self._degrade(searches)
        await self._tell(searches, settled)

    async def _semantic(self, searches: list[_Search]) -> None:
        """Retrieve, judge, fetch what was accepted; an accepted entry that is gone leaves its place to the next."""
        with tracing.span("embed", attributes={"prompts": len(searches)}):
            vectors = await self._levels.embedder.embed([s.question.lookup.prompt for s in searches])
        limit = self._config.policy.candidates
        queries = [
            NearestQuery(s.question.lookup.namespace, s.question.context_key, vector, limit)
            for s, vector in zip(searches, vectors, strict=True)
        ]
        with tracing.span("l2 search", attributes={"lookups": len(searches)}):
            found = await self._levels.store.find_nearest(queries)
        for search, neighbours in zip(searches, found, strict=True):
            search.neighbours = neighbours
        undecided = searches
        while undecided:
            await self._know_forbidden()
            allowed = [self._allowed(s) for s in undecided]
            judged = await self._judge_all(undecided, allowed)
            verified = await self._levels.second_opinion.settle(judged)
            choices = [(s, self._choose(s, a, v)) for s, a, v in zip(undecided, allowed, verified, strict=True)]
            chosen = [(search, neighbour) for search, neighbour in choices if neighbour is not None]
            undecided = await self._take(chosen) if chosen else []

    async def _know_forbidden(self) -> None:
        """After the log was replaced, a verdict may not have been heard of before the store has been read again.

        Raises:
            LogUnavailableError: it has not been within the time that a lookup may wait for L2.
        """
        if not self._levels.forbidden.is_known:
            try:
                async with asyncio.timeout(self._config.redis.timeout_ms / 1000):
                    await self._levels.forbidden.known()
            except TimeoutError as exc:
                raise LogUnavailableError("the verdicts could not be read again in time") from exc

    def _allowed(self, search: _Search) -> list[Neighbour]:
        """The neighbours that no verdict forbids."""
        forbidden = self._levels.forbidden.of(search.question.entry_id)
        return [n for n in search.neighbours if n.entry_id not in forbidden] if forbidden else search.neighbours

    async def _judge_all(self, searches: Sequence[_Search], allowed: Sequence[Sequence[Neighbour]]) -> list[Judged]:
        """In turns: hits in L1 need not wait until the last of many is judged."""
        judged = []
        for turn, (search, neighbours) in enumerate(zip(searches, allowed, strict=True), start=1):
            judged.append(self._judge(search, neighbours))
            if turn % JUDGED_A_TURN == 0:
                await asyncio.sleep(0)
        return judged

    def _judge(self, search: _Search, allowed: Sequence[Neighbour]) -> Judged:
        lookup = search.question.lookup
        floor = max(lookup.min_similarity or 0.0, self._config.policy.min_similarity)
        candidates = [Candidate(n.prompt, n.similarity) for n in allowed]
        thorough = lookup.explain or self._levels.second_opinion.wants_confidences
        return judge(self._levels.policy, lookup.prompt, candidates, floor, thorough=thorough)

    def _choose(self, search: _Search, allowed: Sequence[Neighbour], verified: Verified) -> Neighbour | None:
        """What the decision comes to; remembers why."""
        decision = verified.decision
        chosen = None if decision.accepted is None else allowed[decision.accepted]
        is_forbidden = chosen is None and bool(search.neighbours) and search.neighbours[0] not in allowed
        search.reason = (Reason.FORBIDDEN if is_forbidden else decision.reason).value
        search.confidence = decision.confidence
        if search.neighbours:
            best = (chosen or search.neighbours[0]).similarity
            self._observer.judged(search.reason, accepted=chosen is not None, similarity=best)
        if search.question.lookup.explain:
            search.candidates = explain(search.neighbours, allowed, verified)
        return chosen

    async def _take(self, chosen: list[tuple[_Search, Neighbour]]) -> list[_Search]:
        """Fetch the accepted entries; the searches whose entry is gone or may not be served, to be judged again."""
        addresses = [Address(s.question.lookup.namespace, n.entry_id) for s, n in chosen]
        again = []
        for (search, neighbour), found in zip(chosen, await self._levels.store.fetch(addresses), strict=True):
            entry = self._usable(search.question, found)
            # Asked again: the verdict may have come while the entry was fetched, and its alias would stay.
            is_forbidden = neighbour.entry_id in self._levels.forbidden.of(search.question.entry_id)
            if entry is not None and not is_forbidden:
                self._settle(search, entry, found.watermark, Near(Match.SEMANTIC, neighbour.similarity))
            else:
                search.neighbours = [n for n in search.neighbours if n.entry_id != neighbour.entry_id]
                again.append(search)
        return again

    def _usable(self, question: Question, found: Fetched) -> Entry | None:
        """The entry, if the guard lets it pass and it is young enough for this caller."""
        if found.entry is None or not self._guard.may_serve(found):
            return None
        entry, now, lookup = found.entry, self._clock.wall(), question.lookup
        if lookup.max_age_seconds is not None and now - entry.created_at > lookup.max_age_seconds:
            return None
        latest = entry.kept_until if lookup.allow_stale else entry.expires_at
        return entry if now < latest else None

    def _settle(self, search: _Search, entry: Entry, watermark: int, near: Nearness) -> None:
        outcome = self._hit(search.question, entry, Layer.L2, near)
        if outcome is None:
            return
        if near.match is Match.SEMANTIC and is_shadowed(search.question.entry_id, self._config.policy.shadow_share):
            search.outcome = self._kept_back(search, entry, near)
            return
        reason = search.reason if near.match is Match.SEMANTIC else EXACT_REASON
        search.outcome = replace(outcome, reason=reason)
        if self._guard.may_keep(entry, search.since, watermark):
            self._keep(search.question.entry_id, entry, near)

    def _kept_back(self, search: _Search, entry: Entry, near: Nearness) -> LookupOutcome:
        """A miss that shows what would have been served; no alias is made of it."""
        shadow = ShadowAnswer(entry.entry_id, entry.prompt, entry.response, near.similarity, search.confidence)
        self._observer.shadowed()
        return replace(self.miss(reason=SHADOWED), shadow=shadow)

    def _keep(self, key: str, entry: Entry, near: Nearness) -> None:
        config = self._config.l1
        lifetime = entry.expires_at - self._clock.wall()
        if near.match is Match.SEMANTIC:
            lifetime = min(lifetime, config.alias_ttl_seconds)
        if config.enabled and lifetime > 0:
            deadline = self._clock.monotonic() + lifetime
            self._levels.l1.put(key, L1Record(entry, deadline, near.match, near.similarity))

    def _hit(self, question: Question, entry: Entry, layer: Layer, near: Nearness) -> LookupOutcome | None:
        """By position, not by name: a third of a microsecond less."""
        now = self._clock.wall()
        age, left, limit = now - entry.created_at, entry.expires_at - now, question.lookup.max_age_seconds
        if limit is not None and age > limit:
            return None
        match = near.match
        reason = ALIAS_REASON if layer is Layer.L1 and match is Match.SEMANTIC else EXACT_REASON
        age = age if age > 0 else 0.0  # another machine's clock may be ahead
        return LookupOutcome(LookupStatus.HIT, entry, layer, match, near.similarity, age, left, reason, left <= 0)

    def _outcome_of(self, search: _Search) -> LookupOutcome:
        outcome = search.outcome or self.miss(reason=search.reason)
        return outcome if search.candidates is None else replace(outcome, candidates=search.candidates)


def _fits_mode(match: Match, mode: LookupMode) -> bool:
    """`exact` takes no alias; `semantic` takes nothing else."""
    return mode is USUAL_MODE or (match is Match.EXACT) == (mode is LookupMode.EXACT)


def _may_go_on(question: Question) -> bool:
    return question.lookup.mode is not LookupMode.EXACT


def is_shadowed(question_id: str, share: float) -> bool:
    """Whether the question belongs to the share that is answered in the shadow: always the same ones, on all workers.

    The id is a hash; its first 32 bits against the share of their range.
    """
    return share > 0 and int(question_id[:8], 16) < share * 2**32
