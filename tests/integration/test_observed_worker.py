"""A real worker as the outside sees it: spans, logs, metrics, health, statistics, the document."""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
import yaml
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord

from schemas import LookupRequest, Topics
from workers.embedding_model import ModelFiles
from workers.settings import ENV_PREFIX

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
PROMPT = "Is a question that nobody has asked ever written to a log?"
START_SECONDS = 60
REPLY_SECONDS = 30


@dataclass
class Watched:
    """A worker process, and every line that it has written to standard error."""

    process: Process
    lines: list[dict[str, Any]] = field(default_factory=list)

    async def until(self, action: str) -> dict[str, Any]:
        """The next line with this action."""
        async for line in self._stderr():
            if line.get("action") == action:
                return line
        raise AssertionError(f"the worker ended without {action}: {self.lines}")

    async def rest(self) -> None:
        """Read on to the end."""
        async for _ in self._stderr():
            pass

    async def _stderr(self) -> AsyncIterator[dict[str, Any]]:
        assert self.process.stderr is not None
        while line := await self.process.stderr.readline():
            self.lines.append(json.loads(line))
            yield self.lines[-1]

    def spans(self, name: str) -> list[dict[str, Any]]:
        return [line for line in self.lines if line.get("name") == name]


@asynccontextmanager
async def worker(**settings: str) -> AsyncIterator[Watched]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(ENV_PREFIX)}
    environment |= {ENV_PREFIX + name.upper(): value for name, value in settings.items()}
    command = (sys.executable, "-m", "workers.cli", "worker")
    process = await asyncio.create_subprocess_exec(*command, env=environment, stderr=PIPE, limit=2**20)
    try:
        yield Watched(process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def ask(bootstrap: str, topics: Topics, traceparent: str) -> ConsumerRecord:
    """Send one lookup; the record of its reply."""
    consumer = AIOKafkaConsumer(topics.lookup_results, bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap)
    async with producer, consumer:
        headers = [("traceparent", traceparent.encode()), ("correlation_id", b"c-1")]
        request = LookupRequest(request_id="q-1", prompt=PROMPT)
        await producer.send_and_wait(topics.lookup_requests, request.encode(), headers=headers)
        return await asyncio.wait_for(consumer.getone(), REPLY_SECONDS)


async def read_all(url: str) -> dict[str, str]:
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=10) as client:
        paths = ("/metrics", "/stats", "/health/ready", "/asyncapi.yaml")
        return {path: (await client.get(path)).raise_for_status().text for path in paths}


@pytest.mark.stack
async def test_a_worker_shows_what_it_does_and_keeps_prompts_to_itself(
    kafka_bootstrap: str, redis_url: str, unique_topic_prefix: str, model_files: ModelFiles
) -> None:
    settings = {
        "kafka__bootstrap_servers": kafka_bootstrap,
        "kafka__topic_prefix": unique_topic_prefix,
        "redis__url": redis_url,
        "redis__key_prefix": unique_topic_prefix,
        "embedding__model_path": str(model_files.path),
        "http__host": "127.0.0.1",
        "http__port": "0",
        "observability__enable_tracing": "true",
        "observability__log_level": "debug",
    }
    async with worker(**settings) as watched:
        async with asyncio.timeout(START_SECONDS):
            ready = await watched.until("ready")
        reply = await ask(kafka_bootstrap, Topics(unique_topic_prefix), f"00-{TRACE}-{SPAN}-01")
        pages = await read_all(f"http://127.0.0.1:{ready['http_port']}")
        watched.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(START_SECONDS):
            await watched.rest()
            assert await watched.process.wait() == 0

    assert 'semantic_cache_lookups_total{layer="",match="",status="miss"} 1.0' in pages["/metrics"]
    assert 'semantic_cache_replies_total{intake="lookup",status="miss"} 1.0' in pages["/metrics"]
    assert json.loads(pages["/stats"])["total_queries"] == 1
    assert json.loads(pages["/health/ready"]) == {"status": "ready"}
    document = yaml.safe_load(pages["/asyncapi.yaml"])
    assert document["channels"]["coherence"]["address"] == f"{unique_topic_prefix}.coherence"

    request = watched.spans("lookup request")[0]
    assert request["context"]["trace_id"] == f"0x{TRACE}"
    assert request["parent_id"] == f"0x{SPAN}"
    headers = dict(reply.headers)
    assert headers["correlation_id"] == b"c-1"
    assert headers["traceparent"].decode() == f"00-{TRACE}-{request['context']['span_id'].removeprefix('0x')}-01"
    batch = watched.spans("lookup batch")[0]
    assert [link["context"]["span_id"] for link in batch["links"]] == [request["context"]["span_id"]]
    for inner in ("l2 exact", "embed", "l2 search"):
        assert watched.spans(inner)[0]["parent_id"] == batch["context"]["span_id"]

    assert PROMPT not in json.dumps(watched.lines)
