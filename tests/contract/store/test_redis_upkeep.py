"""What only Redis has: keys, indexes, several models, scripts that can be forgotten, vectors that are swept."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from tests.contract.store.stores import (
    DIMENSIONS,
    at,
    eventually,
    fetch_one,
    flat,
    make_entry,
    redis_config,
    redis_store,
    remove_keys,
    save,
    vector_of,
)
from tests.contract.store.test_kill_table import each_case, entry_of, place
from tests.contract.store.test_rules import tagged
from tests.kill_cases import KillCase
from workers.cache.clock import ManualClock
from workers.cache.config import RedisConfig
from workers.cache.l2 import RedisStore, eraser, nearest
from workers.cache.l2.indexes import STATE_SECONDS
from workers.cache.l2.outages import IndexBuildingError
from workers.cache.l2.redis_commands import Keys
from workers.cache.ports import NearestQuery, Progress, SaveOutcome, SaveStatus
from workers.cache.rules import PlacedRule, Rule
from workers.errors import ConfigurationError

pytestmark = pytest.mark.stack
FINGERPRINT, OTHER_MODEL = "f" * 16, "e" * 16


@pytest.fixture
def config(redis_url: str) -> RedisConfig:
    return flat(redis_url, delete_round_size=100)


@pytest_asyncio.fixture
async def client(redis_url: str) -> AsyncIterator[Redis]:
    async with Redis.from_url(redis_url, protocol=3) as connected:
        yield connected


@pytest_asyncio.fixture
async def store(config: RedisConfig) -> AsyncIterator[RedisStore]:
    opened = redis_store(config)
    await opened.open()
    yield opened
    await opened.aclose()
    await remove_keys(config.url.get_secret_value(), config.key_prefix)


async def keys_of(client: Redis, config: RedisConfig, kind: str) -> set[str]:
    return {key.decode() async for key in client.scan_iter(match=f"{config.key_prefix}:{kind}:*", count=1000)}


async def test_more_than_a_round_is_deleted(store: RedisStore, unique_namespace: str) -> None:
    killed = [make_entry(unique_namespace, f"q{i}", tags=("a",), fence=i % 2 * 3) for i in range(450)]
    younger = [make_entry(unique_namespace, f"y{i}", tags=("a",), fence=5) for i in range(250)]
    await save(store, make_entry(unique_namespace, "first"))
    await save(store, *younger, *killed)
    assert await store.count(tagged(unique_namespace, 0, "a").rule) == 700
    assert await store.apply(tagged(unique_namespace, 4, "a")) == 450
    assert {fetched.entry for fetched in await store.fetch([at(e) for e in killed])} == {None}
    assert [fetched.entry for fetched in await store.fetch([at(e) for e in younger])] == younger
    assert (await store.ledger(unique_namespace, 0)).applied == {4: 40}


async def test_an_index_that_names_only_what_is_gone_is_left_aside(
    store: RedisStore, unique_namespace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = [make_entry(unique_namespace, f"q{i}", tags=("a",)) for i in range(150)]
    await save(store, *entries)
    ghosts = [Keys("other", FINGERPRINT).entry(unique_namespace, f"{i:032x}").encode() for i in range(100)]
    monkeypatch.setattr(eraser, "read_keys", lambda _reply: ghosts)
    assert await store.apply(tagged(unique_namespace, 1, "a")) == 150


async def test_entries_expire_and_rules_do_not(
    store: RedisStore, client: Redis, config: RedisConfig, unique_namespace: str
) -> None:
    entry = make_entry(unique_namespace)
    await save(store, entry, replace(entry, response="other").with_version())
    await store.lease([at(make_entry(unique_namespace, "led"))], 10_000)
    await store.apply(tagged(unique_namespace, 3, "a", "b"))
    await store.apply(tagged(unique_namespace, 4, "a", "b", match_all=True))
    for kind in "evlu":
        (key,) = await keys_of(client, config, kind)
        assert 0 < await client.pttl(key) <= 3_600_001, key
    for kind in "rdam":
        (key,) = await keys_of(client, config, kind)
        assert await client.pttl(key) == -1, key


async def test_what_is_trimmed_leaves_nothing_behind(
    store: RedisStore, client: Redis, config: RedisConfig, unique_namespace: str
) -> None:
    for placed in (tagged(unique_namespace, 3, "a"), tagged(unique_namespace, 4, "a", "b", match_all=True)):
        await store.apply(placed)
    assert await store.advance(unique_namespace, Progress(9, 0, ((3, 30), (4, 40)), 9))
    assert set().union(*[await keys_of(client, config, kind) for kind in "rda"]) == set()


async def test_vectors_of_deleted_entries_are_swept(
    store: RedisStore, client: Redis, config: RedisConfig, unique_namespace: str
) -> None:
    entries = [make_entry(unique_namespace, f"q{i}", tags=("a",)) for i in range(50)]
    kept = make_entry(unique_namespace, "kept")
    await save(store, *entries, kept)
    await store.apply(tagged(unique_namespace, 1, "a"))
    await store.swept()
    keys = Keys(config.key_prefix, FINGERPRINT)
    assert await keys_of(client, config, "v") == {keys.vector(unique_namespace, kept.entry_id)}
    assert await keys_of(client, config, "g") == await keys_of(client, config, "s") == set()


async def test_another_worker_sweeps_what_one_left(
    store: RedisStore, client: Redis, config: RedisConfig, unique_namespace: str
) -> None:
    await save(store, *(make_entry(unique_namespace, f"q{i}", tags=("a",)) for i in range(20)))
    dying = redis_store(config)
    await dying.open()
    await dying.apply(tagged(unique_namespace, 1, "a"))
    await dying.aclose()
    assert await keys_of(client, config, "v")
    await client.delete(Keys(config.key_prefix, FINGERPRINT).sweeping(unique_namespace))
    await store.ledger(unique_namespace, 0)
    await store.swept()
    assert await keys_of(client, config, "v") == await keys_of(client, config, "g") == set()


async def test_a_search_among_very_many_deleted_is_bounded_until_they_are_swept(
    store: RedisStore,
    client: Redis,
    config: RedisConfig,
    unique_namespace: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(nearest, "MOST_CANDIDATES", 40)
    monkeypatch.setattr(nearest, "MOST_AMONG_MANY", 20)
    sweeping = Keys(config.key_prefix, FINGERPRINT).sweeping(unique_namespace)
    await client.set(sweeping, "somebody who never sweeps")
    far = make_entry(unique_namespace, "far")
    query = NearestQuery(unique_namespace, "-", vector_of("near"), 1)
    await save(
        store, far, *(make_entry(unique_namespace, "near", entry_id=f"{i:032x}", tags=("a",)) for i in range(30))
    )
    await store.apply(tagged(unique_namespace, 1, "a"))
    assert [n.entry_id for n in (await store.find_nearest([query]))[0]] == [far.entry_id]
    await save(store, *(make_entry(unique_namespace, "near", entry_id=f"{i:032x}", tags=("b",)) for i in range(30, 60)))
    await store.apply(tagged(unique_namespace, 2, "b"))
    assert await store.find_nearest([query]) == [[]]
    await client.delete(sweeping)
    await store.ledger(unique_namespace, 0)
    await store.swept()
    assert [n.entry_id for n in (await store.find_nearest([query]))[0]] == [far.entry_id]


async def test_an_entry_stored_again_keeps_its_vector(store: RedisStore, unique_namespace: str) -> None:
    entry = make_entry(unique_namespace, tags=("a",))
    await save(store, entry)
    await store.apply(tagged(unique_namespace, 1, "a"))
    await save(store, replace(entry, fence=2))
    await store.swept()
    (found,) = await store.find_nearest([NearestQuery(unique_namespace, "-", vector_of(entry.prompt), 1)])
    assert [n.entry_id for n in found] == [entry.entry_id]


async def test_an_equal_vector_is_not_inserted_again(
    store: RedisStore, client: Redis, config: RedisConfig, unique_namespace: str
) -> None:
    entry = make_entry(unique_namespace)
    index = Keys(config.key_prefix, FINGERPRINT).vector_index

    async def insertions() -> int:
        return int((await client.execute_command("FT.INFO", index))[b"max_doc_id"])

    await save(store, entry)
    before = await insertions()
    await save(store, replace(entry, response="new", expires_at=entry.expires_at + 10).with_version())
    assert await insertions() == before
    await store.save([entry], (vector_of("another question") * 2).reshape(1, DIMENSIONS))
    assert await insertions() > before
    (found,) = await store.find_nearest([NearestQuery(unique_namespace, "-", vector_of("another question"), 1)])
    assert found[0].similarity == pytest.approx(1.0, abs=1e-5)


async def test_a_rule_reaches_the_entries_of_every_model(
    store: RedisStore, client: Redis, config: RedisConfig, unique_namespace: str
) -> None:
    other = redis_store(config, fingerprint=OTHER_MODEL)
    await other.open()
    mine, theirs = make_entry(unique_namespace, tags=("a",)), make_entry(unique_namespace, tags=("a",), response="2")
    await save(store, mine)
    await save(other, theirs)
    assert await fetch_one(store, mine) == mine
    assert await fetch_one(other, theirs) == theirs
    assert await store.count(Rule(unique_namespace, tags=frozenset(["a"]))) == 2
    assert await store.apply(tagged(unique_namespace, 1, "a")) == 2
    await save(store, replace(mine, fence=2))
    await save(other, replace(theirs, fence=2))
    ids = PlacedRule(3, 3, Rule(unique_namespace, entry_ids=frozenset([mine.entry_id])))
    assert await store.count(ids.rule) == 2
    assert await store.apply(ids) == 2
    await save(store, replace(mine, fence=4))
    await save(other, replace(theirs, fence=4))
    await client.execute_command("FT.DROPINDEX", Keys(config.key_prefix, OTHER_MODEL).entry_index())
    assert await store.count(Rule(unique_namespace, tags=frozenset(["a"]))) == 2
    assert await store.apply(tagged(unique_namespace, 5, "a")) == 2
    assert await fetch_one(other, theirs) is None
    await other.aclose()


async def test_a_model_whose_entries_have_all_expired_is_forgotten(
    store: RedisStore, client: Redis, config: RedisConfig, unique_namespace: str
) -> None:
    await save(store, make_entry(unique_namespace))
    meta = Keys(config.key_prefix, FINGERPRINT).meta(unique_namespace)
    await client.hset(meta, f"fp:{OTHER_MODEL}", 1)
    await store.apply(tagged(unique_namespace, 1, "a"))
    models = {field.decode() for field in await client.hkeys(meta) if field.startswith(b"fp:")}
    assert models == {f"fp:{FINGERPRINT}"}


@each_case
async def test_without_an_index_all_keys_are_scanned(
    store: RedisStore, client: Redis, config: RedisConfig, unique_namespace: str, case: KillCase
) -> None:
    entry, placed = entry_of(case, unique_namespace), place(case, unique_namespace)
    bystanders = [make_entry(unique_namespace, f"b{i}", fence=case.number + 1, tags=case.entry_tags) for i in range(20)]
    await save(store, entry, *bystanders)
    await client.execute_command("FT.DROPINDEX", Keys(config.key_prefix, FINGERPRINT).entry_index())
    assert await store.apply(placed) == case.kills
    assert (await fetch_one(store, entry) is None) is case.kills
    assert [fetched.entry for fetched in await store.fetch([at(e) for e in bystanders])] == bystanders


@pytest.mark.parametrize("suffix", ["*", "[a-z]", "?", "\\", "^-"])
async def test_a_scan_stays_in_its_namespace(
    store: RedisStore, client: Redis, config: RedisConfig, unique_namespace: str, suffix: str
) -> None:
    mine, others = make_entry(unique_namespace + suffix), make_entry(unique_namespace + "x")
    await save(store, mine, others)
    await client.execute_command("FT.DROPINDEX", Keys(config.key_prefix, FINGERPRINT).entry_index())
    assert await store.apply(PlacedRule(1, 1, Rule(mine.namespace, everything=True))) == 1
    assert await fetch_one(store, others) == others


async def test_an_index_that_is_being_built_is_not_believed(
    store: RedisStore, client: Redis, config: RedisConfig, unique_namespace: str
) -> None:
    entries = [make_entry(unique_namespace, f"q{i}", tags=("a",)) for i in range(3000)]
    for start in range(0, len(entries), 500):
        await save(store, *entries[start : start + 500])
    index = Keys(config.key_prefix, FINGERPRINT).entry_index()
    prefix = f"{config.key_prefix}:e:{FINGERPRINT}:"
    schema = ("n", "TAG", "t", "TAG", "f", "NUMERIC")
    await client.execute_command("FT.DROPINDEX", index)
    await client.execute_command("FT.CREATE", index, "ON", "HASH", "PREFIX", 1, prefix, "SCHEMA", *schema)
    assert await store.count(Rule(unique_namespace, tags=frozenset(["a"]))) == 3000
    assert await store.apply(tagged(unique_namespace, 1, "a")) == 3000


async def test_what_an_unfinished_index_does_not_find_is_not_absent(
    config: RedisConfig, client: Redis, unique_namespace: str
) -> None:
    clock = ManualClock()
    store = RedisStore(config, fingerprint=FINGERPRINT, dimensions=DIMENSIONS, clock=clock)
    await store.open()
    entries = [make_entry(unique_namespace, f"q{i}") for i in range(3000)]
    for start in range(0, len(entries), 500):
        await save(store, *entries[start : start + 500])
    query = NearestQuery(unique_namespace, "-", vector_of("q2999"), 1)
    await client.execute_command("FT.DROPINDEX", Keys(config.key_prefix, FINGERPRINT).vector_index)
    clock.advance(STATE_SECONDS)
    with pytest.raises(IndexBuildingError):
        await store.find_nearest([query])
    assert (await store.fetch([at(entries[0])]))[0].entry == entries[0]

    async def is_built() -> bool:
        try:
            (found,) = await store.find_nearest([query])
        except IndexBuildingError:
            return False
        assert [n.entry_id for n in found] == [entries[2999].entry_id]
        return True

    await eventually(is_built)
    await store.aclose()
    await remove_keys(config.url.get_secret_value(), config.key_prefix)


async def test_scripts_may_be_forgotten_at_any_time(store: RedisStore, client: Redis, unique_namespace: str) -> None:
    first, second = make_entry(unique_namespace, tags=("a",)), make_entry(unique_namespace, response="2", tags=("a",))
    await client.script_flush()
    assert await save(store, first, second) == [SaveOutcome(SaveStatus.STORED), SaveOutcome(SaveStatus.REPLACED)]
    await client.script_flush()
    assert await fetch_one(store, first) == second
    await client.script_flush()
    assert await store.apply(tagged(unique_namespace, 1, "a")) == 1
    await client.script_flush()
    assert await store.advance(unique_namespace, Progress(2, 0, ((1, 10),)))
    await client.script_flush()
    assert await store.forget(unique_namespace, None, 5) == 0


async def test_two_workers_may_start_at_once(redis_url: str) -> None:
    config = redis_config(redis_url)
    stores = [redis_store(config) for _ in range(4)]
    for opened in stores:
        await opened.open()
        await opened.open()
    for opened in stores:
        await opened.aclose()
        await opened.aclose()
    await remove_keys(redis_url, config.key_prefix)


async def test_a_large_scope_is_walked_and_a_small_one_compared(redis_url: str, unique_namespace: str) -> None:
    """Whichever way the engine is told to search, it finds the same."""
    config = redis_config(redis_url)
    clock = ManualClock()
    store = RedisStore(config, fingerprint=FINGERPRINT, dimensions=DIMENSIONS, clock=clock)
    await store.open()
    entries = [make_entry(unique_namespace, f"q{i}", "big") for i in range(2500)]
    entries += [make_entry(unique_namespace, f"q{i}", "small") for i in range(30)]
    for start in range(0, len(entries), 500):
        await save(store, *entries[start : start + 500])
    queries = [NearestQuery(unique_namespace, context, vector_of("q7"), 3) for context in ("big", "small")]
    clock.advance(STATE_SECONDS)
    unmeasured = await store.find_nearest(queries)
    await store.find_nearest(queries)
    assert await store.find_nearest(queries) == unmeasured
    assert [n.prompt for n in unmeasured[1]][:1] == [n.prompt for n in unmeasured[0]][:1] == ["q7"]
    sizes = store._nearest._sizes
    assert sorted(sizes.policy(scope) for scope in sizes._known) == ["ADHOC_BF", "BATCHES"]
    await store.aclose()
    await remove_keys(redis_url, config.key_prefix)


@pytest.mark.usefixtures("store")
async def test_settings_that_do_not_fit_the_index_are_a_sentence(config: RedisConfig) -> None:
    wrong_size = redis_store(config, dimensions=DIMENSIONS + 1)
    with pytest.raises(ConfigurationError, match=r"dim 8, and 9 is set.*FT\.DROPINDEX"):
        await wrong_size.open()
    await wrong_size.aclose()
    wrong_kind = redis_store(redis_config(config.url.get_secret_value(), key_prefix=config.key_prefix))
    with pytest.raises(ConfigurationError, match="algorithm FLAT, and HNSW is set"):
        await wrong_kind.open()
    await wrong_kind.aclose()
