"""Saturating a process: thousands of requests at once from librdkafka's threads, timed by the broker's own clock.

The sender cannot be the bottleneck: it hands over what it has at once (it does so ten times as fast as any process here
answers), and the rate is taken from the times at which the broker appended the replies, the first fifth and the last
twentieth left out: by then all requests lie in the broker.
"""

import asyncio
import time
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from confluent_kafka import OFFSET_BEGINNING, Consumer, Message, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

DRAIN_SECONDS = 180
POLL_SECONDS = 0.05
LEFT_OUT_AT_START = 0.2
LEFT_OUT_AT_END = 0.05
FETCHED_AT_ONCE = 10_000
QUEUE_MESSAGES = 2_000_000


@dataclass(frozen=True, slots=True)
class Lane:
    """Where requests go and replies come from."""

    asked: str
    answered: str
    partitions: int


@dataclass(slots=True)
class Drained:
    """What became of one burst."""

    rate: float
    """Replies a second, in the middle of the burst."""
    sent_rate: float
    """Requests a second that the sender handed to the broker."""
    overall_rate: float
    """All of them by the time from the first request's sending to the last reply: what counts where some kinds of
    requests are answered long after others."""
    statuses: Counter[str] = field(default_factory=Counter)
    """Replies by what they say: `hit l1 exact`, `miss`, `stored`, …; requests answered twice count once."""


class Load:
    """Sends bursts to one lane and reads the replies. Blocking calls run in threads of their own."""

    def __init__(self, servers: str, lane: Lane) -> None:
        self._lane = lane
        self._producer = Producer(
            {
                "bootstrap.servers": servers,
                "linger.ms": 2,
                "batch.num.messages": 10_000,
                "queue.buffering.max.messages": QUEUE_MESSAGES,
                "partitioner": "murmur2_random",  # of Kafka's own clients
            }
        )
        self._reader = Consumer(
            {"bootstrap.servers": servers, "group.id": f"bench-{uuid.uuid4().hex}", "enable.auto.commit": False}
        )
        self._seen: list[int] = []

    async def aclose(self) -> None:
        """Let go of the connections."""
        await asyncio.to_thread(self._reader.close)

    async def ask(self, body: dict[str, Any]) -> dict[str, Any]:
        """One request's reply."""
        _, replies = await self._burst([body])
        reply: dict[str, Any] = orjson.loads(replies[0].value() or b"{}")
        return reply

    async def run(self, bodies: Sequence[dict[str, Any]], keys: Sequence[str] | None = None) -> Drained:
        """Send these requests, ids added, and wait until each has a reply. With keys, those choose the partitions."""
        started = time.time()
        sent_rate, replies = await self._burst(bodies, keys)
        return _drained(replies, len(bodies), sent_rate, started)

    async def _burst(
        self, bodies: Sequence[dict[str, Any]], keys: Sequence[str] | None = None
    ) -> tuple[float, list[Message]]:
        prefix = uuid.uuid4().hex[:8]
        ids = [f"{prefix}{i:08d}" for i in range(len(bodies))]
        values = [orjson.dumps({"request_id": name} | body) for name, body in zip(ids, bodies, strict=True)]
        self._seen = await asyncio.to_thread(self._ends)  # others may have asked in this lane meanwhile
        before = sum(self._seen)
        sent_rate = await asyncio.to_thread(self._send, values, keys)
        async with asyncio.timeout(DRAIN_SECONDS):
            while sum(ends := await asyncio.to_thread(self._ends)) - before < len(bodies):  # noqa: ASYNC110 - a broker
                await asyncio.sleep(POLL_SECONDS)
        replies = await asyncio.to_thread(self._read, ends)
        wanted = {name.encode() for name in ids}
        return sent_rate, [reply for reply in replies if reply.key() in wanted]

    def _send(self, values: list[bytes], keys: Sequence[str] | None) -> float:
        started, produce, asked, partitions = time.perf_counter(), self._producer.produce, *self._where()
        if keys is None:
            for i, value in enumerate(values):
                produce(asked, value, partition=i % partitions)
        else:
            for key, value in zip(keys, values, strict=True):
                produce(asked, value, key)
        self._producer.flush()
        return len(values) / (time.perf_counter() - started)

    def _where(self) -> tuple[str, int]:
        return self._lane.asked, self._lane.partitions

    def _ends(self) -> list[int]:
        return [
            int(self._reader.get_watermark_offsets(TopicPartition(self._lane.answered, p), timeout=10)[1])
            for p in range(self._lane.partitions)
        ]

    def _read(self, ends: list[int]) -> list[Message]:
        starts = [
            TopicPartition(self._lane.answered, p, offset or OFFSET_BEGINNING) for p, offset in enumerate(self._seen)
        ]
        self._reader.assign(starts)
        wanted = sum(ends) - sum(self._seen)
        replies: list[Message] = []
        while len(replies) < wanted:
            replies += self._reader.consume(min(FETCHED_AT_ONCE, wanted - len(replies)), timeout=1)
        self._reader.unassign()
        self._seen = ends
        return replies


def _drained(replies: list[Message], sent: int, sent_rate: float, started: float) -> Drained:
    answered = {reply.key(): what(reply.value() or b"{}") for reply in replies}
    if len(answered) < sent:
        raise RuntimeError(f"{sent - len(answered)} of {sent} requests have no reply")
    times = sorted(reply.timestamp()[1] for reply in replies)
    first, last = int(len(times) * LEFT_OUT_AT_START), int(len(times) * (1 - LEFT_OUT_AT_END)) - 1
    seconds = max(times[last] - times[first], 1) / 1000
    overall = sent / max(times[-1] / 1000 - started, 0.001)
    return Drained((last - first) / seconds, sent_rate, overall, Counter(answered.values()))


def what(value: bytes) -> str:
    """What a reply says: `hit l1 exact`, `miss`, `miss degraded`, `stored`, …; `echo` if it says none of that."""
    reply = orjson.loads(value)
    words = [reply.get("status"), reply.get("layer"), reply.get("match"), reply.get("degraded") and "degraded"]
    return " ".join(word for word in words if word) or "echo"


def create_topics(servers: str, names: Sequence[str], partitions: int) -> None:
    """Topics whose records carry the broker's time. Blocks until they are there."""
    admin = AdminClient({"bootstrap.servers": servers})
    config = {"message.timestamp.type": "LogAppendTime"}
    made = admin.create_topics([NewTopic(name, partitions, 1, config=config) for name in names])
    for outcome in made.values():
        outcome.result()
