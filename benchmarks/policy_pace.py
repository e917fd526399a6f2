"""Part `policy`: lookups by meaning with the policy that ships, beside a bare threshold on the same cache."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from pydantic import SecretStr

from benchmarks.figures import Report, at_least
from benchmarks.questions import ANSWER, catalogue, wordings
from benchmarks.stage import Stage
from workers.cache import SemanticCache
from workers.cache.config import CacheConfig, EmbeddingConfig, L1CacheConfig, RedisConfig
from workers.cache.lookup import Lookup
from workers.cache.policy import HitPolicy, MarginPolicy, default_policy
from workers.cache.semantic_cache import Parts
from workers.errors import SemanticCacheError

ENTRIES, QUICK_ENTRIES = 20_000, 100
TEXTS, QUICK_TEXTS = 2_000, 40
AT_ONCE = 50
"""Lookups handed over together."""
IN_FLIGHT = 8
"""So many times that many: the next are embedded while these are searched and judged, as in a worker."""
THRESHOLD = 0.85
BARE = f"a bare threshold of {THRESHOLD:g}"


async def run(stage: Stage, rounds: int, report: Report) -> None:
    """Both in turn on the same wordings, which neither has seen; who goes first changes with the round."""
    entries, texts = stage.pick(ENTRIES, quick=QUICK_ENTRIES), stage.pick(TEXTS, quick=QUICK_TEXTS)
    bare = MarginPolicy(floor=THRESHOLD, margin=-1.0, lone_floor=THRESHOLD)
    policies: dict[str, HitPolicy] = {BARE: bare, "the policy that ships": default_policy()}
    async with AsyncExitStack() as stack:
        caches: dict[str, SemanticCache] = {}
        for name, policy in policies.items():
            caches[name] = await stack.enter_async_context(_filled(stage, policy, entries))
            await _pace(caches[name], wordings(entries, texts, rounds))
        for turn in range(rounds):
            asked = wordings(entries, texts, turn)
            measured = {name: await _pace(caches[name], asked) for name in list(caches)[:: 1 if turn % 2 else -1]}
            _tell(report, measured, len(asked))


@asynccontextmanager
async def _filled(stage: Stage, policy: HitPolicy, entries: int) -> AsyncIterator[SemanticCache]:
    """Without L1, and with one thread of embedding, so that what the policy takes is not hidden by idle processors."""
    deployment = await stage.deployment()
    config = CacheConfig(
        redis=RedisConfig(url=SecretStr(stage.redis_url), key_prefix=deployment.topics.prefix, timeout_ms=60_000),
        l1=L1CacheConfig(enabled=False),
        embedding=EmbeddingConfig(threads=1),
    )
    async with SemanticCache(config, Parts(policy=policy)) as cache:
        miss = await cache.lookup("What is the fence of an answer computed now?")
        await stage.fill(deployment, catalogue(entries), ANSWER, fence=miss.fence or 0)
        yield cache


async def _pace(cache: SemanticCache, texts: Sequence[str]) -> tuple[float, int]:
    """Lookups a second, and how many were hits."""
    parts = iter([texts[start : start + AT_ONCE] for start in range(0, len(texts), AT_ONCE)])
    started = time.perf_counter()
    hits = await asyncio.gather(*(_ask(cache, parts) for _ in range(IN_FLIGHT)))
    return len(texts) / (time.perf_counter() - started), sum(hits)


async def _ask(cache: SemanticCache, parts: Iterator[Sequence[str]]) -> int:
    """Take parts, which others take from as well, until none is left; returns how many lookups were hits."""
    hits = 0
    for part in parts:
        outcomes = await cache.lookup_many([Lookup(text) for text in part])
        if any(outcome.degraded for outcome in outcomes):
            raise SemanticCacheError("Redis could not be asked: that is no miss, and nothing to compare")
        hits += sum(outcome.response is not None for outcome in outcomes)
    return hits


def _tell(report: Report, measured: dict[str, tuple[float, int]], asked: int) -> None:
    base, _ = measured[BARE]
    for name, (rate, hits) in sorted(measured.items(), key=lambda one: one[0] != BARE):
        budget = None if name == BARE else at_least(0.95)
        report.figure(name, "lookups/s", against="" if name == BARE else BARE, budget=budget).add(rate, base)
        report.note(f"{name}: {hits / asked:.0%} hits")
