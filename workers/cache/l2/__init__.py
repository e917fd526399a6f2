"""L2: the shared level in Redis."""

from workers.cache.l2.redis_store import RedisStore

__all__ = ["RedisStore"]
