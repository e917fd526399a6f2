"""The embedded servers, started, killed, stopped and restarted for real."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from redis.asyncio import Redis
from redis.exceptions import TimeoutError as RedisTimeoutError

from tests.processes import is_alive
from workers.stack import (
    EmbeddedRedis,
    KafkaFlavour,
    MockKafka,
    ServerOptions,
    Stack,
    StackError,
    StackOptions,
    redis_server,
)
from workers.stack.errors import PortTakenError
from workers.stack.ports import free_port

pytestmark = pytest.mark.stack
INDEX = "test-index"
VECTOR = struct.pack("<2f", 1, 1)
MOCK = StackOptions(kafka=KafkaFlavour.MOCK)


async def command(client: Redis, *arguments: str | bytes) -> Any:  # noqa: ANN401 - Redis answers anything
    return await client.execute_command(*arguments)


async def add_documents(client: Redis, count: int) -> None:
    await command(
        client,
        *f"FT.CREATE {INDEX} PREFIX 1 doc: SCHEMA colour TAG vector VECTOR HNSW 6".split(),
        *["TYPE", "FLOAT32", "DIM", "2", "DISTANCE_METRIC", "COSINE"],
    )
    async with client.pipeline(transaction=False) as pipeline:
        for number in range(count):
            pipeline.hset(f"doc:{number}", mapping={"colour": "red", "vector": VECTOR})
        await pipeline.execute()


async def documents(client: Redis) -> int:
    """How many the index finds by tag."""
    return total(await command(client, "FT.SEARCH", INDEX, "@colour:{red}", "LIMIT", "0", "0"))


async def nearest(client: Redis, count: int) -> int:
    """How many of `count` the index finds by vector."""
    query = f"*=>[KNN {count} @vector $vector]"
    return total(await command(client, "FT.SEARCH", INDEX, query, "PARAMS", "2", "vector", VECTOR, "DIALECT", "2"))


def total(found: Any) -> int:  # noqa: ANN401 - a map or a list, as the protocol has it
    return int(found[b"total_results"] if isinstance(found, dict) else found[0])


@pytest.fixture
async def redis() -> AsyncIterator[EmbeddedRedis]:
    async with EmbeddedRedis() as started:
        yield started


async def test_the_sessions_stack_answers(stack: Stack) -> None:
    async with Redis.from_url(stack.redis_url) as client:
        assert await command(client, "FT._LIST") is not None
    admin = AIOKafkaAdminClient(bootstrap_servers=stack.kafka_bootstrap_servers)
    await admin.start()
    try:
        assert (await admin.describe_cluster())["brokers"]
    finally:
        await admin.close()


async def test_a_killed_redis_comes_back_with_its_entries_and_its_index(redis: EmbeddedRedis) -> None:
    async with Redis.from_url(redis.url) as client:
        await add_documents(client, 500)
    url, killed = redis.url, redis.pid
    await redis.kill()
    assert not is_alive(killed)
    await redis.start()
    assert redis.url == url
    assert redis.pid != killed
    async with Redis.from_url(redis.url) as client:
        assert await client.dbsize() == 500
        async with asyncio.timeout(30):
            while await documents(client) < 500:  # noqa: ASYNC110 - the index is rebuilt in the background
                await asyncio.sleep(0.02)
        assert await nearest(client, 3) == 3


async def test_a_paused_redis_is_silent_and_goes_on_where_it_was(redis: EmbeddedRedis) -> None:
    async with Redis.from_url(redis.url, socket_timeout=0.2, retry=None) as client:
        await client.set("kept", "yes")
        redis.pause()
        with pytest.raises(RedisTimeoutError):
            await client.get("kept")
        redis.resume()
    async with Redis.from_url(redis.url) as client:
        assert await client.get("kept") == b"yes"


async def test_a_second_stack_runs_beside_the_first() -> None:
    async with Stack(MOCK) as first, Stack(MOCK) as second:
        assert first.redis.port != second.redis.port
        assert first.kafka_bootstrap_servers != second.kafka_bootstrap_servers
        async with Redis.from_url(first.redis_url) as one, Redis.from_url(second.redis_url) as other:
            await one.set("whose", "first")
            assert await other.get("whose") is None


async def test_data_in_a_given_folder_outlive_the_stack(tmp_path: Path) -> None:
    options = replace(MOCK, data_dir=tmp_path)
    async with Stack(options) as stack, Redis.from_url(stack.redis_url) as client:
        await client.set("kept", "yes")
    async with Stack(options) as stack, Redis.from_url(stack.redis_url) as client:
        assert await client.get("kept") == b"yes"


async def test_a_temporary_folder_goes_with_its_server() -> None:
    async with EmbeddedRedis() as redis:
        folder = redis.folder
        assert folder.is_dir()
    assert not folder.exists()


async def test_a_given_port_that_is_taken_is_an_error_that_says_so() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        redis = EmbeddedRedis(ServerOptions(port=taken.getsockname()[1]))
        with pytest.raises(PortTakenError, match="already in use"):
            await redis.start()
        await redis.aclose()


async def test_a_chosen_port_that_somebody_takes_first_is_chosen_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        choices = [taken.getsockname()[1]]
        monkeypatch.setattr(redis_server, "free_port", lambda _: choices.pop() if choices else free_port())
        async with EmbeddedRedis() as redis:
            assert redis.port != taken.getsockname()[1]


async def test_a_stack_over_given_servers_starts_none(redis: EmbeddedRedis) -> None:
    async with MockKafka() as kafka:
        options = StackOptions(redis_url=redis.url, kafka_bootstrap_servers=kafka.bootstrap_servers)
        async with Stack(options) as stack:
            assert stack.servers == []
            assert (stack.redis_url, stack.kafka_bootstrap_servers) == (redis.url, kafka.bootstrap_servers)
            with pytest.raises(StackError, match="was given one"):
                _ = stack.redis


async def test_given_servers_that_do_not_answer_are_named(redis: EmbeddedRedis) -> None:
    url = redis.url
    await redis.stop()
    with pytest.raises(StackError, match="given Redis"):
        async with Stack(StackOptions(redis_url=url)):
            pass
    with pytest.raises(StackError, match="No Kafka broker answers at 127"):
        async with Stack(StackOptions(kafka_bootstrap_servers=url.removeprefix("redis://"))):
            pass
