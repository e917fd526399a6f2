"""Real parts for tests, started once a session and only when a test asks."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from workers.embedding_model import ModelFiles, ensure_model
from workers.stack import Stack, StackOptions

REDIS_OPTION = "--redis-url"
KAFKA_OPTION = "--kafka-bootstrap-servers"


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def stack(pytestconfig: pytest.Config) -> AsyncIterator[Stack]:
    """Kafka and Redis for the whole session. Tests that hurt them start their own."""
    options = StackOptions(
        redis_url=pytestconfig.getoption(REDIS_OPTION),
        kafka_bootstrap_servers=pytestconfig.getoption(KAFKA_OPTION),
    )
    async with Stack(options) as running:
        yield running


@pytest.fixture
def redis_url(stack: Stack) -> str:
    """Where the session's Redis answers."""
    return stack.redis_url


@pytest.fixture
def kafka_bootstrap(stack: Stack) -> str:
    """Where the session's Kafka answers."""
    return stack.kafka_bootstrap_servers


@pytest.fixture
def unique_namespace() -> str:
    """A namespace that no other test and no earlier run has used."""
    return f"test-{uuid.uuid4().hex[:16]}"


@pytest.fixture
def unique_topic_prefix() -> str:
    """A prefix for topics that no other test and no earlier run has used."""
    return f"test-{uuid.uuid4().hex[:16]}"


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def model_files() -> ModelFiles:
    """The embedding model: from the cache, fetched and built at the first run on a machine."""
    return await ensure_model()
