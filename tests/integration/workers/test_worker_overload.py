"""Overload: what waits is bounded in time as well as in number, and what was begun is answered."""

from __future__ import annotations

import asyncio

from tests.integration.workers.conftest import new_deployment
from tests.integration.workers.harness import Deployment, Wire, WorkerProcess
from workers.embedding_model import ModelFiles
from workers.stack import EmbeddedRedis, Stack

PROBE_SECONDS = 0.05
DEADLINE_SECONDS = 20


async def test_no_more_may_wait_while_the_oldest_has_waited_for_too_long(stack: Stack, model_files: ModelFiles) -> None:
    async with EmbeddedRedis() as redis:
        settings = {"OVERLOAD__MAX_WAIT_MS": "200", "REDIS__TIMEOUT_MS": "30000"}
        alone = new_deployment(stack, model_files)
        await alone.create_topics()
        busy = Deployment(alone.kafka, redis.url, alone.prefix, alone.model_path, settings)
        lookups = busy.topics.lookup_requests
        async with WorkerProcess(busy) as worker, Wire(busy) as wire:
            await wire.ask(busy.topics.store_requests, {"request_id": "s", "prompt": "known?", "response": "yes"})
            redis.pause()
            asked: list[str] = []
            async with asyncio.timeout(DEADLINE_SECONDS):
                while not wire.replies.keys() & set(asked):
                    asked.append(f"probe-{len(asked)}")
                    value = {"request_id": asked[-1], "prompt": f"{asked[-1]}?", "mode": "exact"}
                    await wire.send(lookups, value, partition=0)
                    await asyncio.sleep(PROBE_SECONDS)
            turned_away = sorted(wire.replies.keys() & set(asked))
            for request_id in turned_away:
                reply = wire.replies[request_id][0].value
                assert (reply["status"], reply["degraded"], reply["reason"]) == ("miss", True, "overloaded")
            assert asked[0] not in turned_away, "the first has nobody before it"
            hit = await wire.ask(lookups, {"request_id": "hit", "prompt": "known?"}, partition=0)
            assert (hit["status"], hit["layer"]) == ("hit", "l1")
            redis.resume()
            await wire.until_answered(asked)
            reasons = {request_id: wire.replies[request_id][0].value.get("reason") for request_id in asked}
            assert reasons[asked[0]] != "overloaded"
            after = await wire.ask(lookups, {"request_id": "after", "prompt": "after?", "mode": "exact"}, partition=0)
            assert (after["status"], after["degraded"]) == ("miss", False)
            assert await worker.stop() == 0
