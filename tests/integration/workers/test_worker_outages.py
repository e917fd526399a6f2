"""Redis or Kafka away, at the start and later: said, waited for, never taken for an absence."""

from __future__ import annotations

import asyncio
import signal
import uuid
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import httpx
import pytest_asyncio
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from tests.integration.workers.conftest import new_deployment
from tests.integration.workers.harness import Deployment, Wire, WorkerProcess
from workers.embedding_model import ModelFiles
from workers.stack import ApacheKafka, EmbeddedRedis, MockKafka, ServerOptions, Stack
from workers.stack.ports import free_port

DEADLINE_SECONDS = 30.0
CLOSED_PORT = 1


@pytest_asyncio.fixture(loop_scope="function")
async def shared(stack: Stack, model_files: ModelFiles) -> Deployment:
    """On the session's servers."""
    return new_deployment(stack, model_files)


async def is_ready(worker: WorkerProcess) -> tuple[bool, dict[str, str]]:
    """What /health/ready says: yes or no, and the failing conditions."""
    port = (await worker.said("http_started"))["port"]
    async with httpx.AsyncClient() as client:
        response = await client.get(f"http://127.0.0.1:{port}/health/ready")
    return response.status_code == 200, dict(response.json().get("failing", {}))


async def until_ready(worker: WorkerProcess, holds: Callable[[bool, dict[str, str]], bool]) -> None:
    """Ask until it says so."""
    async with asyncio.timeout(DEADLINE_SECONDS):
        while not holds(*await is_ready(worker)):  # noqa: ASYNC110 - a page sets no event
            await asyncio.sleep(0.05)


async def test_a_redis_that_is_away_at_the_start_is_named_and_waited_for(shared: Deployment) -> None:
    port = free_port()
    own = replace(shared, redis_url=f"redis://user:secret@127.0.0.1:{port}")
    worker = WorkerProcess(own)
    await worker.start(wait=False)
    try:
        said = await worker.said("start_waits")
        assert said["for"] == "redis"
        assert f"127.0.0.1:{port}" in said["reason"]
        assert "secret" not in str(worker.log)
        ready, failing = await is_ready(worker)
        assert not ready
        assert f"127.0.0.1:{port}" in failing["redis"]
        assert worker.log
    finally:
        await worker.kill()
    plain = WorkerProcess(replace(shared, redis_url=f"redis://127.0.0.1:{port}"))
    await plain.start(wait=False)
    try:
        await plain.said("start_waits")
        async with EmbeddedRedis(ServerOptions(port=port)):
            await plain.said("ready")
            await until_ready(plain, lambda ready, _: ready)
            assert await plain.stop() == 0
    finally:
        await plain.kill()


async def test_a_kafka_that_is_away_at_the_start_is_named_and_a_signal_still_ends_it(shared: Deployment) -> None:
    worker = WorkerProcess(replace(shared, kafka=f"127.0.0.1:{CLOSED_PORT}"))
    await worker.start(wait=False)
    try:
        said = await worker.said("start_waits")
        assert said["for"] == "kafka"
        assert f"127.0.0.1:{CLOSED_PORT}" in said["reason"]
        ready, failing = await is_ready(worker)
        assert not ready
        assert "kafka" in failing
        assert await worker.stop() == 0
    finally:
        await worker.kill()


async def test_a_log_with_two_partitions_is_refused_with_a_sentence(shared: Deployment) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=shared.kafka)
    await admin.start()
    await admin.create_topics([NewTopic(shared.topics.coherence, 2, 1)])
    await admin.close()
    worker = WorkerProcess(shared)
    await worker.start(wait=False)
    assert await worker.ended() == 2
    said = "".join(str(line) for line in worker.log)
    assert "needs exactly 1" in said
    assert "Traceback" not in said


async def test_redis_goes_and_comes_back(shared: Deployment) -> None:
    await shared.create_topics()
    async with EmbeddedRedis() as redis, Wire(shared) as wire:
        own = replace(shared, redis_url=redis.url)
        lookups, stores = own.topics.lookup_requests, own.topics.store_requests
        async with WorkerProcess(own) as worker:
            await wire.ask(stores, {"request_id": "s-1", "prompt": "kept?", "response": "yes", "tags": ["x"]})
            await redis.kill()
            await until_ready(worker, lambda ready, failing: not ready and "redis" in failing)
            hit = await wire.ask(lookups, {"request_id": "q-1", "prompt": "kept?"})
            assert (hit["status"], hit["layer"]) == ("hit", "l1")
            outage = await wire.ask(lookups, {"request_id": "q-2", "prompt": "unknown?"})
            assert (outage["status"], outage["degraded"]) == ("miss", True)
            await wire.send(stores, {"request_id": "s-2", "prompt": "waits?", "response": "yes"})
            await wire.send(own.topics.invalidation_requests, {"request_id": "i-1", "tags": ["x"]})
            await worker.said("desk_waits")
            assert not {"s-2", "i-1"} & wire.replies.keys()
            await redis.start()
            assert (await wire.reply_to("s-2")).value["status"] == "stored"
            gone = (await wire.reply_to("i-1")).value
            assert gone["status"] == "invalidated"
            await until_ready(worker, lambda ready, _: ready)
            after = {"request_id": "q-3", "prompt": "kept?", "mode": "exact", "after": gone["token"]}
            assert (await wire.ask(lookups, after))["status"] == "miss"
            assert (await wire.ask(lookups, {"request_id": "q-4", "prompt": "waits?"}))["status"] == "hit"
            assert await worker.stop() == 0


