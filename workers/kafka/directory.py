"""The directory: which topics there are to reply to, and how many partitions each has."""

import asyncio
import logging
import re
import time
import zlib
from dataclasses import dataclass

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError, UnknownTopicOrPartitionError, for_code
from aiokafka.protocol.metadata import MetadataRequest

log = logging.getLogger(__name__)

CREATION_SECONDS = 1.0
"""A topic that is being created may take so long to be known."""
AGAIN_SECONDS = 5.0
"""How long a topic or partition that was not there is not asked for again."""
RETRY_SECONDS = 0.1
MAX_ABSENT = 1000
"""Callers may name any number of topics; so many that do not exist are remembered."""

_TOPIC_NAME = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9._-]{1,249}", re.ASCII)


def is_topic_name(name: str) -> bool:
    """Whether a broker would take it as a topic's name."""
    return _TOPIC_NAME.fullmatch(name) is not None


def partition_for(key: bytes, partitions: int) -> int:
    """The partition of a key by CRC32, as librdkafka's `consistent` partitioner does: equal keys meet.

    Kafka's own murmur2 is pure Python in aiokafka, and costs a record twenty times as much.
    """
    return zlib.crc32(key) % partitions


@dataclass(frozen=True, slots=True)
class _Found:
    partitions: int
    """0: there is no such topic for us."""
    asked_at: float


class TopicDirectory:
    """Asks a broker by name, and never for a topic to be created: callers name topics as they like."""

    def __init__(self, client: AIOKafkaClient) -> None:
        self._client = client
        self._found: dict[str, _Found] = {}
        self._asking: dict[str, asyncio.Task[int]] = {}

    def partitions(self, topic: str, wanted: int | None = None) -> int | None:
        """The number of partitions, 0 for a topic that is not there; None: it has to be asked, see `resolve`.

        A `wanted` partition that was not there is asked for again after a while: partitions may be added.
        """
        found = self._found.get(topic)
        if found is None:
            return None
        is_there = found.partitions > (wanted or 0)
        return found.partitions if is_there or time.monotonic() < found.asked_at + AGAIN_SECONDS else None

    async def resolve(self, topic: str, wanted: int | None = None) -> int:
        """The number of partitions, asked if need be. A broker that is away is waited for; a topic only a moment."""
        known = self.partitions(topic, wanted)
        if known is not None:
            return known
        task = self._asking.get(topic)
        if task is None:
            task = self._asking[topic] = asyncio.create_task(self._ask(topic), name=f"resolve-{topic}")
            task.add_done_callback(lambda _: self._asking.pop(topic, None))
        return await asyncio.shield(task)

    async def _ask(self, topic: str) -> int:
        started = time.monotonic()
        partitions = 0
        while partitions == 0 and time.monotonic() < started + CREATION_SECONDS:
            try:
                partitions = await self._describe(topic)
            except UnknownTopicOrPartitionError:
                await asyncio.sleep(RETRY_SECONDS)
            except KafkaError as exc:
                if not exc.retriable:
                    break
                log.info("topics cannot be asked for", extra={"action": "directory_waits", "reason": str(exc)})
                await asyncio.sleep(RETRY_SECONDS)
                started = time.monotonic()
        self._forget_absent()
        self._found[topic] = _Found(partitions, time.monotonic())
        return partitions

    async def _describe(self, topic: str) -> int:
        request = MetadataRequest([topic], allow_auto_topic_creation=False)
        response = await self._client.send(self._client.get_random_node(), request)
        error, _, _, partitions = response.topics[0]
        if error:
            raise for_code(error)(topic)
        return len(partitions)

    def _forget_absent(self) -> None:
        absent = [topic for topic, found in self._found.items() if found.partitions == 0]
        for topic in absent[:-MAX_ABSENT]:
            del self._found[topic]
