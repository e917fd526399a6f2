"""This cache in process, without Kafka: `lookup` and `lookup_many`."""

from collections.abc import Mapping, Sequence

from pydantic import SecretStr

from benchmarks.peers.contender import Answers, Ask, Surroundings, Way
from workers.cache.config import CacheConfig, EmbeddingConfig, L1CacheConfig, PolicyConfig, RedisConfig
from workers.cache.lookup import Lookup, LookupOutcome, Store
from workers.cache.semantic_cache import SemanticCache

STORED_AT_ONCE = 500
PATIENT_MS = 60_000
"""The others wait for Redis without end."""


class ThisCache:
    """With its default settings, but for one thread of embedding as all have here, and for L1 where that is asked."""

    version = "this cache in process, no Kafka"

    def __init__(self, *, has_l1: bool = True) -> None:
        self._has_l1 = has_l1

    async def open(self, around: Surroundings) -> None:
        """See Contender.open."""
        redis = RedisConfig(
            url=SecretStr(around.redis_url), key_prefix=around.name, timeout_ms=PATIENT_MS, write_timeout_ms=PATIENT_MS
        )
        self._config = CacheConfig(
            redis=redis, l1=L1CacheConfig(enabled=self._has_l1), embedding=EmbeddingConfig(threads=1)
        )
        self._cache = SemanticCache(self._config)
        await self._cache.open()

    async def aclose(self) -> None:
        """See Contender.aclose. Its entries expire."""
        await self._cache.aclose()

    async def fill(self, entries: Mapping[str, str]) -> None:
        """See Contender.fill."""
        stores = [Store(question, answer) for question, answer in entries.items()]
        for start in range(0, len(stores), STORED_AT_ONCE):
            await self._cache.store_many(stores[start : start + STORED_AT_ONCE])

    def ways(self) -> Mapping[Way, Ask]:
        """See Contender.ways."""
        return {Way.ONE: self._lookup, Way.TOGETHER: self._lookup, Way.BATCH: self._lookup_many}

    async def accept_from(self, cosine: float | None) -> None:
        """See Contender.accept_from: the deployment's floor, below the policy's own verdict."""
        await self._cache.aclose()
        policy = PolicyConfig() if cosine is None else PolicyConfig(min_similarity=cosine)
        self._cache = SemanticCache(self._config.model_copy(update={"policy": policy}))
        await self._cache.open()

    async def _lookup(self, questions: Sequence[str]) -> Answers:
        return [_answer(await self._cache.lookup(question)) for question in questions]

    async def _lookup_many(self, questions: Sequence[str]) -> Answers:
        return [_answer(found) for found in await self._cache.lookup_many([Lookup(q) for q in questions])]


def _answer(found: LookupOutcome) -> str | None:
    if found.degraded:
        raise RuntimeError("Redis could not be asked: that is no miss, and nothing to compare")
    return found.response


def make() -> ThisCache:
    """As it is by default."""
    return ThisCache()


def make_without_l1() -> ThisCache:
    """Redis answers everything."""
    return ThisCache(has_l1=False)
