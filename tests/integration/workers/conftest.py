"""Two workers of one deployment, shared by the tests of a module."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest_asyncio

from tests.integration.workers.harness import Deployment, Wire, WorkerProcess
from workers.embedding_model import ModelFiles
from workers.stack import Stack


@dataclass(frozen=True)
class Pair:
    """Two workers, and a caller."""

    deployment: Deployment
    first: WorkerProcess
    second: WorkerProcess
    wire: Wire

    def partitions(self, worker: WorkerProcess, topic: str) -> list[int]:
        """Those that a worker was given last."""
        given = [line for line in worker.log if line.get("action") == "assigned" and line["topic"] == topic]
        return list(given[-1]["partitions"])


def new_deployment(stack: Stack, model_files: ModelFiles, **settings: str) -> Deployment:
    """A deployment that nobody else uses."""
    prefix = f"test-{uuid.uuid4().hex[:12]}"
    return Deployment(stack.kafka_bootstrap_servers, stack.redis_url, prefix, model_files.path, settings)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def deployment(stack: Stack, model_files: ModelFiles) -> Deployment:
    """With its topics."""
    made = new_deployment(stack, model_files)
    await made.create_topics()
    return made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pair(deployment: Deployment) -> AsyncIterator[Pair]:
    """Both ready, and sharing the partitions."""
    async with WorkerProcess(deployment) as first, WorkerProcess(deployment) as second, Wire(deployment) as wire:
        both = Pair(deployment, first, second, wire)
        yield both
        assert await first.stop() == 0
        assert await second.stop() == 0
