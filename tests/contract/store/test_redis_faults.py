"""What happens to the store when its Redis is killed, stopped, emptied, full or the wrong one. One for each test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio
from redis.asyncio import Redis
from redis.exceptions import RedisError

from tests.contract.store.stores import (
    CLOCK,
    DIMENSIONS,
    at,
    eventually,
    fetch_one,
    make_entry,
    redis_config,
    redis_store,
    save,
    vector_of,
)
from tests.contract.store.test_rules import tagged
from workers.cache.clock import ManualClock
from workers.cache.l2 import RedisStore
from workers.cache.l2.redis_commands import tag_token
from workers.cache.ports import Ledger, NearestQuery, Progress, SaveOutcome, SaveStatus
from workers.errors import ConfigurationError, StoreTimeoutError, StoreUnavailableError, UnsafeStoreError
from workers.stack import EmbeddedRedis, Persistence

pytestmark = [pytest.mark.stack, pytest.mark.faults]


@pytest_asyncio.fixture
async def server() -> AsyncIterator[EmbeddedRedis]:
    """Loses nothing when it is killed."""
    async with EmbeddedRedis(persistence=Persistence.ALWAYS) as running:
        yield running


@pytest_asyncio.fixture
async def client(server: EmbeddedRedis) -> AsyncIterator[Redis]:
    async with Redis.from_url(server.url, protocol=3) as connected:
        yield connected


@pytest_asyncio.fixture
async def store(server: EmbeddedRedis) -> AsyncIterator[RedisStore]:
    opened = redis_store(redis_config(server.url))
    await opened.open()
    yield opened
    await opened.aclose()


async def answered(ask: Callable[[], Awaitable[Any]]) -> Any:  # noqa: ANN401 - what the call returns
    """Repeat a call until the store is back, as its callers do."""
    answers: list[Any] = []

    async def once() -> bool:
        try:
            answers.append(await ask())
        except StoreUnavailableError:
            return False
        return True

    await eventually(once)
    return answers[0]


async def test_an_outage_is_an_error_until_it_is_over(server: EmbeddedRedis, store: RedisStore) -> None:
    entry = make_entry("shop", tags=("a",))
    await save(store, entry)
    before = await store.incarnation()
    await server.kill()
    query = NearestQuery("shop", "-", vector_of("how?"), 1)
    calls: list[Callable[[], Awaitable[Any]]] = [
        lambda: store.fetch([at(entry)]),
        lambda: store.find_nearest([query]),
        lambda: save(store, entry),
        lambda: store.announced([entry]),
        lambda: store.lease([at(entry)], 1000),
        lambda: store.end_lease([at(entry)]),
        lambda: store.apply(tagged("shop", 1, "b")),
        lambda: store.count(tagged("shop", 1, "b").rule),
        lambda: store.ledger("shop", 0),
        lambda: store.forget("shop", 0, 0),
        store.namespaces,
        store.incarnation,
    ]
    for call in calls:
        with pytest.raises(StoreUnavailableError):
            await call()
    await server.start()
    assert await answered(lambda: fetch_one(store, entry)) == entry
    (found,) = await answered(lambda: store.find_nearest([query]))
    assert [n.entry_id for n in found] == [entry.entry_id]
    assert await store.incarnation() != before


async def test_while_the_index_is_rebuilt_nothing_stored_is_absent_and_rules_reach_all(
    server: EmbeddedRedis, store: RedisStore
) -> None:
    entries = [make_entry("shop", f"q{i}", tags=("a",)) for i in range(4000)]
    for start in range(0, len(entries), 500):
        await save(store, *entries[start : start + 500])
    await server.kill()
    await server.start()
    assert await answered(lambda: store.apply(tagged("shop", 5, "a"))) == 4000
    assert await store.ledger("shop", 0) == Ledger(0, {5: 50})
    kept = [replace(entry, fence=6) for entry in entries]
    for start in range(0, len(kept), 500):
        await save(store, *kept[start : start + 500])
    await server.kill()
    await server.start()
    query = NearestQuery("shop", "-", vector_of("q3999"), 1)
    (found,) = await answered(lambda: store.find_nearest([query]))
    assert [n.entry_id for n in found] == [kept[-1].entry_id]


async def test_a_redis_that_lost_all_gets_its_indexes_again(store: RedisStore, client: Redis) -> None:
    entry = make_entry("shop", tags=("a",))
    query = NearestQuery("shop", "-", vector_of("how?"), 1)
    await save(store, entry)
    assert await store.find_nearest([query]) != [[]]
    await client.flushall()
    assert await fetch_one(store, entry) is None
    assert await answered(lambda: store.find_nearest([query])) == [[]]
    await save(store, entry)
    (found,) = await answered(lambda: store.find_nearest([query]))
    assert [n.entry_id for n in found] == [entry.entry_id]
    await client.flushall()
    await save(store, entry)
    assert await store.apply(tagged("shop", 3, "a")) == 1


async def test_a_rule_is_not_marked_by_a_redis_that_was_not_told_it(
    server: EmbeddedRedis, store: RedisStore, client: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It dies after the rule was written, and comes back without it: all is done again."""
    entry = make_entry("shop", tags=("a",), fence=2)
    await save(store, entry)
    deleting = store._eraser._delete
    deaths: list[int] = []

    async def die_first(*arguments: Any) -> int:  # noqa: ANN401 - passed on
        if not deaths:
            deaths.append(1)
            await client.execute_command("ZREM", store._keys.rules("shop"), tag_token("a"))
            await server.kill()
            await server.start()
        return await deleting(*arguments)

    monkeypatch.setattr(store._eraser, "_delete", die_first)
    assert await store.apply(tagged("shop", 4, "a")) == 1
    assert deaths
    assert await save(store, entry) == [SaveOutcome(SaveStatus.REFUSED, 4)]


