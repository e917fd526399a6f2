"""One store a test: the twin in memory, or a real Redis under a prefix of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.contract.store.stores import flat, redis_config, redis_store, remove_keys
from workers.cache.config import RedisConfig
from workers.cache.memory_store import MemoryStore
from workers.cache.ports import SharedStore

REDIS = [pytest.param("redis-hnsw", marks=pytest.mark.stack), pytest.param("redis-flat", marks=pytest.mark.stack)]


@pytest.fixture(params=["memory", *REDIS])
def store_config(request: pytest.FixtureRequest) -> RedisConfig | None:
    """What to connect to; None: the twin. Redis is started for those tests only that need it."""
    if request.param == "memory":
        return None
    url = request.getfixturevalue("redis_url")
    return redis_config(url) if request.param == "redis-hnsw" else flat(url)


@pytest_asyncio.fixture
async def store(store_config: RedisConfig | None) -> AsyncIterator[SharedStore]:
    """The same tests for every kind."""
    if store_config is None:
        yield MemoryStore()
        return
    opened = redis_store(store_config)
    await opened.open()
    yield opened
    await opened.aclose()
    await remove_keys(store_config.url.get_secret_value(), store_config.key_prefix)
