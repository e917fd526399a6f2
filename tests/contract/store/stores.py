"""Entries, vectors and stores for the contract suite."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import numpy as np
from pydantic import SecretStr
from redis.asyncio import Redis

from workers.cache.clock import SystemClock
from workers.cache.config import IndexAlgorithm, RedisConfig
from workers.cache.entry import Entry
from workers.cache.keys import entry_id
from workers.cache.l2 import RedisStore
from workers.cache.ports import Address, SaveOutcome, SharedStore, Vector

DIMENSIONS = 8
CLOCK = SystemClock()


def redis_config(url: str, **changes: Any) -> RedisConfig:  # noqa: ANN401 - any setting
    """Generous deadlines: the machine may be busy, and no test here is about time."""
    defaults: dict[str, Any] = {
        "url": SecretStr(url),
        "key_prefix": f"t{uuid.uuid4().hex[:12]}",
        "timeout_ms": 10_000,
        "write_timeout_ms": 20_000,
    }
    return RedisConfig(**(defaults | changes))


def redis_store(config: RedisConfig, *, fingerprint: str = "f" * 16, dimensions: int = DIMENSIONS) -> RedisStore:
    return RedisStore(config, fingerprint=fingerprint, dimensions=dimensions, clock=CLOCK)


def flat(url: str, **changes: Any) -> RedisConfig:  # noqa: ANN401
    return redis_config(url, index_algorithm=IndexAlgorithm.FLAT, **changes)


def make_entry(namespace: str, prompt: str = "how?", context_key: str = "-", **changes: Any) -> Entry:  # noqa: ANN401
    now = CLOCK.wall()
    entry = Entry(
        entry_id=entry_id(namespace, context_key, prompt),
        namespace=namespace,
        context_key=context_key,
        prompt=prompt,
        response="so",
        fence=0,
        created_at=now,
        expires_at=now + 3600,
        ordered_ms=1,
    )
    return replace(entry, **changes).with_version()


def at(entry: Entry) -> Address:
    return Address(entry.namespace, entry.entry_id)


def vector_of(text: str) -> Vector:
    """A unit vector that depends on the text alone."""
    rng = np.random.default_rng(list(text.encode()))
    vector: Vector = rng.normal(size=DIMENSIONS).astype(np.float32)
    return (vector / np.linalg.norm(vector)).astype(np.float32)


async def save(store: SharedStore, *entries: Entry) -> list[SaveOutcome]:
    vectors = np.array([vector_of(entry.prompt) for entry in entries], np.float32).reshape(len(entries), DIMENSIONS)
    return await store.save(entries, vectors)


async def fetch_one(store: SharedStore, entry: Entry) -> Entry | None:
    return (await store.fetch([at(entry)]))[0].entry


async def remove_keys(url: str, prefix: str) -> None:
    """Leave nothing behind in a Redis that others use."""
    async with Redis.from_url(url, protocol=3) as client:
        for index in await client.execute_command("FT._LIST"):
            if index.startswith(prefix.encode() + b":"):
                await client.execute_command("FT.DROPINDEX", index)
        async for key in client.scan_iter(match=f"{prefix}:*", count=1000):
            await client.unlink(key)


async def eventually(check: Callable[[], Awaitable[bool]]) -> None:
    """Poll until it holds; a deadline, no guess about speed."""
    async with asyncio.timeout(60):
        while True:
            if await check():
                return
            await asyncio.sleep(0.01)
