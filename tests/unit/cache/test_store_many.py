"""Storing more answers at once than the embedder's queue holds."""

import pytest

from workers.cache import CacheConfig, Parts, SemanticCache, Store, StoreStatus
from workers.cache.config import EmbeddingConfig
from workers.cache.memory_store import MemoryStore
from workers.embedding_model import ModelFiles
from workers.errors import InvalidRequestError

QUEUE = 4


def config_with(model_files: ModelFiles) -> CacheConfig:
    return CacheConfig(embedding=EmbeddingConfig(model_path=model_files.path, queue_size=QUEUE, batch_size=2))


async def test_more_than_the_queue_holds_are_stored_in_portions_and_in_order(model_files: ModelFiles) -> None:
    stores = [Store(f"What does part {number} cost?", f"{number} euros") for number in range(2 * QUEUE + 1)]
    stores.append(Store(stores[0].prompt, "less"))
    async with SemanticCache(config_with(model_files), Parts(store=MemoryStore())) as cache:
        outcomes = await cache.store_many(stores)
        assert [o.status for o in outcomes] == [StoreStatus.STORED] * (len(stores) - 1) + [StoreStatus.REPLACED]
        cache.l1.clear()
        found = [(await cache.lookup(store.prompt)).response for store in stores]
    assert found == ["less", *(store.response for store in stores[1:-1]), "less"]


async def test_one_that_is_refused_keeps_all_portions_out(model_files: ModelFiles) -> None:
    stores = [Store(f"What does part {number} cost?", "much") for number in range(2 * QUEUE)]
    stores.append(Store("What does it cost?", "much", context={"colour": "red"}))
    async with SemanticCache(config_with(model_files), Parts(store=MemoryStore())) as cache:
        with pytest.raises(InvalidRequestError, match="colour"):
            await cache.store_many(stores)
        assert not (await cache.lookup(stores[0].prompt)).is_hit
