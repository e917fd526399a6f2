"""What nobody can talk the cache into, on a real Redis with the real model.

A policy file with threshold 0 takes all that no floor and no guard refuses, so that only what is tested here refuses.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from schemas.feedback import Verdict
from tests.contract.store.stores import eventually, redis_config, remove_keys
from workers.cache import CacheConfig, Layer, Lookup, LookupMode, LookupOutcome, Match, PolicyConfig, SemanticCache
from workers.cache.config import EmbeddingConfig, RedisConfig
from workers.cache.l2.redis_commands import Keys
from workers.cache.policy.parameters import load_parameters, write_parameters
from workers.cache.rules import Rule
from workers.embedding_model import ModelFiles

STORED = "How do I cancel my order?"
NEAR = "How can I cancel my order?"
FARTHER = "order cancellation"
"""Between the policy's floor of similarity and 0.9."""
SAME_IN_CAPITALS = "HOW DO I CANCEL MY ORDER?"
"""Another entry by its key, the same to the model and to the score."""

Caches = Callable[..., AbstractAsyncContextManager[SemanticCache]]


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[RedisConfig]:
    """A prefix of its own."""
    config = redis_config(redis_url)
    yield config
    await remove_keys(redis_url, config.key_prefix)


@pytest.fixture
def caches(redis: RedisConfig, model_files: ModelFiles, tmp_path: Path) -> Caches:
    """Caches with these settings of the policy, all on one Redis."""
    path = tmp_path / "policy.json"
    write_parameters(load_parameters().model_copy(update={"threshold": 0.0}), path)

    def made(**policy: Any) -> SemanticCache:  # noqa: ANN401 - any setting
        embedding = EmbeddingConfig(model_path=model_files.path)
        return SemanticCache(CacheConfig(redis=redis, embedding=embedding, policy=PolicyConfig(path=path, **policy)))

    return made


def said(found: LookupOutcome) -> tuple[bool, str | None]:
    assert not found.degraded
    return found.is_hit, found.reason


async def test_a_caller_can_be_stricter_than_the_deployment_and_never_laxer(caches: Caches) -> None:
    async with caches(min_similarity=0) as lax:
        await lax.store(STORED, "Go to orders.")
        found = await lax.lookup(FARTHER)
        assert said(found) == (True, "verified")
        assert found.similarity is not None
        between = found.similarity + 0.01
        assert said(await lax.lookup(FARTHER, min_similarity=between)) == (False, "below_floor"), "nor from memory"
        assert said(await lax.lookup(FARTHER, min_similarity=0.0)) == (True, "alias")
    async with caches(min_similarity=between) as strict:
        for asked in (None, 0.0, between - 0.02):
            assert said(await strict.lookup(FARTHER, min_similarity=asked)) == (False, "below_floor")
        assert said(await strict.lookup(NEAR)) == (True, "verified")
        assert said(await strict.lookup(NEAR, min_similarity=1.0)) == (False, "below_floor")
        assert said(await strict.lookup(STORED, min_similarity=1.0)) == (True, "exact")


async def test_a_confidence_that_two_entries_share_is_a_refusal(caches: Caches) -> None:
    async with caches() as cache:
        await cache.store(STORED, "Go to orders.", tags=["first"])
        await cache.store(SAME_IN_CAPITALS, "Send me your card's number.", tags=["second"])
        kept = len(cache.l1)
        found = await cache.lookup(NEAR, explain=True)
        assert said(found) == (False, "ambiguous")
        assert {(c.prompt, c.accepted, c.reason) for c in found.candidates or ()} == {
            (STORED, False, "ambiguous"),
            (SAME_IN_CAPITALS, False, "ambiguous"),
        }
        assert len(cache.l1) == kept, "no alias is made of it"
        await cache.invalidate_by_tag("second")
        assert (await cache.lookup(NEAR)).response == "Go to orders."


async def test_an_alias_is_made_of_a_verified_hit_alone(caches: Caches) -> None:
    async with caches(min_similarity=0.9) as cache:
        await cache.store(STORED, "Go to orders.")
        kept = len(cache.l1)
        refused = {
            "How do I not cancel my order?": "negation_differs",
            FARTHER: "below_floor",
            "Is the sky blue?": "below_floor",
        }
        for question, reason in refused.items():
            assert said(await cache.lookup(question)) == (False, reason)
        assert len(cache.l1) == kept
        assert said(await cache.lookup(NEAR)) == (True, "verified")
        assert len(cache.l1) == kept + 1
        again = await cache.lookup(NEAR)
        assert (again.layer, again.match, again.reason) == (Layer.L1, Match.SEMANTIC, "alias")
        assert (await cache.lookup(NEAR, mode=LookupMode.EXACT)).is_hit is False, "an alias is no entry of its own"


async def test_an_alias_leads_no_further(caches: Caches) -> None:
    """What is accepted is compared with what was stored, never with what was accepted before."""
    async with caches() as cache:
        await cache.store(STORED, "Go to orders.")
        assert (await cache.lookup(NEAR)).is_hit
        assert await cache.count(Rule("default", everything=True)) == 1
        found = await cache.lookup("How can I cancel my orders?", explain=True)
        assert [c.prompt for c in found.candidates or ()] == [STORED]


async def test_the_shadow_makes_no_alias(caches: Caches) -> None:
    async with caches(shadow_share=1.0) as cache:
        await cache.store(STORED, "Go to orders.")
        kept = len(cache.l1)
        for _ in range(2):
            found = await cache.lookup(NEAR)
            assert said(found) == (False, "shadowed")
            assert found.shadow is not None
            assert found.shadow.response == "Go to orders."
        assert len(cache.l1) == kept


async def test_a_verdict_that_redis_has_lost_is_given_back(caches: Caches, redis: RedisConfig) -> None:
    async def lose_all_verdicts() -> None:
        """As after a failover to a replica that had not received them yet."""
        async with Redis.from_url(redis.url.get_secret_value(), protocol=3) as client:
            keys = Keys(redis.key_prefix, "")
            assert await client.unlink(keys.verdicts("default"), keys.verdict_order("default")) == 2

    async with caches() as cache:
        entry_id = (await cache.store(STORED, "Go to orders.")).entry_id
        assert (await cache.lookup(NEAR)).is_hit
        await cache.judge(cache.verdict_on(Lookup(NEAR), entry_id, Verdict.WRONG))
        await lose_all_verdicts()
        cache.view.drop_copies()  # what repair does when it meets another Redis than before
        await eventually(lambda: is_forbidden_for_newcomers(caches))
        await cache.judge(cache.verdict_on(Lookup(NEAR), entry_id, Verdict.RIGHT))
        assert not await is_forbidden_for_newcomers(caches), "and can be lifted"


async def is_forbidden_for_newcomers(caches: Caches) -> bool:
    async with caches() as later:
        return (await later.lookup(NEAR)).reason == "forbidden"


async def test_contexts_and_tenants_do_not_answer_for_one_another(caches: Caches) -> None:
    async with caches(min_similarity=0) as cache:
        await cache.store(STORED, "Send me your card's number.", namespace="mallory")
        await cache.store(STORED, "Send me your card's number.", context={"user_persona": "mallory"})
        for question in (STORED, NEAR):
            assert said(await cache.lookup(question))[0] is False
            assert said(await cache.lookup(question, context={"user_persona": "alice"}))[0] is False
            assert said(await cache.lookup(question, namespace="alice"))[0] is False
