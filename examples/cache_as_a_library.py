"""The cache inside one process: no Kafka, and with a MemoryStore no Redis either.

    semantic-cache model fetch                  # once; puts the embedding model in place
    python examples/cache_as_a_library.py

With Redis, leave the store out and several processes share their answers:
`SemanticCache(CacheConfig(redis=RedisConfig(url="redis://localhost:6380")))`.
"""

import asyncio

from workers.cache import CacheConfig, L1CacheConfig, Parts, SemanticCache
from workers.cache.memory_store import MemoryStore


async def main() -> None:
    """Store, find by meaning, tell personas apart, invalidate."""
    config = CacheConfig(l1=L1CacheConfig(max_size=10_000))
    async with SemanticCache(config, Parts(store=MemoryStore())) as cache:
        question = "How long does the battery of the Aurora 15 last?"
        missed = await cache.lookup(question)
        print(f"{missed.status.value}: {question}")

        # The fence of the miss goes back with the store: had the product changed meanwhile, it would be refused.
        stored = await cache.store(question, "Up to 18 hours.", tags=["product:aurora-15"], fence=missed.fence)
        print(f"{stored.status.value} as {stored.entry_id}")

        for asked in (question, "What is the battery life of the Aurora 15?", "How long does the Aurora 15 charge?"):
            found = await cache.lookup(asked)
            print(f"{found.status.value}: {asked} → {found.response} ({found.reason})")

        theirs = await cache.lookup(question, context={"user_persona": "support_agent"})
        print(f"{theirs.status.value}: the same, as another persona")

        gone = await cache.invalidate_by_tag("product:aurora-15")
        after = await cache.lookup(question)
        print(f"removed {gone.removed}; now a {after.status.value}")
        print(cache.get_metrics())


if __name__ == "__main__":
    asyncio.run(main())
