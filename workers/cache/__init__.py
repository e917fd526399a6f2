"""The cache itself; knows no Kafka.

from workers.cache import CacheConfig, SemanticCache

async with SemanticCache(CacheConfig()) as cache:
    outcome = await cache.lookup("How long does the battery last?")
    if not outcome.is_hit:
        await cache.store("How long does the battery last?", answer, tags=["product:a"], fence=outcome.fence)
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from schemas.lookup import Layer, LookupMode, LookupStatus, Match
    from schemas.store import RefusalReason, StoreStatus
    from workers.cache.config import (
        CacheConfig,
        CoherenceConfig,
        EmbeddingConfig,
        EvictionStrategy,
        L1CacheConfig,
        LeaseConfig,
        ObservabilityConfig,
        PolicyConfig,
        RedisConfig,
    )
    from workers.cache.lookup import InvalidationOutcome, Lookup, LookupOutcome, Store
    from workers.cache.rules import Rule
    from workers.cache.semantic_cache import Parts, SemanticCache
    from workers.cache.writer import StoreOutcome

_HOMES = {
    "schemas.lookup": ("Layer", "LookupMode", "LookupStatus", "Match"),
    "schemas.store": ("RefusalReason", "StoreStatus"),
    "workers.cache.config": (
        "CacheConfig",
        "CoherenceConfig",
        "EmbeddingConfig",
        "EvictionStrategy",
        "L1CacheConfig",
        "LeaseConfig",
        "ObservabilityConfig",
        "PolicyConfig",
        "RedisConfig",
    ),
    "workers.cache.lookup": ("InvalidationOutcome", "Lookup", "LookupOutcome", "Store"),
    "workers.cache.rules": ("Rule",),
    "workers.cache.semantic_cache": ("Parts", "SemanticCache"),
    "workers.cache.writer": ("StoreOutcome",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "CacheConfig",
    "CoherenceConfig",
    "EmbeddingConfig",
    "EvictionStrategy",
    "InvalidationOutcome",
    "L1CacheConfig",
    "Layer",
    "LeaseConfig",
    "Lookup",
    "LookupMode",
    "LookupOutcome",
    "LookupStatus",
    "Match",
    "ObservabilityConfig",
    "Parts",
    "PolicyConfig",
    "RedisConfig",
    "RefusalReason",
    "Rule",
    "SemanticCache",
    "Store",
    "StoreOutcome",
    "StoreStatus",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the name stands for
    """Import on first use: the settings and the command line must not wait for the model's libraries."""
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME_OF[name]), name)
