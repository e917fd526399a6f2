"""A worker with a verifier: what it serves, counts and shows; what stops it at the start."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cross_encoders import Making, write_cross_encoder
from tests.integration.workers.conftest import new_deployment
from tests.integration.workers.harness import Deployment, WorkerProcess
from tests.integration.workers.test_worker_contract import lookup, store
from tests.integration.workers.test_worker_verdicts import alone, count
from workers.cache.policy.parameters import load_parameters, write_parameters
from workers.embedding_model import ModelFiles
from workers.stack import Stack

pytestmark = pytest.mark.asyncio(loop_scope="module")

STORED, REWORDED, VETOED = "How do I cancel my order?", "How can I cancel my order?", "How do I not cancel my order?"
OPINIONS = "semantic_cache_verifier_opinions_total"


def deployed(stack: Stack, model_files: ModelFiles, tmp_path: Path, making: Making, threshold: float) -> Deployment:
    """Whatever the score says is borderline: the band is everything, the threshold one end of it."""
    policy = tmp_path / "policy.json"
    write_parameters(load_parameters().model_copy(update={"threshold": threshold}), policy)
    settings = {
        "POLICY__PATH": str(policy),
        "POLICY__VERIFIER_PATH": str(write_cross_encoder(tmp_path / "verifier", model_files, making)),
        "POLICY__VERIFIER_BAND_BELOW": "1",
        "POLICY__VERIFIER_BAND_ABOVE": "1",
        "POLICY__VERIFIER_TIMEOUT_MS": "60000",
        "OBSERVABILITY__ENABLE_TRACING": "true",
    }
    return new_deployment(stack, model_files, **settings)


async def test_it_serves_what_the_verifier_agrees_with_and_never_what_a_guard_vetoed(
    stack: Stack, model_files: ModelFiles, tmp_path: Path
) -> None:
    deployment = deployed(stack, model_files, tmp_path, Making(), threshold=1.0)
    await deployment.create_topics()
    async with alone(deployment) as worker:
        await store(worker, STORED, "Go to orders.")
        found = await lookup(worker, REWORDED, explain=True)
        assert (found["status"], found["reason"], found["response"]) == ("hit", "verifier_agreed", "Go to orders.")
        assert found["candidates"][0]["verifier_score"] > 0.5
        vetoed = await lookup(worker, VETOED, explain=True)
        assert (vetoed["status"], vetoed["reason"]) == ("miss", "negation_differs")
        assert "verifier_score" not in vetoed["candidates"][0]
        other = await lookup(worker, "How do I cancel my subscription to the paper?", min_similarity=0)
        assert other["status"] == "miss"
        assert await count(worker, OPINIONS, opinion="agreed") == 1
        assert await count(worker, "semantic_cache_verifier_seconds_count") >= 1
    assert [line for line in worker.first.log if line.get("name") == "verify"], "a span of its own"


async def test_it_refuses_what_the_verifier_does_not_agree_with(
    stack: Stack, model_files: ModelFiles, tmp_path: Path
) -> None:
    deployment = deployed(stack, model_files, tmp_path, Making(overlap=2.0), threshold=0.0)
    await deployment.create_topics()
    async with alone(deployment) as worker:
        await store(worker, STORED, "Go to orders.")
        for _ in range(2):
            found = await lookup(worker, REWORDED)
            assert (found["status"], found["reason"], found["degraded"]) == ("miss", "verifier_refused", False)
        assert await count(worker, OPINIONS, opinion="refused") == 2


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (
            {"VERIFIER_PATH": "/nowhere/at/all"},
            "SEMANTIC_CACHE_POLICY__VERIFIER_PATH: /nowhere/at/all holds no model.onnx",
        ),
        ({"VERIFIER_MODEL": "no/such"}, "SEMANTIC_CACHE_POLICY__VERIFIER_MODEL: fastembed knows no cross-encoder"),
        ({"VERIFIER_MODEL": "a", "VERIFIER_PATH": "b"}, "set verifier_model or verifier_path, not both"),
        ({"VERIFIER_BAND_BELOW": "1.5"}, "SEMANTIC_CACHE_POLICY__VERIFIER_BAND_BELOW"),
        ({"VERIFIER_TIMEOUT_MS": "0"}, "SEMANTIC_CACHE_POLICY__VERIFIER_TIMEOUT_MS"),
    ],
)
async def test_what_cannot_be_stops_it_at_the_start_with_a_sentence(
    stack: Stack, model_files: ModelFiles, settings: dict[str, Any], sentence: str
) -> None:
    deployment = new_deployment(stack, model_files, **{f"POLICY__{name}": value for name, value in settings.items()})
    worker = WorkerProcess(deployment)
    await worker.start(wait=False)
    assert await worker.ended(60) == 2
    assert sentence in str(worker.log)
