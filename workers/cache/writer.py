"""Writing: an answer goes to L2 unless a rule kills it, is announced if it replaces another, then enters L1."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from schemas.store import RefusalReason, StoreStatus
from workers.cache.clock import Clock
from workers.cache.config import CacheConfig
from workers.cache.entry import Entry
from workers.cache.keys import entry_id
from workers.cache.lookup import Store
from workers.cache.observer import CacheObserver, RefusalCause
from workers.cache.ports import SaveOutcome, SaveStatus, Vectors
from workers.cache.question import Questioner
from workers.cache.reader import Levels, Reader
from workers.errors import InvalidRequestError, LogUnavailableError

CATCH_UP_SECONDS = 10.0
"""How long a store without a fence waits for the worker to see the rule that refused it."""

STORES_AT_ONCE = 512
"""Answers of a portion. Larger ones would only keep lookups waiting behind them in the embedder's queue."""


@dataclass(frozen=True, slots=True)
class StoreOutcome:
    """What became of one store."""

    status: StoreStatus
    entry_id: str
    reason: RefusalReason | None = None


class Writer:
    """Stores answers under their fences."""

    def __init__(self, config: CacheConfig, levels: Levels, reader: Reader, observer: CacheObserver) -> None:
        self._config = config
        self._levels = levels
        self._reader = reader
        self._observer = observer
        self._questioner = Questioner(config)

    def check(self, store: Store) -> None:
        """Raise InvalidRequestError for what the schema cannot see: context fields, tags where they are off."""
        self._questioner.context_key(store.context)
        if store.tags and not self._config.enable_tags:
            raise InvalidRequestError("tags: this deployment has tags turned off (enable_tags)")

    async def store(self, stores: Sequence[Store], clock: Clock) -> list[StoreOutcome]:
        """Store each, in order, in portions that fit into the embedder's queue.

        Raises:
            StoreUnavailableError, LogUnavailableError: nothing is acknowledged; the same call may be repeated.
            OverloadedError: the same; others have filled the embedder's queue.
        """
        size = min(STORES_AT_ONCE, self._config.embedding.queue_size)
        portions = [stores[start : start + size] for start in range(0, len(stores), size)]
        return [outcome for portion in portions for outcome in await self._store_portion(portion, clock)]

    async def _store_portion(self, stores: Sequence[Store], clock: Clock) -> list[StoreOutcome]:
        """One embedding batch, one round trip, and one append if answers were replaced."""
        vectors = await self._levels.embedder.embed([s.prompt for s in stores])
        view = self._levels.view
        since = view.position
        end = await self._levels.log.end() if any((s.fence or 0) > since for s in stores) else since
        entries = [self._entry_of(store, clock.wall()) for store in stores]
        outcomes = [self._refuse_beforehand(entry, end) for entry in entries]
        sound = [i for i, outcome in enumerate(outcomes) if outcome is None]
        await self._save(sound, entries, vectors, outcomes)
        late = [i for i in sound if stores[i].fence is None and _lost_to_a_rule(outcomes[i])]
        if late:
            await self._date_again(late, stores, entries, outcomes)
            await self._save(late, entries, vectors, outcomes)
        settled = [(entry, outcome) for entry, outcome in zip(entries, outcomes, strict=True) if outcome]
        await self._announce([e for e, outcome in settled if outcome.status is SaveStatus.REPLACED])
        return [self._settle(entry, outcome, since) for entry, outcome in settled]

    def _entry_of(self, store: Store, now: float) -> Entry:
        context = self._questioner.context_key(store.context)
        expires_at = now + (store.ttl_seconds or self._config.default_ttl_seconds)
        return Entry(
            entry_id=entry_id(store.namespace, context, store.prompt),
            namespace=store.namespace,
            context_key=context,
            prompt=store.prompt,
            response=store.response,
            fence=self._fence_of(store),
            created_at=now,
            expires_at=expires_at,
            tags=tuple(dict.fromkeys(store.tags)),
            metadata=store.metadata,
            stale_until=expires_at + (store.stale_if_error_seconds or 0.0),
            ordered_ms=int(now * 1000) if store.timestamp_ms is None else store.timestamp_ms,
        ).with_version()

    def _fence_of(self, store: Store) -> int:
        """The given fence, else the log's position at the record's time (invariant FencelessNotTooYoung).

        A record older than the remembered rules gets a fence that is refused.
        """
        if store.fence is not None:
            return store.fence
        recent = self._levels.view.recent
        if store.timestamp_ms is None:
            return recent.position
        position = recent.position_at(store.timestamp_ms - self._config.coherence.broker_clock_skew_ms)
        return recent.floor - 1 if position is None else position

    def _refuse_beforehand(self, entry: Entry, end: int) -> SaveOutcome | None:
        """A fence that the log does not reach, or that the remembered rules do not, cannot be checked."""
        if entry.fence > end or not self._levels.view.recent.covers(entry.fence):
            return SaveOutcome(SaveStatus.REFUSED)
        return None

    async def _save(
        self,
        which: Sequence[int],
        entries: Sequence[Entry],
        vectors: Vectors,
        outcomes: list[SaveOutcome | None],
    ) -> None:
        if not which:
            return
        rows = vectors[list(which)]
        saved = await self._levels.store.save([entries[i] for i in which], rows)
        for i, outcome in zip(which, saved, strict=True):
            outcomes[i] = outcome

    async def _date_again(
        self,
        late: Sequence[int],
        stores: Sequence[Store],
        entries: list[Entry],
        outcomes: Sequence[SaveOutcome | None],
    ) -> None:
        """The rule that refused a store without a fence may be older than the store: see it, then look again."""
        newest = max(o.killed_by for i in late if (o := outcomes[i]) and o.killed_by is not None)
        try:
            async with asyncio.timeout(CATCH_UP_SECONDS):
                await self._levels.view.reached(max(newest + 1, await self._levels.log.end()))
        except TimeoutError as exc:
            raise LogUnavailableError("the coherence log could not be followed up to the rule in question") from exc
        for i in late:
            entries[i] = replace(entries[i], fence=self._fence_of(stores[i]))

    async def _announce(self, replaced: Sequence[Entry]) -> None:
        """Other workers drop their copies (invariant ReplacedBounded); not before this is the store acknowledged."""
        if replaced:
            await self._levels.log.announce(replaced)
            await self._levels.store.announced(replaced)

    def _settle(self, entry: Entry, outcome: SaveOutcome, since: int) -> StoreOutcome:
        if outcome.status is SaveStatus.REFUSED:
            self._observer.store_refused(RefusalCause.TOO_OLD if outcome.killed_by is None else RefusalCause.KILLED)
            self._observer.stored(StoreStatus.REFUSED)
            return StoreOutcome(StoreStatus.REFUSED, entry.entry_id, RefusalReason.STALE)
        if outcome.status is not SaveStatus.SUPERSEDED:
            self._reader.keep_stored(entry, since)
        status = StoreStatus.REPLACED if outcome.status is SaveStatus.REPLACED else StoreStatus.STORED
        self._observer.stored(status)
        return StoreOutcome(status, entry.entry_id)


def _lost_to_a_rule(outcome: SaveOutcome | None) -> bool:
    return outcome is not None and outcome.status is SaveStatus.REFUSED and outcome.killed_by is not None
