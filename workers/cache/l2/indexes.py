"""The two indexes of a model: made when they are missing, checked when they are there, never trusted half-built."""

import asyncio
import logging
from collections.abc import Mapping

from workers.cache.clock import Clock
from workers.cache.config import RedisConfig
from workers.cache.l2 import redis_commands as commands
from workers.cache.l2.link import RedisLink
from workers.cache.l2.outages import CommandUnknownError, IndexExistsError, IndexMissingError
from workers.cache.l2.redis_commands import Command, Field, Keys
from workers.cache.l2.replies import IndexState, read_index_state
from workers.errors import ConfigurationError, SemanticCacheError, StoreUnavailableError, UnsafeStoreError

log = logging.getLogger(__name__)

OLDEST_REDIS = 7
"""The first whose scripts can say that they may run while memory is full."""
STATE_SECONDS = 1.0
"""How long an index that was whole is taken to be whole; a new connection ends it at once."""
FIRST_BUILD_SECONDS = 2.0
"""How long `open` waits for an index; over an empty Redis it is whole within milliseconds."""
POLL_SECONDS = 0.02


class Indexes:
    """Sees to the indexes, and remembers for a moment that they are whole."""

    def __init__(self, link: RedisLink, keys: Keys, config: RedisConfig, dimensions: int, clock: Clock) -> None:
        self._link = link
        self._keys = keys
        self._config = config
        self._dimensions = dimensions
        self._clock = clock
        self._whole_until = float("-inf")
        self.documents = 0
        """Vectors in the index when it was last asked."""

    async def check_server(self) -> None:
        """Refuse a server that lacks the query engine, or that would evict rules when it is full.

        Raises:
            ConfigurationError, UnsafeStoreError: says what to change.
            StoreUnavailableError: the server is away.
        """
        questions: list[Command] = [("INFO", "server"), ("INFO", "memory"), ("FT._LIST",)]
        server, memory, listing = await self._link.ask(questions, self._config.write_timeout_ms)
        where = self._link.where
        if isinstance(listing, CommandUnknownError):
            raise ConfigurationError(
                f"The Redis at {where} has no query engine (FT.* commands). Use Redis 8, Redis Stack 7 or a managed"
                " Redis with search, and set redis.url to it."
            ) from listing
        for reply in (server, memory, listing):
            if isinstance(reply, SemanticCacheError):
                raise reply
        version = str(server.get("redis_version", OLDEST_REDIS))
        if int(version.partition(".")[0]) < OLDEST_REDIS:
            raise ConfigurationError(f"The Redis at {where} is version {version}; at least {OLDEST_REDIS} is needed.")
        policy = str(memory.get("maxmemory_policy", "noeviction"))
        if int(memory.get("maxmemory", 0)) > 0 and policy.startswith("allkeys-"):
            raise UnsafeStoreError(
                f"The Redis at {where} has maxmemory-policy {policy}: when it is full it would forget invalidations."
                " Set it to volatile-lru (CONFIG SET maxmemory-policy volatile-lru): entries expire, rules do not."
            )

    async def ensure(self) -> None:
        """Create what is missing; several workers may do so at once.

        Raises:
            ConfigurationError: an index is there that does not fit these settings.
        """
        entry_index, vector_index = self._keys.entry_index(), self._keys.vector_index
        create = {
            entry_index: commands.create_entry_index(self._keys),
            vector_index: commands.create_vector_index(self._keys, self._config, self._dimensions),
        }
        states = await self._describe(list(create))
        missing = [index for index, state in states.items() if state is None]
        if missing:
            await self._create([create[index] for index in missing])
            states = await self._describe(list(create))
        self._check(entry_index, states[entry_index], self._expected_of_entries())
        self._check(vector_index, states[vector_index], self._expected_of_vectors())
        self.note(states[vector_index])

    async def wait_until_whole(self) -> None:
        """Give a new index a moment; one over many entries is waited for by no one."""
        try:
            async with asyncio.timeout(FIRST_BUILD_SECONDS):
                while not self.are_whole():
                    await asyncio.sleep(POLL_SECONDS)
                    self.note((await self._describe([self._keys.vector_index]))[self._keys.vector_index])
        except TimeoutError:
            log.warning("index is being built", extra={"action": "index_building", "index": self._keys.vector_index})

    def are_whole(self) -> bool:
        """Whether the vectors' index was whole a moment ago; if not, ask with `question` and `note` the answer."""
        return self._clock.monotonic() < self._whole_until

    def question(self) -> Command:
        """The command that asks."""
        return commands.describe(self._keys.vector_index)

    def note(self, state: IndexState | None) -> None:
        """Remember what the answer says."""
        is_whole = state is not None and state.is_complete
        self._whole_until = self._clock.monotonic() + STATE_SECONDS if is_whole else float("-inf")
        self.documents = state.documents if state else 0

    def doubt(self) -> None:
        """There is a new connection, or an index was missing: nothing is known any more."""
        self._whole_until = float("-inf")

    async def _describe(self, indexes: list[str]) -> dict[str, IndexState | None]:
        replies = await self._link.ask([commands.describe(name) for name in indexes], self._config.write_timeout_ms)
        states: dict[str, IndexState | None] = {}
        for name, reply in zip(indexes, replies, strict=True):
            if isinstance(reply, SemanticCacheError) and not isinstance(reply, IndexMissingError):
                raise reply
            states[name] = None if isinstance(reply, IndexMissingError) else read_index_state(reply)
        return states

    async def _create(self, create: list[Command]) -> None:
        for reply in await self._link.ask(create, self._config.write_timeout_ms):
            if isinstance(reply, SemanticCacheError) and not isinstance(reply, IndexExistsError):
                raise reply

    def _expected_of_entries(self) -> Mapping[str, Mapping[str, str]]:
        return {
            Field.NAMESPACE: {"type": "TAG"},
            Field.TAGS: {"type": "TAG"},
            Field.FENCE: {"type": "NUMERIC"},
        }

    def _expected_of_vectors(self) -> Mapping[str, Mapping[str, str]]:
        vector = {
            "type": "VECTOR",
            "algorithm": self._config.index_algorithm.value.upper(),
            "dim": str(self._dimensions),
            "distance_metric": "COSINE",
        }
        return {Field.SCOPE: {"type": "TAG"}, Field.VECTOR: vector}

    def _check(self, index: str, state: IndexState | None, expected: Mapping[str, Mapping[str, str]]) -> None:
        if state is None:
            raise StoreUnavailableError(
                f"The index {index} in Redis at {self._link.where} was dropped while it was made."
            )
        for name, wanted in expected.items():
            found = state.attributes.get(name, {})
            for option, value in wanted.items():
                # An engine that does not tell an option is taken at its word for the others.
                if not found or found.get(option, value) != value:
                    raise ConfigurationError(
                        f"The index {index} in Redis at {self._link.where} does not fit: {name} has {option}"
                        f" {found.get(option, 'missing')}, and {value} is set. Change the setting, or drop the index"
                        f" (FT.DROPINDEX {index}): the entries stay, and it is built anew."
                    )
