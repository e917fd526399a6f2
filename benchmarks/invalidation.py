"""Part `invalidation`: how long until it is acknowledged, and until no L1 of two workers answers with what it names."""

import asyncio
import time
import uuid
from collections.abc import Sequence

import numpy as np
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from benchmarks.echo_process import EchoKind
from benchmarks.figures import Report, at_most
from benchmarks.load import create_topics
from benchmarks.processes import Worker
from benchmarks.stage import PARTITIONS, Stage
from client import SemanticCacheClient
from schemas import Layer, LookupMode

TRIALS = 20
WARM_UP = 5
"""Round trips before those that count."""
ENTRIES = 10
WATCH_SECONDS = 0.3
"""How long after the acknowledgement both workers are asked."""
APPEND = "produce and consume, p50"
ROUND_TRIP = "request and reply of the bare echo, p50"
ACKNOWLEDGED = "acknowledged, tag of 10 entries, p50"
GONE = "acknowledged → gone from every L1, p99"


async def run(stage: Stage, rounds: int, report: Report) -> None:
    """Alternate bare round trips and invalidations; two workers, idle otherwise."""
    deployment = await stage.deployment()
    trials = stage.pick(TRIALS, quick=2)
    async with (
        Worker(deployment.settings),
        Worker(deployment.settings),
        SemanticCacheClient(stage.kafka, topic_prefix=deployment.topics.prefix) as client,
        stage.echo(EchoKind.PYDANTIC, 1) as lane,
    ):
        for _ in range(rounds):
            report.figure(APPEND, "ms").add(float(np.median(await _appends(stage, trials))))
            bare = float(np.median(await round_trips(stage.kafka, lane.asked, lane.answered, trials)))
            report.figure(ROUND_TRIP, "ms").add(bare)
            acknowledged, gone = await _invalidate(client, trials)
            report.figure(ACKNOWLEDGED, "ms", against=ROUND_TRIP, budget=at_most(3)).add(
                float(np.median(acknowledged)), bare
            )
            report.figure(GONE, "ms", budget=at_most(50)).add(float(np.percentile(gone, 99)))
    report.note("asked in every partition from the acknowledgement on: the last killed answer from an L1 counts")


async def _appends(stage: Stage, trials: int) -> list[float]:
    """Milliseconds from sending a record to reading it."""
    topic = f"bench-{uuid.uuid4().hex[:8]}"
    await asyncio.to_thread(create_topics, stage.kafka, [topic], 1)
    return await round_trips(stage.kafka, topic, topic, trials)


async def round_trips(servers: str, asked: str, answered: str, trials: int) -> list[float]:
    """Milliseconds from sending a record, acks=all, to reading the one that follows from it, one at a time."""
    producer = AIOKafkaProducer(bootstrap_servers=servers, acks="all")
    consumer = AIOKafkaConsumer(bootstrap_servers=servers)
    await producer.start()
    await consumer.start()
    try:
        consumer.assign([TopicPartition(answered, 0)])
        await consumer.position(TopicPartition(answered, 0))  # else it would begin behind what is sent meanwhile
        times = []
        for i in range(trials + WARM_UP):
            started = time.perf_counter()
            await producer.send_and_wait(asked, b'{"request_id":"%d","prompt":"How long does it last?"}' % i)
            await consumer.getone()
            times.append((time.perf_counter() - started) * 1000)
        return times[WARM_UP:]
    finally:
        await producer.stop()
        await consumer.stop()


async def _invalidate(client: SemanticCacheClient, trials: int) -> tuple[list[float], list[float]]:
    """Milliseconds to the acknowledgement, and from it to the last answer from an L1; one value a trial."""
    acknowledged, gone = [], []
    for _ in range(trials):
        tag = uuid.uuid4().hex
        prompts = [f"Question {i} about {tag}?" for i in range(ENTRIES)]
        for prompt in prompts:
            await client.store(prompt, tag, tags=[tag])
        await _fill_every_l1(client, prompts)
        started = time.perf_counter()
        await client.invalidate(tags=[tag])
        ended = time.perf_counter()
        acknowledged.append((ended - started) * 1000)
        gone.append(await _last_answer(client, prompts[0], ended))
    return acknowledged, gone


async def _fill_every_l1(client: SemanticCacheClient, prompts: Sequence[str]) -> None:
    for prompt in prompts:
        await _ask_everywhere(client, prompt)
    answers = await _ask_everywhere(client, prompts[0])
    if answers != {Layer.L1}:
        raise RuntimeError(f"not in every L1: {answers}")


async def _last_answer(client: SemanticCacheClient, prompt: str, since: float) -> float:
    """Milliseconds from `since` to the sending of the last lookup that an L1 answered; 0 if none did."""
    last = 0.0
    while (sent := time.perf_counter()) - since < WATCH_SECONDS:
        if Layer.L1 in await _ask_everywhere(client, prompt):
            last = (sent - since) * 1000
    return last


async def _ask_everywhere(client: SemanticCacheClient, prompt: str) -> set[Layer | None]:
    """Which layers answer, asked in every partition, so by both workers."""
    asked = (client.lookup(prompt, mode=LookupMode.EXACT, partition=number) for number in range(PARTITIONS))
    return {result.layer for result in await asyncio.gather(*asked)}
