"""L2 in Redis: the shared answers, and the rules that they obey."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import numpy as np

from workers.cache.clock import Clock
from workers.cache.config import RedisConfig
from workers.cache.entry import Entry
from workers.cache.l2 import redis_commands as commands
from workers.cache.l2.breaker import Breaker
from workers.cache.l2.codec import arguments_of_store, decode_entry, keys_of_store
from workers.cache.l2.eraser import Eraser
from workers.cache.l2.indexes import Indexes
from workers.cache.l2.link import RedisLink
from workers.cache.l2.nearest import NearestSearch
from workers.cache.l2.outages import IndexBuildingError, IndexMissingError, WrongPasswordError
from workers.cache.l2.redis_commands import FETCHED_FIELDS, Argument, Command, Keys, MetaField, Script, call
from workers.cache.l2.sweeper import Sweeper
from workers.cache.l2.verdicts import RedisVerdicts
from workers.cache.ports import (
    Address,
    Fetched,
    Ledger,
    NearestQuery,
    Neighbour,
    Progress,
    SaveOutcome,
    SaveStatus,
    Vectors,
)
from workers.cache.rules import PlacedRule, Rule
from workers.cache.verdicts import PairVerdict
from workers.errors import ConfigurationError, StoreUnavailableError

log = logging.getLogger(__name__)
T = TypeVar("T")

FETCHED_AT_ONCE = 128
"""Entries read by one script."""


class RedisStore:
    """The SharedStore on a Redis with the query engine. An outage is an error, never an absence.

    Lookups wait `timeout_ms` and go through a breaker; writes wait `write_timeout_ms` and are left to their callers to
    repeat. Everything may be repeated.
    """

    def __init__(
        self,
        config: RedisConfig,
        *,
        fingerprint: str,
        dimensions: int,
        clock: Clock,
        on_breaker: Callable[[bool], None] = lambda _is_closed: None,
    ) -> None:
        """`on_breaker` is told when lookups stop (False) and go on (True) asking Redis."""
        self._config = config
        self._on_breaker = on_breaker
        self._dimensions = dimensions
        self._keys = Keys(config.key_prefix, fingerprint)
        self._link = RedisLink(config, on_connect=self._connected)
        self._indexes = Indexes(self._link, self._keys, config, dimensions, clock)
        self._nearest = NearestSearch(self._link, self._indexes, self._keys, config, clock)
        self._sweeper = Sweeper(self._link, self._keys, config.write_timeout_ms)
        self._eraser = Eraser(self._link, self._indexes, self._keys, config, self._sweeper)
        self._verdicts = RedisVerdicts(
            self._link, self._keys, timeout_ms=config.write_timeout_ms, max_count=config.max_verdicts
        )
        self._breaker = Breaker(
            failures=config.breaker_failures, probe_seconds=config.breaker_probe_ms / 1000, clock=clock
        )

    async def open(self) -> None:
        """Connect, check the server, see to the indexes. Idempotent; after a failure it may be called again.

        Raises:
            ConfigurationError, UnsafeStoreError: the server or an index does not fit; says what to change.
            StoreUnavailableError: the server is away; names host and port, never a password.
        """
        self._link.open()
        try:
            await self._indexes.check_server()
            await self._indexes.ensure()
        except WrongPasswordError as exc:
            raise ConfigurationError(str(exc)) from exc
        await self._indexes.wait_until_whole()

    async def aclose(self) -> None:
        """Let go of all connections. Idempotent."""
        await self._sweeper.aclose()
        await self._link.aclose()

    async def swept(self) -> None:
        """Wait until no vector of a deleted entry is left to this process; nothing else has to wait for it."""
        await self._sweeper.idle()

    # --- AnswerStore ----------------------------------------------------------------------------------------------

    async def fetch(self, wanted: Sequence[Address]) -> list[Fetched]:
        """See AnswerStore.fetch. One script for many addresses of a namespace: a tenth of the replies to read."""
        batches = _by_namespace(wanted)
        replies = await self._guarded(
            [
                call(
                    Script.FETCH,
                    [self._keys.meta(namespace), *(self._keys.entry(namespace, wanted[i].entry_id) for i in places)],
                    FETCHED_FIELDS,
                )
                for namespace, places in batches
            ]
        )
        fetched: dict[int, Fetched] = {}
        for (_, places), (watermark, *found) in zip(batches, replies, strict=True):
            for i, fields in zip(places, found, strict=True):
                entry = decode_entry(wanted[i], fields) if fields else None
                fetched[i] = Fetched(entry, int(watermark or 0))
        return [fetched[i] for i in range(len(wanted))]

    async def find_nearest(self, queries: Sequence[NearestQuery]) -> list[list[Neighbour]]:
        """See AnswerStore.find_nearest. A second round trip where vectors of deleted entries are still to be swept.

        Raises:
            StoreUnavailableError: also while the index is being built, since what is not found then is not absent.
        """
        if not queries:
            return []
        try:
            return await self._through_breaker(lambda: self._nearest.find(queries))
        except IndexMissingError:
            await self._indexes.ensure()
            return await self._through_breaker(lambda: self._nearest.find(queries))

    async def save(self, entries: Sequence[Entry], vectors: Vectors) -> list[SaveOutcome]:
        """See AnswerStore.save. `vectors` has the shape (entries, dimensions)."""
        if vectors.shape != (len(entries), self._dimensions):
            raise ValueError(f"vectors of shape {vectors.shape} for {len(entries)} entries of {self._dimensions}")
        if not entries:
            return []
        namespaces = sorted({entry.namespace for entry in entries})
        # The name comes first: if Redis loses its tail, no entry is left whose namespace is not.
        replies = await self._write(
            [
                ("SADD", self._keys.namespaces, *namespaces),
                *(
                    call(Script.STORE, keys_of_store(self._keys, entry), arguments_of_store(self._keys, entry, vector))
                    for entry, vector in zip(entries, np.ascontiguousarray(vectors, np.float32), strict=True)
                ),
            ]
        )
        return [_save_outcome(*reply) for reply in replies[1:]]

    async def announced(self, entries: Sequence[Entry]) -> None:
        """See AnswerStore.announced."""
        batches = _by_namespace(entries)
        if batches:
            await self._write(
                [self._announced(namespace, [entries[i] for i in places]) for namespace, places in batches]
            )

    async def lease(self, wanted: Sequence[Address], duration_ms: int) -> list[bool]:
        """See AnswerStore.lease."""
        replies = await self._guarded([commands.lease(self._keys, address, duration_ms) for address in wanted])
        return [reply is not None for reply in replies]

    async def end_lease(self, wanted: Sequence[Address]) -> None:
        """See AnswerStore.end_lease."""
        await self._guarded([("DEL", self._keys.lease(address)) for address in wanted])

    # --- RuleStore ------------------------------------------------------------------------------------------------

    async def apply(self, placed: PlacedRule) -> int:
        """See RuleStore.apply. Vectors of deleted entries leave their index a little later, in the background."""
        return await self._eraser.apply(placed)

    async def count(self, rule: Rule) -> int:
        """See RuleStore.count."""
        return await self._eraser.count(rule)

    async def ledger(self, namespace: str, since: int) -> Ledger:
        """See RuleStore.ledger."""
        marks, watermark, garbage = await self._write(
            [
                ("ZRANGE", self._keys.applied(namespace), since, "+inf", "BYSCORE"),
                # After the marks: what was trimmed between the two reads is below this watermark.
                ("HGET", self._keys.meta(namespace), MetaField.WATERMARK),
                ("SCARD", self._keys.garbage(namespace)),
            ]
        )
        if garbage:
            self._sweeper.start(namespace)
        pairs = (mark.split(b"@") for mark in marks)
        return Ledger(int(watermark or 0), {int(number): int(timestamp) for number, timestamp in pairs})

    async def advance(self, namespace: str, progress: Progress) -> bool:
        """See RuleStore.advance."""
        keys = (
            self._keys.meta(namespace),
            self._keys.applied(namespace),
            self._keys.rules(namespace),
            self._keys.all_of(namespace),
        )
        marks = (commands.mark(number, timestamp) for number, timestamp in progress.applied)
        arguments: list[Argument] = [progress.watermark, progress.since, progress.trim_below, *marks]
        replies = await self._write([commands.remember(self._keys, namespace), call(Script.ADVANCE, keys, arguments)])
        return bool(replies[1])

    async def forget(self, namespace: str, fence_below: int | None, watermark: int) -> int:
        """See RuleStore.forget."""
        return await self._eraser.forget(namespace, fence_below, watermark)

    async def namespaces(self) -> set[str]:
        """See RuleStore.namespaces."""
        (names,) = await self._write([("SMEMBERS", self._keys.namespaces)])
        return {name.decode() for name in names}

    async def incarnation(self) -> str:
        """See RuleStore.incarnation: a server's run, and its place in a replication."""
        server, replication = await self._write([("INFO", "server"), ("INFO", "replication")])
        return f"{server.get('run_id', '')}/{replication.get('master_replid', '')}"

    # --- VerdictStore ---------------------------------------------------------------------------------------------

    async def judge(self, verdict: PairVerdict) -> bool:
        """See VerdictStore.judge."""
        return await self._verdicts.judge(verdict)

    async def verdicts(self, namespace: str) -> list[PairVerdict]:
        """See VerdictStore.verdicts."""
        return await self._verdicts.verdicts(namespace)

    # --- inside ---------------------------------------------------------------------------------------------------

    def _connected(self) -> None:
        self._indexes.doubt()

    def _announced(self, namespace: str, entries: Sequence[Entry]) -> Command:
        keys = [self._keys.unannounced(namespace, entry.entry_id) for entry in entries]
        return call(Script.ANNOUNCED, keys, [entry.version for entry in entries])

    async def _write(self, what: Sequence[Command]) -> list[Any]:
        return await self._link.run(what, self._config.write_timeout_ms)

    async def _guarded(self, what: Sequence[Command]) -> list[Any]:
        if not what:
            return []
        return await self._through_breaker(lambda: self._link.run(what, self._config.timeout_ms))

    async def _through_breaker(self, ask: Callable[[], Awaitable[T]]) -> T:
        """Ask unless the breaker is open; it learns from outages of the server, not from an index being built."""
        if not self._breaker.admit():
            raise StoreUnavailableError(f"Redis at {self._link.where} has not answered lately; not asked")
        try:
            answer = await ask()
        except (IndexMissingError, IndexBuildingError):
            self._answered()
            raise
        except StoreUnavailableError:
            if self._breaker.failed():
                log.warning("breaker opened", extra={"action": "breaker_opened", "server": self._link.where})
                self._on_breaker(False)
            raise
        self._answered()
        return answer

    def _answered(self) -> None:
        if self._breaker.succeeded():
            log.warning("breaker closed", extra={"action": "breaker_closed", "server": self._link.where})
            self._on_breaker(True)


def _by_namespace(addressed: Sequence[Address | Entry]) -> list[tuple[str, list[int]]]:
    """Places of what shares a namespace, so that one script touches one hash tag; not too many at once."""
    groups: dict[str, list[int]] = {}
    for i, each in enumerate(addressed):
        groups.setdefault(each.namespace, []).append(i)
    return [
        (namespace, places[start : start + FETCHED_AT_ONCE])
        for namespace, places in groups.items()
        for start in range(0, len(places), FETCHED_AT_ONCE)
    ]


def _save_outcome(status: bytes, killed_by: bytes) -> SaveOutcome:
    return SaveOutcome(SaveStatus(status.decode()), int(killed_by) if killed_by else None)
