"""Kills, signals and rebalances: duplicates are allowed, losses are not."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator

import pytest_asyncio

from tests.integration.workers.conftest import new_deployment
from tests.integration.workers.harness import (
    Deployment,
    Wire,
    WorkerProcess,
    committed_and_end,
    until_committed,
)
from workers.embedding_model import ModelFiles
from workers.stack import Stack

LOOKUPS = 2_000
STORES = 500


@pytest_asyncio.fixture(loop_scope="function")
async def alone(stack: Stack, model_files: ModelFiles) -> Deployment:
    """A deployment for one test."""
    made = new_deployment(stack, model_files)
    await made.create_topics()
    return made


@pytest_asyncio.fixture(loop_scope="function")
async def wire(alone: Deployment) -> AsyncIterator[Wire]:
    async with Wire(alone) as opened:
        yield opened


async def send_stores(wire: Wire, deployment: Deployment, numbers: range) -> list[str]:
    ids = [f"s-{n}" for n in numbers]
    for n, request_id in zip(numbers, ids, strict=True):
        value = {"request_id": request_id, "prompt": f"question {n}?", "response": f"answer {n}", "tags": [f"t:{n}"]}
        await wire.send(deployment.topics.store_requests, value, key=str(n).encode())
    return ids


async def send_lookups(wire: Wire, deployment: Deployment, numbers: range, name: str = "q") -> list[str]:
    ids = [f"{name}-{n}" for n in numbers]
    for n, request_id in zip(numbers, ids, strict=True):
        value = {"request_id": request_id, "prompt": f"question {n % STORES}?", "mode": "exact"}
        await wire.send(deployment.topics.lookup_requests, value, key=str(n).encode())
    return ids


async def test_killed_in_the_middle_of_its_work_a_worker_is_replaced_by_the_other(
    alone: Deployment, wire: Wire
) -> None:
    async with WorkerProcess(alone) as victim, WorkerProcess(alone) as survivor:
        ids = await send_stores(wire, alone, range(STORES))
        ids += await send_lookups(wire, alone, range(LOOKUPS))
        await wire.until(lambda: len(wire.replies) > (LOOKUPS + STORES) // 10)
        victim.send_signal(signal.SIGKILL)
        await wire.until_answered(ids, seconds=60)
        statuses = {wire.replies[i][0].value["status"] for i in ids if i.startswith("s-")}
        assert statuses <= {"stored", "replaced"}
        after = await send_lookups(wire, alone, range(STORES), "after")
        await wire.until_answered(after)
        found = [wire.replies[i][0].value for i in after]
        assert [f.get("response") for f in found] == [f"answer {n}" for n in range(STORES)]
        for topic in ("lookup.requests", "store.requests"):
            await until_committed(alone, f"{alone.prefix}.{topic}", f"{alone.prefix}.{topic}")
        assert await survivor.stop() == 0


async def test_a_worker_told_to_stop_answers_what_it_has_begun_and_commits_it(alone: Deployment, wire: Wire) -> None:
    async with WorkerProcess(alone) as worker:
        await send_stores(wire, alone, range(100))
        await send_lookups(wire, alone, range(500))
        await wire.until(lambda: len(wire.replies) > 20)
        assert await worker.stop() == 0
    committed = {}
    for topic in ("lookup.requests", "store.requests"):
        found = await committed_and_end(alone, f"{alone.prefix}.{topic}", f"{alone.prefix}.{topic}")
        committed[topic] = sum(offset for offset, _ in found.values())
    answered = {"lookup.requests": "q-", "store.requests": "s-"}
    for topic, name in answered.items():
        await wire.until(lambda t=topic, n=name: sum(i.startswith(n) for i in wire.replies) >= committed[t])
    for topic, name in answered.items():
        # What was committed was answered, and what was answered was committed: nothing is done again.
        assert sum(i.startswith(name) for i in wire.replies) == committed[topic]
    async with WorkerProcess(alone) as successor:
        await wire.until_answered([f"q-{n}" for n in range(500)] + [f"s-{n}" for n in range(100)])
        assert await successor.stop() == 0
    assert {len(replies) for replies in wire.replies.values()} == {1}


async def test_a_second_signal_ends_it_at_once(alone: Deployment) -> None:
    async with WorkerProcess(alone) as worker:
        # Stopped, it gets both signals before it can act on the first.
        worker.send_signal(signal.SIGSTOP)
        worker.send_signal(signal.SIGTERM)
        worker.send_signal(signal.SIGINT)
        worker.send_signal(signal.SIGCONT)
        assert await worker.ended() in (128 + signal.SIGINT, 128 + signal.SIGTERM)


async def test_workers_coming_and_going_lose_nothing(alone: Deployment, wire: Wire) -> None:
    sent: list[str] = []
    stop = asyncio.Event()

    async def keep_asking() -> None:
        while not stop.is_set():
            start = len(sent)
            sent.extend(await send_lookups(wire, alone, range(start, start + 50)))
            await asyncio.sleep(0.05)

    async with WorkerProcess(alone) as first:
        asking = asyncio.create_task(keep_asking())
        for _ in range(2):
            async with WorkerProcess(alone) as guest:
                assert await guest.stop() == 0
        stop.set()
        await asking
        await wire.until_answered(sent)
        await until_committed(alone, alone.topics.lookup_requests, f"{alone.prefix}.lookup.requests")
        assert await first.stop() == 0
    repeated = sum(len(replies) > 1 for replies in wire.replies.values())
    assert repeated == 0, f"{repeated} of {len(sent)} answered twice although every worker could drain"


async def test_a_worker_that_slept_through_an_invalidation_answers_nothing_stale(alone: Deployment, wire: Wire) -> None:
    async with WorkerProcess(alone) as sleeper:
        assigned = [line for line in sleeper.log if line.get("topic") == alone.topics.lookup_requests]
        assert assigned[-1]["partitions"] == [0, 1, 2, 3]
        await wire.ask(
            alone.topics.store_requests,
            {"request_id": "s", "prompt": "stale?", "response": "old", "tags": ["x"]},
        )
        ask = {"prompt": "stale?", "mode": "exact"}
        assert (await wire.ask(alone.topics.lookup_requests, ask | {"request_id": "q-1"}))["layer"] == "l1"
        sleeper.send_signal(signal.SIGSTOP)
        async with WorkerProcess(alone) as awake:
            request = {"request_id": "i", "tags": ["x"]}
            await wire.send(alone.topics.invalidation_requests, request)
            assert (await wire.reply_to("i", 60)).value["removed"] == 1
            ids = [f"late-{n}" for n in range(200)]
            for n, request_id in enumerate(ids):
                await wire.send(alone.topics.lookup_requests, ask | {"request_id": request_id}, partition=n % 4)
            sleeper.send_signal(signal.SIGCONT)
            await wire.until_answered(ids, 60)
            assert {reply.value["status"] for i in ids for reply in wire.replies[i]} == {"miss"}
            assert await awake.stop() == 0
