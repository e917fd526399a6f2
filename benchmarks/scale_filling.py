"""Large caches for part `scale`: texts, vectors that lie as those of real questions do, and how they get into Redis."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.questions import ANSWER, catalogue
from benchmarks.stage import SAVED_AT_ONCE, Stage, entry_of
from workers.cache.l2 import RedisStore
from workers.cache.l2 import redis_commands as commands
from workers.cache.l2.link import RedisLink
from workers.cache.l2.redis_commands import Keys
from workers.cache.ports import Vectors

NEIGHBOUR_SHARES = (0.35, 0.5)
"""How much of another question's vector is mixed into a made one's: cosines of .6 to .8 to both."""
JITTER = 0.15
"""Length of the random part of a made vector."""
DEPENDS_ON_ALL = "shop"
TIMEOUT_MS = 60_000


@dataclass(frozen=True, slots=True)
class Filling:
    """What is stored; the first `len(base)` are questions with their own vectors."""

    prompts: list[str]
    vectors: Vectors


@dataclass(frozen=True, slots=True)
class Filled:
    """What storing it took."""

    rate: float
    """Entries a second over the last tenth."""
    bytes_each: float
    """Memory of Redis an entry, its share of both indexes included."""


async def make_filling(stage: Stage, count: int, base: int) -> Filling:
    """`count` entries: `base` embedded questions, then questions made of two of them.

    Random vectors would flatter: all far apart, they have no neighbourhoods in which a search could get lost.
    """
    questions = catalogue(min(base, count))
    embedded = await stage.embed(questions)
    made = count - len(questions)
    rng = np.random.default_rng(7)
    first, second = rng.integers(0, len(questions), (2, made))
    share = rng.uniform(*NEIGHBOUR_SHARES, (made, 1)).astype(np.float32)
    noise = rng.standard_normal((made, embedded.shape[1]), dtype=np.float32) * (JITTER / embedded.shape[1] ** 0.5)
    vectors = np.concatenate([embedded, embedded[first] * (1 - share) + embedded[second] * share + noise])
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    texts = [f"{questions[i]} ({n})" for n, i in enumerate(first)]
    return Filling(questions + texts, vectors)


async def fill(
    store: RedisStore, link: RedisLink, filling: Filling, fence: int, tags: Sequence[Sequence[str]]
) -> Filled:
    """Store it as a worker does; `tags[i]` are those of entry i, beside the one that all depend on."""
    count = len(filling.prompts)
    before = await used_memory(link)
    took: list[float] = []
    for start in range(0, count, SAVED_AT_ONCE):
        some = slice(start, start + SAVED_AT_ONCE)
        entries = [
            entry_of(prompt, ANSWER, fence, (DEPENDS_ON_ALL, *own))
            for prompt, own in zip(filling.prompts[some], tags[some], strict=True)
        ]
        began = time.perf_counter()
        await store.save(entries, filling.vectors[some])
        took.append((time.perf_counter() - began) / len(entries))
    last = took[-max(len(took) // 10, 1) :]
    return Filled(len(last) / sum(last), (await used_memory(link) - before) / count)


async def used_memory(link: RedisLink) -> int:
    """Bytes that Redis has in use."""
    (told,) = await link.run([("INFO", "memory")], TIMEOUT_MS)
    return int(told["used_memory"])


async def index_megabytes(link: RedisLink, keys: Keys) -> float:
    """What the engine says that the vectors' index takes."""
    return float((await _describe(link, keys))[b"vector_index_sz_mb"])


async def _describe(link: RedisLink, keys: Keys) -> dict[bytes, Any]:
    (told,) = await link.run([commands.describe(keys.vector_index)], TIMEOUT_MS)
    found: dict[bytes, Any] = told
    return found