async def test_told_to_stop_while_redis_is_away_it_leaves_in_time_and_loses_nothing(shared: Deployment) -> None:
    await shared.create_topics()
    async with EmbeddedRedis() as redis, Wire(shared) as wire:
        own = replace(shared, redis_url=redis.url, settings={"SHUTDOWN_GRACE_MS": "2000"})
        async with WorkerProcess(own) as worker:
            await redis.kill()
            await wire.send(own.topics.store_requests, {"request_id": "s-1", "prompt": "kept?", "response": "yes"})
            await wire.send(own.topics.invalidation_requests, {"request_id": "i-1", "tags": ["x"]})
            await worker.said("desk_waits")
            worker.send_signal(signal.SIGTERM)
            assert await worker.ended(seconds=10) == 0
        assert not wire.replies
        await redis.start()
        async with WorkerProcess(own) as successor:
            assert (await wire.reply_to("s-1")).value["status"] == "stored"
            assert (await wire.reply_to("i-1")).value["status"] == "invalidated"
            assert await successor.stop() == 0


@pytest_asyncio.fixture(loop_scope="function")
async def own_kafka() -> AsyncIterator[ApacheKafka]:
    async with ApacheKafka() as kafka:
        yield kafka


async def test_kafka_goes_and_comes_back(shared: Deployment, own_kafka: ApacheKafka) -> None:
    own = replace(shared, kafka=own_kafka.bootstrap_servers)
    await own.create_topics()
    lookups, stores = own.topics.lookup_requests, own.topics.store_requests
    async with WorkerProcess(own) as worker, Wire(own) as wire:
        await wire.ask(stores, {"request_id": "s-1", "prompt": "kept?", "response": "yes", "tags": ["x"]})
        await own_kafka.kill()
        await until_ready(worker, lambda ready, failing: not ready and {"kafka", "log"} <= failing.keys())
        await own_kafka.start()
        await until_ready(worker, lambda ready, _: ready)
        hit = await wire.ask(lookups, {"request_id": "q-1", "prompt": "kept?"})
        assert hit["status"] == "hit"
        await wire.ask(own.topics.invalidation_requests, {"request_id": "i-1", "tags": ["x"]})
        await wire.ask(stores, {"request_id": "s-2", "prompt": "later?", "response": "yes"})
        assert (await wire.ask(lookups, {"request_id": "q-2", "prompt": "later?"}))["status"] == "hit"
        assert await worker.stop() == 0


async def test_a_worker_serves_on_a_mock_broker(shared: Deployment) -> None:
    async with MockKafka() as kafka:
        own = replace(shared, kafka=kafka.bootstrap_servers, prefix=f"mock-{uuid.uuid4().hex[:8]}")
        async with WorkerProcess(own) as worker, Wire(own) as wire:
            await worker.said("mock_broker")
            base = {"prompt": "On a mock?", "namespace": "mock"}
            miss = await wire.ask(own.topics.lookup_requests, base | {"request_id": "q-1"})
            stored = {"request_id": "s-1", "response": "Yes.", "tags": ["m"], "fence": miss["fence"]}
            assert (await wire.ask(own.topics.store_requests, base | stored))["status"] == "stored"
            fenceless = {"request_id": "s-2", "prompt": "Without?", "response": "Yes.", "namespace": "mock"}
            assert (await wire.ask(own.topics.store_requests, fenceless))["status"] == "stored"
            assert (await wire.ask(own.topics.lookup_requests, base | {"request_id": "q-2"}))["status"] == "hit"
            request = {"request_id": "i-1", "tags": ["m"], "namespace": "mock"}
            gone = await wire.ask(own.topics.invalidation_requests, request)
            assert gone["removed"] == 1
            after = base | {"request_id": "q-3", "after": gone["token"], "mode": "exact"}
            assert (await wire.ask(own.topics.lookup_requests, after))["status"] == "miss"
            assert await worker.stop() == 0
