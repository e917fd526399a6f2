"""What becomes of verdicts: forged ones, other tenants', later ones; a restart, a log that is replaced, the shadow."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from schemas.feedback import Verdict
from tests.integration.workers.conftest import Pair, new_deployment
from tests.integration.workers.harness import Deployment, Wire, WorkerProcess, until_committed
from tests.integration.workers.test_worker_contract import lookup, new_id, one_partition_each, store
from tests.integration.workers.test_worker_log import recreate
from workers.cache.clock import SystemClock
from workers.cache.config import RedisConfig
from workers.cache.keys import NO_CONTEXT, entry_id
from workers.cache.l2 import RedisStore
from workers.cache.verdicts import PairVerdict
from workers.embedding_model import ModelFiles
from workers.kafka.connection import KafkaConnection
from workers.kafka.log_options import LogOptions
from workers.stack import Stack

pytestmark = pytest.mark.asyncio(loop_scope="module")

STORED, REWORDED = "How long does the battery of the Aurora last?", "How long does the battery of the aurora last"
DEADLINE_SECONDS = 60.0


@asynccontextmanager
async def alone(deployment: Deployment) -> AsyncIterator[Pair]:
    """One worker, in the shape that the helpers take."""
    async with WorkerProcess(deployment) as worker, Wire(deployment) as wire:
        yield Pair(deployment, worker, worker, wire)
        assert await worker.stop() == 0


async def give(pair: Pair, verdict: str, entry: str, prompt: str = REWORDED, **fields: Any) -> None:  # noqa: ANN401
    """Send a verdict, and wait until it is in force, which is when it is committed."""
    message = {"request_id": new_id("f"), "verdict": verdict, "prompt": prompt, "entry_id": entry} | fields
    topic = pair.deployment.topics.feedback
    await (await pair.wire.send(topic, message, key=entry.encode()))
    await until_committed(pair.deployment, topic, f"{pair.deployment.prefix}.feedback")


async def count(pair: Pair, name: str, **labels: str) -> float:
    """A counter, over all workers of the pair."""
    total = 0.0
    line = name + ("{" + ",".join(f'{label}="{value}"' for label, value in labels.items()) + "}" if labels else "")
    async with httpx.AsyncClient() as client:
        for worker in {pair.first, pair.second}:
            port = (await worker.said("http_started"))["port"]
            text = (await client.get(f"http://127.0.0.1:{port}/metrics")).text
            total += sum(float(row.rpartition(" ")[2]) for row in text.splitlines() if row.startswith(f"{line} "))
    return total


async def until_reason(pair: Pair, reason: str, partition: int | None = None, **fields: Any) -> None:  # noqa: ANN401
    """Ask until it is that: the other worker hears of a verdict a moment later, within the bound of staleness."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while (found := await lookup(pair, REWORDED, partition=partition, **fields)).get("reason") != reason:
        assert time.monotonic() < deadline, found


async def test_a_verdict_for_another_tenant_or_context_forbids_nothing_here(pair: Pair) -> None:
    here: dict[str, Any] = {"namespace": "verdicts-here", "context": {"user_persona": "customer"}}
    entry = (await store(pair, STORED, "18 hours", **here))["entry_id"]
    await give(pair, "wrong", entry, namespace="verdicts-there", context=here["context"])
    await give(pair, "wrong", entry, namespace=here["namespace"], context={"user_persona": "agent"})
    await give(pair, "wrong", entry, namespace=here["namespace"])
    await give(pair, "wrong", entry, STORED, namespace="verdicts-there", context=here["context"])
    for partition in one_partition_each(pair):
        for prompt in (REWORDED, STORED):
            found = await lookup(pair, prompt, partition=partition, **here)
            assert found["response"] == "18 hours", found


async def test_forged_verdicts_and_unknown_entries_do_no_harm_and_are_counted(pair: Pair) -> None:
    here: dict[str, Any] = {"namespace": "verdicts-forged"}
    entry = (await store(pair, STORED, "18 hours", **here))["entry_id"]
    before = {v: await count(pair, "semantic_cache_feedback_total", verdict=v) for v in ("right", "wrong")}
    await give(pair, "wrong", "f" * 32, **here)
    await give(pair, "wrong", "e" * 32, "Who asked this?", request_id="s-0", **here)
    await give(pair, "right", "d" * 32, request_id="x" * 128, **here)
    assert (await lookup(pair, REWORDED, **here))["entry_id"] == entry
    assert await count(pair, "semantic_cache_feedback_total", verdict="wrong") == before["wrong"] + 2
    assert await count(pair, "semantic_cache_feedback_total", verdict="right") == before["right"] + 1


