"""Neighbours by vector, with the search that suits the size of their scope."""

from collections import OrderedDict
from collections.abc import Sequence
from math import isqrt
from typing import Any

from workers.cache.clock import Clock
from workers.cache.config import IndexAlgorithm, RedisConfig
from workers.cache.l2 import redis_commands as commands
from workers.cache.l2.indexes import Indexes
from workers.cache.l2.link import RedisLink
from workers.cache.l2.outages import IndexBuildingError
from workers.cache.l2.redis_commands import Keys, scope_token
from workers.cache.l2.replies import read_index_state, read_neighbours, rows
from workers.cache.ports import NearestQuery, Neighbour

SMALL_INDEX = 2_000
"""Below so many vectors any way of searching is quick."""
CROSSOVER = 17
"""A scope of S vectors among N is compared one by one in S × 0.11 µs; to walk the graph until enough of the scope are
met takes 0.2 ms if S is N, and 0.29, 0.36, 0.57, 0.90 ms if it is a 7th, a 12th, a 21st, a 41st of it (seen at 384
dimensions and 9 neighbours). They meet near S = 17 × √N."""
LARGE_SECONDS = 1.0
"""How soon a large scope is measured again: walking the graph for a scope that has shrunk is dear."""
SMALL_SECONDS = 5.0
REMEMBERED_SCOPES = 10_000


class ScopeSizes:
    """Which scopes (namespace and context) are large against the whole, as measured a moment ago.

    The engine's own choice compared 10,000 one by one: 1.07 ms instead of 0.20.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: OrderedDict[str, tuple[bool, float]] = OrderedDict()

    def policy(self, scope: str) -> str:
        """The engine's word for how to search it; empty: not known, let the engine choose."""
        known = self._known.get(scope)
        if known is None:
            return ""
        return "BATCHES" if known[0] else "ADHOC_BF"

    def is_due(self, scope: str) -> bool:
        """Whether it should be measured again."""
        known = self._known.get(scope)
        return known is None or self._clock.monotonic() >= known[1]

    def note(self, scope: str, *, is_large: bool) -> None:
        """Remember a measurement."""
        due = self._clock.monotonic() + (LARGE_SECONDS if is_large else SMALL_SECONDS)
        self._known[scope] = (is_large, due)
        self._known.move_to_end(scope)
        if len(self._known) > REMEMBERED_SCOPES:
            self._known.popitem(last=False)


class NearestSearch:
    """Answers many queries in one pipeline, with what has to be known about the index in the same one."""

    def __init__(self, link: RedisLink, indexes: Indexes, keys: Keys, config: RedisConfig, clock: Clock) -> None:
        self._link = link
        self._indexes = indexes
        self._keys = keys
        self._config = config
        self._sizes = ScopeSizes(clock)

    async def find(self, queries: Sequence[NearestQuery]) -> list[list[Neighbour]]:
        """The neighbours of each query.

        Raises:
            IndexBuildingError: what the index cannot find yet is not absent.
            StoreUnavailableError: nothing is known.
        """
        asks_state = not self._indexes.are_whole()
        unmeasured = self._unmeasured(queries)
        replies = await self._link.run(
            [
                *([self._indexes.question()] if asks_state else []),
                *(commands.has_more_than(self._keys.vector_index, scope, self._threshold()) for scope in unmeasured),
                *(self._search(query) for query in queries),
            ],
            self._config.timeout_ms,
        )
        if asks_state:
            self._note_state(replies.pop(0))
        for scope, reply in zip(unmeasured, replies, strict=False):
            self._sizes.note(scope, is_large=bool(rows(reply)))
        return [self._read(query, reply) for query, reply in zip(queries, replies[len(unmeasured) :], strict=True)]

    def _search(self, query: NearestQuery) -> commands.Command:
        is_graph = self._config.index_algorithm is IndexAlgorithm.HNSW
        policy = self._sizes.policy(scope_token(query.namespace, query.context_key)) if is_graph else ""
        return commands.nearest(self._keys.vector_index, query, policy, self._config.timeout_ms)

    def _read(self, query: NearestQuery, reply: dict[bytes, Any]) -> list[Neighbour]:
        prefix = self._keys.vector(query.namespace, "").encode()
        return read_neighbours(reply, prefix, query.limit)

    def _note_state(self, reply: dict[bytes, Any]) -> None:
        self._indexes.note(read_index_state(reply))
        if not self._indexes.are_whole():
            raise IndexBuildingError(
                f"Redis at {self._link.where} is building its index of questions: only exact repeats are found until"
                " it is done."
            )

    def _unmeasured(self, queries: Sequence[NearestQuery]) -> list[str]:
        if self._config.index_algorithm is IndexAlgorithm.FLAT or self._indexes.documents < SMALL_INDEX:
            return []
        scopes = dict.fromkeys(scope_token(query.namespace, query.context_key) for query in queries)
        return [scope for scope in scopes if self._sizes.is_due(scope)]

    def _threshold(self) -> int:
        return CROSSOVER * isqrt(self._indexes.documents)
