"""Feedback on two workers: a wrong verdict holds on both, in memory and in Redis."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.integration.workers.conftest import Pair
from tests.integration.workers.harness import until_committed
from tests.integration.workers.test_worker_contract import lookup, new_id, one_partition_each, store
from workers.settings import KafkaConfig, Settings

pytestmark = pytest.mark.asyncio(loop_scope="module")

STORED, REWORDED = "How long does the battery of the Aurora last?", "How long does the battery of the aurora last"


async def give(pair: Pair, verdict: str, entry_id: str, prompt: str = REWORDED, **fields: Any) -> None:  # noqa: ANN401
    """Send a verdict, and wait until it is in force, which is when it is committed."""
    message = {"request_id": new_id("f"), "verdict": verdict, "prompt": prompt, "entry_id": entry_id} | fields
    topic = pair.deployment.topics.feedback
    await (await pair.wire.send(topic, message, key=entry_id.encode()))
    await until_committed(pair.deployment, topic, f"{pair.deployment.prefix}.feedback")


async def served(pair: Pair, partition: int, namespace: str) -> dict[str, Any]:
    return await lookup(pair, REWORDED, partition=partition, namespace=namespace)


async def test_a_wrong_verdict_holds_on_both_workers_until_it_is_lifted(pair: Pair) -> None:
    namespace = "forbidden"
    stored = await store(pair, STORED, "18 hours", namespace=namespace)
    both = one_partition_each(pair)
    for partition in both:
        assert (await served(pair, partition, namespace))["match"] == "semantic"
        assert (await served(pair, partition, namespace))["layer"] == "l1", "the alias is in memory"
    await give(pair, "wrong", stored["entry_id"], namespace=namespace)
    bound = Settings(kafka=KafkaConfig()).coherence.max_staleness_ms / 1000
    await asyncio.sleep(bound)  # the bound itself is what is promised
    for partition in both:
        found = await served(pair, partition, namespace)
        assert (found["status"], found["reason"]) == ("miss", "forbidden")
        assert (await lookup(pair, STORED, partition=partition, namespace=namespace))["response"] == "18 hours"
    await give(pair, "right", stored["entry_id"], namespace=namespace)
    await asyncio.sleep(bound)
    for partition in both:
        assert (await served(pair, partition, namespace))["response"] == "18 hours"


async def test_a_bad_verdict_is_put_aside_and_holds_nobody_up(pair: Pair) -> None:
    topic, before = pair.deployment.topics.feedback, len(pair.wire.dead_letters)
    await pair.wire.send(topic, b'{"verdict": "so so"}', partition=0)
    message = {"request_id": new_id("f"), "verdict": "right", "prompt": "q", "entry_id": "a" * 32}
    await pair.wire.send(topic, message | {"context": {"role": "x"}}, partition=0)
    await pair.wire.until(lambda: len(pair.wire.dead_letters) == before + 2)
    reasons = [letter.headers["dead_letter_reason"] or b"" for letter in pair.wire.dead_letters[before:]]
    assert reasons[0].startswith(b"request_id")
    assert reasons[1].startswith(b"context.role")
    await until_committed(pair.deployment, topic, f"{pair.deployment.prefix}.feedback")
