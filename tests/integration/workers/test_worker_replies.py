"""Where replies go when an address fails, and in what order things happen."""

from __future__ import annotations

import json
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

import pytest_asyncio
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from schemas import DeadLetterHeader, ErrorCode
from tests.integration.workers.conftest import new_deployment
from tests.integration.workers.harness import Deployment, Wire, WorkerProcess, committed_and_end
from workers.embedding_model import ModelFiles
from workers.stack import EmbeddedRedis, Stack


@pytest_asyncio.fixture(loop_scope="function")
async def alone(stack: Stack, model_files: ModelFiles) -> Deployment:
    made = new_deployment(stack, model_files)
    await made.create_topics()
    return made


@asynccontextmanager
async def own_topic(deployment: Deployment, **configs: str) -> AsyncIterator[str]:
    """A caller's own reply topic."""
    name = f"{deployment.prefix}-own"
    admin = AIOKafkaAdminClient(bootstrap_servers=deployment.kafka)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(name, 2, 1, topic_configs=configs)])
        yield name
    finally:
        await admin.close()


async def test_a_reply_too_large_for_its_topic_becomes_an_error_and_spoils_no_other(alone: Deployment) -> None:
    stores, lookups = alone.topics.store_requests, alone.topics.lookup_requests
    topic = own_topic(alone, **{"max.message.bytes": "20000"})
    async with topic as small, WorkerProcess(alone) as worker, Wire(alone, [small]) as wire:
        for name, size in (("large", 50_000), ("little", 10)):
            value = {"request_id": f"s-{name}", "prompt": f"{name}?", "response": "x" * size}
            await wire.ask(stores, value)
        ids = []
        for number in range(60):
            name = "large" if number % 20 == 10 else "little"
            ids.append(f"q-{name}-{number}")
            value = {"request_id": ids[-1], "prompt": f"{name}?", "mode": "exact"}
            await wire.send(lookups, value, headers=[("reply_to", small.encode())], partition=0)
        await wire.until_answered(ids)
        for request_id in ids:
            reply = wire.replies[request_id][0]
            assert reply.record.topic == small
            if "large" in request_id:
                assert reply.value["error"]["code"] == ErrorCode.PAYLOAD_TOO_LARGE
            else:
                assert reply.value["status"] == "hit"
        assert await worker.stop() == 0


async def test_the_largest_answer_travels_there_and_back(alone: Deployment) -> None:
    answer = "\u00fc\n" * 300_000  # 900,000 bytes; in JSON a third more
    async with WorkerProcess(alone) as worker, Wire(alone) as wire:
        value = {"request_id": "s", "prompt": "all of it?", "response": answer, "tags": ["x"]}
        data = json.dumps(value, ensure_ascii=False).encode()
        await wire.send(alone.topics.store_requests, data)
        assert (await wire.reply_to("s")).value["status"] == "stored"
        for request_id in ("q-1", "q-2", "q-3"):
            found = await wire.ask(alone.topics.lookup_requests, {"request_id": request_id, "prompt": "all of it?"})
            assert found["response"] == answer
        assert await worker.stop() == 0


async def test_a_record_too_large_for_the_dead_letters_leaves_at_least_a_note(
    stack: Stack, model_files: ModelFiles
) -> None:
    deployment = new_deployment(stack, model_files)
    admin = AIOKafkaAdminClient(bootstrap_servers=deployment.kafka)
    await admin.start()
    small = NewTopic(deployment.topics.dead_letters, 1, 1, topic_configs={"max.message.bytes": "5000"})
    await admin.create_topics([small])
    await admin.close()
    await deployment.create_topics()
    async with WorkerProcess(deployment) as worker, Wire(deployment) as wire:
        for value in (b"x" * 10_000, b"short"):
            await wire.send(deployment.topics.lookup_requests, value, key=b"k", partition=0)
        await wire.until(lambda: len(wire.dead_letters) == 2)
        letters = {letter.record.value: letter.headers for letter in wire.dead_letters}
        assert letters.keys() == {b"", b"short"}
        assert b"the value is left out" in (letters[b""][DeadLetterHeader.REASON] or b"")
        assert b"the value is left out" not in (letters[b"short"][DeadLetterHeader.REASON] or b"")
        assert await worker.stop() == 0


