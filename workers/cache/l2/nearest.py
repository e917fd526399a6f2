"""Neighbours by vector: many queries in one round trip, and a second one only where deleted entries left vectors."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from workers.cache.clock import Clock
from workers.cache.config import IndexAlgorithm, RedisConfig
from workers.cache.l2 import redis_commands as commands
from workers.cache.l2.indexes import Indexes
from workers.cache.l2.link import RedisLink
from workers.cache.l2.outages import IndexBuildingError
from workers.cache.l2.redis_commands import Command, Field, Keys, Script, scope_token
from workers.cache.l2.replies import read_index_state, read_neighbours, rows
from workers.cache.l2.scope_sizes import SMALL_INDEX, ScopeSizes, large_from
from workers.cache.ports import NearestQuery, Neighbour

SPARE_CANDIDATES = 4
"""Asked for beyond the wanted neighbours: one may expire between search and reading."""
WIDENING = 8
MOST_CANDIDATES = 1024
"""Where deleted entries crowd out the living, so many times more are asked for, up to so many."""
MOST_AMONG_MANY = 256
"""The same where more were deleted than that could pass over: it takes the sweeper a while, and a search for 1,024 of
which none lives costs 20 to 40 ms (4 with 256; seen among 10,000). Where nine of ten are gone, 72 bring five living."""
CHECKED_AT_ONCE = 500
MANY = 4
"""From so many searches on it is worth a round trip of its own to know how best to search."""


@dataclass(slots=True)
class _Search:
    """One query on its way."""

    query: NearestQuery
    asked: int
    """Candidates asked for."""
    found: list[Neighbour] = field(default_factory=list)
    is_all: bool = False
    """The scope holds no more than was found."""
    most: int = MOST_CANDIDATES
    """Candidates to ask for at last."""

    @property
    def is_done(self) -> bool:
        """Whether there are as many as wanted, or as many as there are."""
        return self.is_all or len(self.found) >= self.query.limit or self.asked >= self.most

    @property
    def result(self) -> list[Neighbour]:
        """As many as wanted."""
        return self.found[: self.query.limit]


class NearestSearch:
    """Answers many queries in one pipeline, with what has to be known about the index in the same one."""

    def __init__(self, link: RedisLink, indexes: Indexes, keys: Keys, config: RedisConfig, clock: Clock) -> None:
        self._link = link
        self._indexes = indexes
        self._keys = keys
        self._config = config
        self._sizes = ScopeSizes(clock)
        self._asking = asyncio.Lock()

    async def find(self, queries: Sequence[NearestQuery]) -> list[list[Neighbour]]:
        """The neighbours of each query.

        Raises:
            IndexBuildingError: what the index cannot find yet is not absent.
            StoreUnavailableError: nothing is known.
        """
        searches = [_Search(query, query.limit + SPARE_CANDIDATES) for query in queries]
        if len(searches) >= MANY:
            await self._get_ready(searches)
        littered = await self._first(searches)
        pending = [search for search in searches if search.query.namespace in littered]
        for search in pending:
            is_soon_swept = littered[search.query.namespace] <= MOST_CANDIDATES
            search.most = MOST_CANDIDATES if is_soon_swept else MOST_AMONG_MANY
        while pending:
            await self._drop_deleted(pending)
            pending = [search for search in pending if not search.is_done]
            await self._widen(pending)
        return [search.result for search in searches]

    async def _get_ready(self, searches: Sequence[_Search]) -> None:
        """Ask beforehand what decides how to search; who comes meanwhile waits for the same answers.

        Asked along with hundreds of searches, as with a few, it would come too late for all of them: the engine's own
        choice compares all vectors of a scope (5 ms a search among 20,000 that have just been loaded).
        """
        async with self._asking:
            if not self._indexes.are_whole():
                (state,) = await self._run([self._indexes.question()])
                self._note_state(state)
            scopes, large = self._unmeasured(searches), large_from(self._indexes.documents)
            measured = await self._run([commands.has_more_than(self._keys.vector_index, s, large) for s in scopes])
            for scope, reply in zip(scopes, measured, strict=True):
                self._sizes.note(scope, is_large=bool(rows(reply)))

    async def _first(self, searches: Sequence[_Search]) -> dict[str, int]:
        """Search, and measure what is due; returns how many vectors of deleted entries a namespace holds, if any."""
        asks_state = not self._indexes.are_whole()
        scopes = self._unmeasured(searches)
        namespaces = list(dict.fromkeys(search.query.namespace for search in searches))
        large = large_from(self._indexes.documents)
        before: list[Command] = [self._indexes.question()] if asks_state else []
        before += [commands.has_more_than(self._keys.vector_index, scope, large) for scope in scopes]
        # Before the searches: where there is no garbage then, a vector that is found had its entry.
        before += [("SCARD", self._keys.garbage(namespace)) for namespace in namespaces]
        replies = await self._run([*before, *map(self._command, searches)])
        if asks_state:
            self._note_state(replies[0])
        start = len(before) - len(namespaces)
        for scope, reply in zip(scopes, replies[start - len(scopes) : start], strict=True):
            self._sizes.note(scope, is_large=bool(rows(reply)))
        self._read(searches, replies[len(before) :])
        counts = replies[start : len(before)]
        return {namespace: count for namespace, count in zip(namespaces, counts, strict=True) if count}

    async def _widen(self, searches: Sequence[_Search]) -> None:
        if not searches:
            return
        for search in searches:
            search.asked = min(search.asked * WIDENING, search.most)
        self._read(searches, await self._run([self._command(search) for search in searches]))

    async def _drop_deleted(self, searches: Sequence[_Search]) -> None:
        """Keep the candidates whose entries are there."""
        keys: dict[str, set[str]] = {}
        for search in searches:
            keys.setdefault(search.query.namespace, set()).update(n.entry_id for n in search.found)
        batches = [
            (namespace, some[i : i + CHECKED_AT_ONCE])
            for namespace, some in ((name, sorted(ids)) for name, ids in keys.items())
            for i in range(0, len(some), CHECKED_AT_ONCE)
        ]
        replies = await self._run([self._check(namespace, ids) for namespace, ids in batches])
        alive = {
            (namespace, entry_id)
            for (namespace, ids), (_, *found) in zip(batches, replies, strict=True)
            for entry_id, is_there in zip(ids, found, strict=True)
            if is_there
        }
        for search in searches:
            search.found = [n for n in search.found if (search.query.namespace, n.entry_id) in alive]

    def _check(self, namespace: str, entry_ids: Sequence[str]) -> Command:
        entries = [self._keys.entry(namespace, entry_id) for entry_id in entry_ids]
        return commands.call(Script.FETCH, (self._keys.meta(namespace), *entries), (Field.VERSION,))

    def _command(self, search: _Search) -> Command:
        query = replace(search.query, limit=search.asked)
        is_graph = self._config.index_algorithm is IndexAlgorithm.HNSW
        policy = self._sizes.policy(scope_token(query.namespace, query.context_key)) if is_graph else ""
        return commands.nearest(self._keys.vector_index, query, policy, self._config.timeout_ms)

    def _read(self, searches: Sequence[_Search], replies: Sequence[dict[bytes, Any]]) -> None:
        for search, reply in zip(searches, replies, strict=True):
            prefix = self._keys.vector(search.query.namespace, "").encode()
            search.found = read_neighbours(reply, prefix)
            search.is_all = len(rows(reply)) < search.asked

    def _note_state(self, reply: dict[bytes, Any]) -> None:
        self._indexes.note(read_index_state(reply))
        if not self._indexes.are_whole():
            raise IndexBuildingError(
                f"Redis at {self._link.where} is building its index of questions: only exact repeats are found until"
                " it is done."
            )

    def _unmeasured(self, searches: Sequence[_Search]) -> list[str]:
        if self._config.index_algorithm is IndexAlgorithm.FLAT or self._indexes.documents < SMALL_INDEX:
            return []
        scopes = dict.fromkeys(scope_token(s.query.namespace, s.query.context_key) for s in searches)
        return [scope for scope in scopes if self._sizes.is_due(scope)]

    async def _run(self, what: Sequence[Command]) -> list[Any]:
        return await self._link.run(what, self._config.timeout_ms) if what else []
