"""From verdicts to a policy file to a worker that decides by it."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from client import SemanticCacheClient
from schemas import LookupMode, LookupResult, Verdict
from tests.integration.workers.conftest import new_deployment
from tests.integration.workers.harness import Deployment, WorkerProcess
from workers.cache.policy.parameters import load_parameters
from workers.embedding_model import ModelFiles
from workers.stack import Stack

pytestmark = pytest.mark.asyncio(loop_scope="module")

PAIRS = Path(__file__).parents[3] / "benchmarks" / "hit_quality" / "contrasts.jsonl"
EXPORT_SECONDS = 60.0
SCORED = ("verified", "low_confidence")
"""What the threshold alone decides."""


@asynccontextmanager
async def client_of(deployment: Deployment) -> AsyncIterator[SemanticCacheClient]:
    made = SemanticCacheClient(deployment.kafka, topic_prefix=deployment.prefix, timeout_seconds=60)
    async with WorkerProcess(deployment) as worker, made as client:
        yield client
        assert await worker.stop() == 0


async def command(deployment: Deployment, *arguments: str) -> tuple[int, str, str]:
    """`semantic-cache …` under the deployment's settings."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "workers.cli", *arguments),
        env=deployment.environment(),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


async def exported(deployment: Deployment, count: int) -> str:
    """The verdicts, once they are all in force."""
    async with asyncio.timeout(EXPORT_SECONDS):
        while True:
            code, out, err = await command(deployment, "feedback", "export")
            assert code == 0, err
            if len(out.splitlines()) >= count:
                return out


async def asked(client: SemanticCacheClient, questions: Iterable[str]) -> dict[str, LookupResult]:
    """Every question by meaning, with the candidates."""
    wanted = list(questions)
    found = await asyncio.gather(*(client.lookup(q, explain=True, mode=LookupMode.SEMANTIC) for q in wanted))
    return dict(zip(wanted, found, strict=True))


def obeys(result: LookupResult, threshold: float) -> bool:
    """Whether no candidate that only the score decided on was decided on otherwise than by this threshold."""
    scored = [c for c in result.candidates or () if c.reason in SCORED and c.confidence is not None]
    return all(c.accepted == (c.confidence is not None and c.confidence >= threshold) for c in scored)


async def test_verdicts_become_a_policy_that_a_worker_decides_by(
    stack: Stack, model_files: ModelFiles, tmp_path: Path
) -> None:
    deployment = new_deployment(stack, model_files)
    pairs: list[dict[str, Any]] = [json.loads(line) for line in PAIRS.read_text("utf-8").splitlines()]
    questions = sorted({pair["question"] for pair in pairs if pair["same"]})
    await deployment.create_topics()
    async with client_of(deployment) as client:
        cached = sorted({pair["cached"] for pair in pairs})
        stored = await asyncio.gather(*(client.store(prompt, f"answer to {prompt}") for prompt in cached))
        ids = {prompt: one.entry_id for prompt, one in zip(cached, stored, strict=True)}
        by_default = await asked(client, questions)
        told = {(pair["question"], pair["cached"]): pair["same"] for pair in pairs if pair["question"] not in ids}
        for (question, entry), same in told.items():
            await client.feedback(Verdict.RIGHT if same else Verdict.WRONG, question, str(ids[entry]))
        lines = await exported(deployment, len(told))
    assert {(row["question"], row["cached"]): row["same"] for row in map(json.loads, lines.splitlines())} == told

    file, policy = tmp_path / "pairs.jsonl", tmp_path / "policy.json"
    file.write_text(lines, "utf-8")
    code, out, err = await command(deployment, "calibrate", str(file), "--json", "--out", str(policy))
    assert code == 0, err
    chosen = json.loads(out)
    assert chosen["interval"][0] <= chosen["precision"] <= chosen["interval"][1]
    assert load_parameters(policy).threshold == chosen["threshold"]

    calibrated = replace(deployment, settings={"POLICY__PATH": str(policy)})
    async with client_of(calibrated) as client:
        by_file = await asked(client, questions)
    packaged = load_parameters().threshold
    assert packaged != chosen["threshold"]
    assert [q for q in questions if not obeys(by_default[q], packaged)] == []
    assert [q for q in questions if not obeys(by_file[q], chosen["threshold"])] == []
    assert [q for q in questions if by_file[q].status != by_default[q].status], "the two files decide differently"


async def test_a_policy_file_that_is_none_stops_the_worker_with_a_sentence(
    stack: Stack, model_files: ModelFiles, tmp_path: Path
) -> None:
    for content, sentence in ((None, "There is no policy file"), ("{}", "is not a policy file")):
        path = tmp_path / "policy.json"
        if content is not None:
            path.write_text(content)
        code, _, err = await command(new_deployment(stack, model_files, POLICY__PATH=str(path)), "worker")
        assert code == 2, err
        assert sentence in err
