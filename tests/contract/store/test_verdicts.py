"""What every shared store does with verdicts: the latest stands, none is shared, and there are not too many."""

from __future__ import annotations

from dataclasses import replace

from schemas.feedback import Verdict
from tests.contract.store.stores import redis_store, remove_keys
from workers.cache.config import RedisConfig
from workers.cache.memory_store import MemoryStore
from workers.cache.ports import SharedStore
from workers.cache.verdicts import PairVerdict


def verdict(namespace: str, number: int = 1, **changes: object) -> PairVerdict:
    said = PairVerdict(namespace, f"{number:032x}", "e" * 32, Verdict.WRONG, "wie? {*}", None, at_ms=number)
    return replace(said, **changes)  # type: ignore[arg-type]


async def test_verdicts_come_back_in_their_order(store: SharedStore, unique_namespace: str) -> None:
    second, first = verdict(unique_namespace, 2, cached="how?"), verdict(unique_namespace, 1)
    assert await store.judge(second)
    assert await store.judge(first)
    assert await store.verdicts(unique_namespace) == [first, second]
    assert await store.verdicts(f"{unique_namespace}x") == []
    assert unique_namespace in await store.namespaces()


async def test_the_later_verdict_stands(store: SharedStore, unique_namespace: str) -> None:
    wrong = verdict(unique_namespace, at_ms=5)
    right = replace(wrong, verdict=Verdict.RIGHT, at_ms=6)
    assert await store.judge(wrong)
    assert await store.judge(wrong), "a redelivered one still stands"
    assert await store.judge(right)
    assert not await store.judge(wrong)
    assert await store.verdicts(unique_namespace) == [right]


async def test_the_oldest_go(store_config: RedisConfig | None, unique_namespace: str) -> None:
    config = store_config and store_config.model_copy(update={"max_verdicts": 100})
    store: SharedStore = MemoryStore(max_verdicts=100) if config is None else redis_store(config)
    await store.open()
    for number in range(1, 104):
        await store.judge(verdict(unique_namespace, number))
    assert [kept.at_ms for kept in await store.verdicts(unique_namespace)] == list(range(4, 104))
    await store.aclose()
    if config is not None:
        await remove_keys(config.url.get_secret_value(), config.key_prefix)