async def test_a_redis_that_dies_over_and_over_gets_no_mark(
    server: EmbeddedRedis, store: RedisStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    await save(store, make_entry("shop", tags=("a",)))
    deleting = store._eraser._delete

    async def die_first(*arguments: Any) -> int:  # noqa: ANN401 - passed on
        await server.kill()
        await server.start()
        return await deleting(*arguments)

    monkeypatch.setattr(store._eraser, "_delete", die_first)
    with pytest.raises(StoreUnavailableError):
        await store.apply(tagged("shop", 4, "a"))
    assert (await answered(lambda: store.ledger("shop", 0))).applied == {}


async def test_forgetting_is_not_done_by_a_redis_that_died_in_between(
    server: EmbeddedRedis, store: RedisStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    await save(store, make_entry("shop", fence=2))
    erasing = store._eraser._erase
    deaths: list[int] = []

    async def die_after(*arguments: Any) -> int:  # noqa: ANN401 - passed on
        removed = await erasing(*arguments)
        if not deaths:
            deaths.append(removed)
            await save(store, make_entry("shop", fence=9, response="back from the dead"))
            await server.kill()
            await server.start()
        return removed

    monkeypatch.setattr(store._eraser, "_erase", die_after)
    assert await store.forget("shop", None, 5) == 1
    assert deaths == [1]
    assert await fetch_one(store, make_entry("shop")) is None


async def test_a_new_connection_is_no_reason_to_trust_the_index(server: EmbeddedRedis) -> None:
    store = RedisStore(redis_config(server.url), fingerprint="f" * 16, dimensions=DIMENSIONS, clock=ManualClock())
    await store.open()
    assert store._indexes.are_whole()
    await server.restart()
    await answered(lambda: store.ledger("shop", 0))
    assert not store._indexes.are_whole()
    await store.aclose()


async def test_old_connections_are_left_when_their_server_became_a_replica(
    server: EmbeddedRedis, client: Redis
) -> None:
    store = RedisStore(redis_config(server.url), fingerprint="f" * 16, dimensions=DIMENSIONS, clock=ManualClock())
    await store.open()
    entry = make_entry("shop")
    await client.execute_command("REPLICAOF", "127.0.0.1", 1)
    with pytest.raises(StoreUnavailableError):
        await save(store, entry)
    await client.execute_command("REPLICAOF", "NO", "ONE")
    assert store._indexes.are_whole()
    assert await save(store, entry) == [SaveOutcome(SaveStatus.STORED)]
    assert not store._indexes.are_whole(), "a new connection was made"
    await store.aclose()


async def test_a_database_that_cannot_be_searched_is_a_sentence(server: EmbeddedRedis) -> None:
    store = redis_store(redis_config(f"{server.url}/1"))
    with pytest.raises(ConfigurationError, match="database 0 only"):
        await store.open()
    await store.aclose()


async def test_a_stopped_redis_costs_a_deadline_and_no_connection(server: EmbeddedRedis) -> None:
    config = redis_config(server.url, timeout_ms=200, max_connections=4, breaker_failures=1000)
    store = redis_store(config)
    await store.open()
    entries = [make_entry("shop", f"q{i}", response=f"{i}" * 1000) for i in range(20)]
    await save(store, *entries)
    server.pause()
    results = await asyncio.gather(*(store.fetch([at(e)]) for e in entries), return_exceptions=True)
    assert {type(result) for result in results} == {StoreTimeoutError}
    server.resume()

    async def read(number: int) -> None:
        entry = entries[number % len(entries)]
        assert await fetch_one(store, entry) == entry

    await answered(lambda: read(0))
    await asyncio.gather(*(read(i) for i in range(200)))
    assert len(store._link._client.connection_pool._in_use_connections) == 0  # type: ignore[union-attr]
    await store.aclose()


async def test_a_cancelled_call_leaves_no_half_read_reply(server: EmbeddedRedis) -> None:
    store = redis_store(redis_config(server.url, max_connections=2))
    await store.open()
    entries = [make_entry("shop", f"q{i}", response=f"{i % 10}" * 300_000) for i in range(10)]
    await save(store, *entries)

    async def read(entry: Any) -> None:  # noqa: ANN401
        assert await fetch_one(store, entry) == entry

    for turns in range(40):
        task = asyncio.create_task(store.fetch([at(entries[turns % 10])]))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        await asyncio.gather(read(entries[(turns + 3) % 10]), read(entries[(turns + 6) % 10]))
    await store.aclose()


async def test_the_breaker_stops_asking_and_starts_again(server: EmbeddedRedis) -> None:
    heard: list[bool] = []
    config = redis_config(server.url, timeout_ms=100, breaker_failures=2, breaker_probe_ms=50)
    store = RedisStore(config, fingerprint="f" * 16, dimensions=DIMENSIONS, clock=CLOCK, on_breaker=heard.append)
    await store.open()
    entry = make_entry("shop")
    await save(store, entry)
    server.pause()
    for _ in range(2):
        with pytest.raises(StoreTimeoutError):
            await store.fetch([at(entry)])
    with pytest.raises(StoreUnavailableError, match="not asked"):
        await store.fetch([at(entry)])
    server.resume()
    assert await answered(lambda: fetch_one(store, entry)) == entry
    assert heard == [False, True]
    await store.aclose()


async def test_a_part_of_a_search_is_never_taken_for_the_whole(store: RedisStore, client: Redis) -> None:
    entries = [make_entry("shop", f"q{i}", tags=("a",)) for i in range(3000)]
    for start in range(0, len(entries), 500):
        await save(store, *entries[start : start + 500])
    await client.execute_command("FT.CONFIG", "SET", "ON_TIMEOUT", "return")
    await client.execute_command("FT.CONFIG", "SET", "TIMEOUT", 1)
    assert await store.count(tagged("shop", 5, "a").rule) == 3000
    assert await store.apply(tagged("shop", 5, "a")) == 3000


async def test_a_full_redis_refuses_answers_and_takes_rules(store: RedisStore, client: Redis) -> None:
    entry = make_entry("shop", tags=("a",))
    await save(store, entry)
    await client.config_set("maxmemory", 1_000_000)
    with pytest.raises(StoreUnavailableError, match="maxmemory"):
        await save(store, make_entry("shop", "more"))
    assert await fetch_one(store, entry) == entry
    assert await store.apply(tagged("shop", 5, "a")) == 1
    assert (await store.ledger("shop", 0)).applied == {5: 50}
    assert await store.advance("shop", Progress(6, 0, ((5, 50),), 6))
    assert await store.forget("shop", 7, 7) == 0


async def test_a_redis_that_would_forget_rules_is_refused(server: EmbeddedRedis, client: Redis) -> None:
    await client.config_set("maxmemory-policy", "allkeys-lru")
    store = redis_store(redis_config(server.url))
    await store.open()
    await store.aclose()
    await client.config_set("maxmemory", 500_000_000)
    with pytest.raises(UnsafeStoreError, match=r"maxmemory-policy allkeys-lru.*volatile-lru"):
        await store.open()
    await store.aclose()


async def test_a_wrong_password_is_a_sentence_without_it(server: EmbeddedRedis, client: Redis) -> None:
    await client.config_set("requirepass", "right")
    url = server.url.replace("redis://", "redis://:wr0ng@")
    store = redis_store(redis_config(url))
    with pytest.raises(ConfigurationError, match=r"redis\.url") as caught:
        await store.open()
    assert "wr0ng" not in f"{caught.value} {caught.value.__cause__} {caught.value.__cause__!r}"
    await store.aclose()
    right = redis_store(redis_config(url.replace("wr0ng", "right")))
    await right.open()
    await right.aclose()


class PlainRedis(EmbeddedRedis):
    """A server without the query engine."""

    async def _command(self) -> list[str]:
        server, *arguments = await super()._command()
        module = arguments.index("--loadmodule")
        return [server, *arguments[:module], *arguments[module + 2 :]]

    async def _answers(self) -> bool:
        try:
            async with Redis.from_url(self.url) as client:
                return bool(await client.ping())
        except (RedisError, OSError):
            return False


async def test_a_redis_without_the_query_engine_is_refused() -> None:
    async with PlainRedis() as server:
        store = redis_store(redis_config(server.url))
        with pytest.raises(ConfigurationError, match="no query engine"):
            await store.open()
        await store.aclose()


async def test_a_redis_that_loads_its_data_is_an_outage(server: EmbeddedRedis, store: RedisStore) -> None:
    """Restarted over and over while it is asked: only answers or outages, never a third thing."""
    entries = [make_entry("shop", f"q{i}", response="x" * 2000) for i in range(2000)]
    for start in range(0, len(entries), 500):
        await save(store, *entries[start : start + 500])
    query = NearestQuery("shop", "-", vector_of("q7"), 1)
    for _ in range(3):
        await server.kill()
        starting = asyncio.create_task(server.start())
        while not starting.done():
            try:
                assert await fetch_one(store, entries[7]) == entries[7]
                (found,) = await store.find_nearest([query])
            except StoreUnavailableError:
                await asyncio.sleep(0.001)
            else:
                assert [n.entry_id for n in found] == [entries[7].entry_id]
        await starting