async def test_a_verdict_dated_into_the_future_can_be_lifted(pair: Pair) -> None:
    here: dict[str, Any] = {"namespace": "verdicts-dated"}
    topic = pair.deployment.topics.feedback
    entry = (await store(pair, STORED, "18 hours", **here))["entry_id"]
    message = {"request_id": new_id("f"), "verdict": "wrong", "prompt": REWORDED, "entry_id": entry} | here
    later = int((time.time() + 1800) * 1000)  # a broker takes what is up to an hour ahead
    await (await pair.wire.send(topic, message, key=entry.encode(), timestamp_ms=later))
    partition = one_partition_each(pair)[0]
    await until_reason(pair, "forbidden", partition, **here)
    await give(pair, "right", entry, **here)
    await until_reason(pair, "verified", partition, **here)


async def test_an_answer_wrong_under_its_own_question_is_gone_on_both_workers(pair: Pair) -> None:
    here: dict[str, Any] = {"namespace": "verdicts-own"}
    entry = (await store(pair, STORED, "18 hours", **here))["entry_id"]
    for partition in one_partition_each(pair):
        assert (await lookup(pair, STORED, partition=partition, **here))["status"] == "hit"
    await give(pair, "wrong", entry, STORED, **here)
    deadline = time.monotonic() + DEADLINE_SECONDS
    for partition in one_partition_each(pair):
        while (await lookup(pair, STORED, partition=partition, **here))["status"] != "miss":
            assert time.monotonic() < deadline
    assert (await store(pair, STORED, "20 hours", **here))["status"] == "stored"
    assert (await lookup(pair, STORED, **here))["response"] == "20 hours"


async def test_a_wrong_verdict_outlives_its_worker_and_its_log(stack: Stack, model_files: ModelFiles) -> None:
    deployment = new_deployment(stack, model_files)
    await deployment.create_topics()
    async with alone(deployment) as first:
        entry = (await store(first, STORED, "18 hours"))["entry_id"]
        assert (await lookup(first, REWORDED))["entry_id"] == entry
        await give(first, "wrong", entry)
        assert (await lookup(first, REWORDED))["reason"] == "forbidden"
    async with alone(deployment) as second:
        assert (await lookup(second, REWORDED))["reason"] == "forbidden"
        assert (await lookup(second, STORED))["entry_id"] == entry
        # Said where this worker cannot hear of it, as by a worker whose log is lost before it was followed.
        await keep_silently(deployment, Verdict.RIGHT, entry)
        assert (await lookup(second, REWORDED))["reason"] == "forbidden"
        await recreate(LogOptions(KafkaConnection(deployment.kafka), deployment.topics.coherence, 3600, 1.0, "test"))
        await second.first.said("verdicts_loaded")
        await until_stored_again(second)
        assert (await lookup(second, REWORDED))["entry_id"] == entry


async def keep_silently(deployment: Deployment, verdict: Verdict, entry: str) -> None:
    """In Redis alone."""
    config = RedisConfig(url=SecretStr(deployment.redis_url), key_prefix=deployment.prefix[:32])
    redis = RedisStore(config, fingerprint="f" * 16, dimensions=8, clock=SystemClock())
    question = entry_id("default", NO_CONTEXT, REWORDED)
    await redis.open()
    try:
        at_ms = int(time.time() * 1000)
        assert await redis.judge(PairVerdict("default", question, entry, verdict, REWORDED, STORED, at_ms))
    finally:
        await redis.aclose()


async def until_stored_again(pair: Pair) -> None:
    """With the log, all that depended on it is gone: ask and store as a caller does, until it stays."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while True:
        missed = await lookup(pair, STORED)
        if missed["status"] == "hit":
            return
        if not missed["degraded"]:
            await store(pair, STORED, "18 hours", fence=missed["fence"])
        assert time.monotonic() < deadline, missed
        await asyncio.sleep(0.05)


async def test_the_shadow_answers_nobody_and_shows_how_often_it_would_be_right(
    stack: Stack, model_files: ModelFiles
) -> None:
    deployment = new_deployment(stack, model_files, POLICY__SHADOW_SHARE="1")
    await deployment.create_topics()
    async with alone(deployment) as worker:
        entry = (await store(worker, STORED, "18 hours"))["entry_id"]
        for _ in range(2):
            found = await lookup(worker, REWORDED)
            assert (found["status"], found["reason"], found["degraded"]) == ("miss", "shadowed", False)
            assert "response" not in found
            assert found["shadow"]["entry_id"] == entry
            assert (found["shadow"]["response"], found["shadow"]["matched_prompt"]) == ("18 hours", STORED)
        assert (await lookup(worker, STORED))["match"] == "exact", "by key, everybody is answered"
        others = [REWORDED, REWORDED.upper(), f"{REWORDED}!"]
        for verdict, prompt in zip(("right", "right", "wrong"), others, strict=True):
            await give(worker, verdict, entry, prompt)
        assert await count(worker, "semantic_cache_shadowed_hits_total") == 2
        assert await count(worker, "semantic_cache_shadow_feedback_total", verdict="right") == 2
        assert await count(worker, "semantic_cache_shadow_feedback_total", verdict="wrong") == 1
        assert (await lookup(worker, others[-1]))["reason"] == "forbidden"