async def test_a_reply_topic_that_vanishes_costs_its_owner_and_nobody_else(alone: Deployment) -> None:
    lookups = alone.topics.lookup_requests
    async with own_topic(alone) as gone, WorkerProcess(alone) as worker, Wire(alone) as wire:
        to = [("reply_to", gone.encode())]
        async with Wire(alone, [gone]) as listening:
            await listening.ask(lookups, {"request_id": "q-0", "prompt": "x?"}, headers=to)
        admin = AIOKafkaAdminClient(bootstrap_servers=alone.kafka)
        await admin.start()
        await admin.delete_topics([gone])
        await admin.close()
        await wire.send(lookups, {"request_id": "q-1", "prompt": "x?"}, headers=to, partition=0)
        await wire.send(lookups, {"request_id": "q-2", "prompt": "x?"}, partition=0)
        assert (await wire.reply_to("q-2")).value["status"] == "miss"
        lost = (await wire.reply_to("q-1", 120)).value
        assert lost["error"]["code"] == ErrorCode.INVALID_REQUEST
        assert "reply_to" in lost["error"]["message"]
        await wire.until(lambda: wire.dead_letters)
        assert json.loads(wire.dead_letters[0].record.value)["request_id"] == "q-1"
        assert wire.dead_letters[0].headers[DeadLetterHeader.CODE] == b"invalid_request"
        assert await worker.stop() == 0


async def _stopped_once_it_has_committed(
    worker: WorkerProcess, wire: Wire, ends: Callable[[], Awaitable[Mapping[int, tuple[int, int]]]]
) -> None:
    """Stop the worker again and again, so that it cannot be done with everything before anybody has looked."""
    answered = 0
    while True:
        await wire.until(lambda than=answered: len(wire.replies) > than)
        worker.send_signal(signal.SIGSTOP)
        if any(offset for offset, _ in (await ends()).values()):
            return
        answered = len(wire.replies)
        worker.send_signal(signal.SIGCONT)


async def test_nothing_is_committed_before_its_reply_is_there(alone: Deployment) -> None:
    """Killed at any moment, a worker has answered all that it has committed."""
    topic, group, total = alone.topics.lookup_requests, f"{alone.prefix}.lookup.requests", 40_000
    async with Wire(alone) as wire:
        sent = {}
        for number in range(total):
            value = {"request_id": f"q-{number}", "prompt": f"{number}?", "mode": "exact"}
            sent[f"q-{number}"] = await wire.send(topic, value, partition=number % 4)
        places = {request_id: await place for request_id, place in sent.items()}
        async with WorkerProcess(alone) as worker:
            await _stopped_once_it_has_committed(worker, wire, lambda: committed_and_end(alone, topic, group))
            worker.send_signal(signal.SIGKILL)
            await worker.ended()
        found = await committed_and_end(alone, topic, group)
        committed = {i for i, place in places.items() if place.offset < found[place.partition][0]}
        await wire.until_answered(committed)
        assert 0 < len(committed) < total


async def test_too_many_lookups_beyond_memory_are_turned_away_at_once_and_hits_go_on(alone: Deployment) -> None:
    settings = {"OVERLOAD__MAX_PENDING_LOOKUPS": "20", "REDIS__TIMEOUT_MS": "30000"}
    async with EmbeddedRedis() as redis:
        busy = Deployment(alone.kafka, redis.url, alone.prefix, alone.model_path, settings)
        lookups = busy.topics.lookup_requests
        async with WorkerProcess(busy) as worker, Wire(busy) as wire:
            await wire.ask(busy.topics.store_requests, {"request_id": "s", "prompt": "known?", "response": "yes"})
            redis.pause()
            waiting = [f"wait-{number}" for number in range(20)]
            for request_id in waiting:
                value = {"request_id": request_id, "prompt": f"{request_id}?", "mode": "exact"}
                await wire.send(lookups, value, partition=0)
            late = {"request_id": "late", "prompt": "one too many?", "mode": "exact"}
            turned_away = await wire.ask(lookups, late, partition=0)
            assert (turned_away["status"], turned_away["degraded"]) == ("miss", True)
            assert turned_away["reason"] == "overloaded"
            assert turned_away["fence"] > 0
            hit = await wire.ask(lookups, {"request_id": "hit", "prompt": "known?"}, partition=0)
            assert (hit["status"], hit["layer"]) == ("hit", "l1")
            assert not set(waiting) & wire.replies.keys()
            redis.resume()
            await wire.until_answered(waiting)
            assert {wire.replies[i][0].value["degraded"] for i in waiting} == {False}
            assert await worker.stop() == 0


async def test_a_flood_is_answered_whole_although_little_may_be_in_flight(alone: Deployment) -> None:
    tight = Deployment(
        alone.kafka,
        alone.redis_url,
        alone.prefix,
        alone.model_path,
        {"KAFKA__MAX_IN_FLIGHT": "10", "KAFKA__BATCH_SIZE": "5", "OVERLOAD__POLICY": "wait"}
        | {"OVERLOAD__MAX_PENDING_LOOKUPS": "3"},
    )
    async with Wire(tight) as wire, WorkerProcess(tight) as worker:
        ids = [f"q-{number}" for number in range(2_000)]
        for request_id in ids:
            await wire.send(tight.topics.lookup_requests, {"request_id": request_id, "prompt": "x?", "mode": "exact"})
        await wire.until_answered(ids)
        assert {wire.replies[i][0].value["degraded"] for i in ids} == {False}
        assert await worker.stop() == 0
