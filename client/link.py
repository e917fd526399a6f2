"""The way to the workers and back: one producer, one reader of replies."""

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaConnectionError, KafkaError, MessageSizeTooLargeError
from aiokafka.structs import RecordMetadata

from client.errors import (
    AccessRefusedError,
    BrokerUnavailableError,
    CacheClientError,
    InvalidMessageError,
    NoReplyError,
    NotOpenError,
    TopicsMissingError,
)
from client.refusal import find_obstacle
from client.replies import ReplyReader
from schemas import Header


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One record to send."""

    topic: str
    key: str
    value: bytes
    correlation_id: str
    reply_topic: str | None = None
    """None: no reply is expected."""
    traceparent: str | None = None
    partition: int | None = None
    """None: the one that the key falls on."""


class KafkaLink:
    """Sends requests and hands back the values of their replies."""

    def __init__(self, bootstrap_servers: str, kafka_options: Mapping[str, Any]) -> None:
        self._servers = bootstrap_servers
        self._options = {"bootstrap_servers": bootstrap_servers, **kafka_options}
        self._parts = AsyncExitStack()
        self._producer: AIOKafkaProducer | None = None
        self._replies = ReplyReader(self._options)
        self._reply_partitions: dict[str, int] = {}

    async def open(self, request_topics: Iterable[str], reply_topics: Iterable[str]) -> None:
        """Connect, and be ready for replies before the first request can be sent. Idempotent.

        Raises:
            BrokerUnavailableError: there is no Kafka at the address.
            AccessRefusedError: there is, and it lets nobody in like this.
            TopicsMissingError: it has not the deployment's topics.
        """
        if self._producer is not None:
            return
        brokers: set[tuple[str, int]] = set()
        try:
            async with AsyncExitStack() as parts:
                # acks=all: what a caller was told is sent survives the loss of one broker.
                producer = AIOKafkaProducer(**self._options, acks="all")
                parts.push_async_callback(producer.stop)
                await producer.start()
                brokers |= {(node.host, node.port) for node in producer.client.cluster.brokers()}
                await self._require({*request_topics, *reply_topics}, producer)
                counts = {topic: len(await producer.partitions_for(topic)) for topic in reply_topics}
                parts.push_async_callback(self._replies.aclose)
                self._reply_partitions = await self._replies.open(counts)
                self._parts = parts.pop_all()
        except (KafkaError, OSError) as exc:
            raise await self._explain(exc, brokers) from exc
        self._producer = producer

    async def aclose(self) -> None:
        """Send what is buffered, then let go. Idempotent."""
        self._producer = None
        await self._parts.aclose()

    async def request(self, outgoing: Outgoing, timeout_seconds: float) -> bytes:
        """Send, and wait for the reply's value.

        Raises:
            BrokerUnavailableError: Kafka did not take the record.
            NoReplyError: it did, and no worker answered in time.
        """
        reply = self._replies.expect(outgoing.correlation_id)
        delivery: asyncio.Future[RecordMetadata] | None = None
        try:
            async with asyncio.timeout(timeout_seconds):
                delivery = await self._send(outgoing)
                delivery.add_done_callback(partial(self._tell, reply))
                return await reply
        except TimeoutError as exc:
            if delivery is None or not delivery.done():
                raise BrokerUnavailableError(
                    f"Kafka at {self._servers} did not take the request within {timeout_seconds:g} s"
                ) from exc
            raise NoReplyError(
                f"no worker answered on {outgoing.topic} within {timeout_seconds:g} s (Kafka at {self._servers}):"
                " is a `semantic-cache worker` running with the same topic prefix?"
            ) from exc
        finally:
            reply.cancel()

    async def post(self, outgoing: Outgoing) -> None:
        """Send, and wait until Kafka has it.

        Raises:
            BrokerUnavailableError: Kafka did not take it.
        """
        delivery = await self._send(outgoing)
        try:
            await delivery
        except KafkaError as exc:
            raise self._not_taken(exc) from exc

    async def _send(self, outgoing: Outgoing) -> asyncio.Future[RecordMetadata]:
        if self._producer is None:
            raise NotOpenError("open the client first: `async with SemanticCacheClient(…) as client:`")
        try:
            delivery: asyncio.Future[RecordMetadata] = await self._producer.send(
                outgoing.topic,
                outgoing.value,
                key=outgoing.key.encode(),
                partition=outgoing.partition,
                headers=self._headers(outgoing),
            )
        except MessageSizeTooLargeError as exc:
            raise InvalidMessageError(
                f"the record would be larger than Kafka takes ({len(outgoing.value)} bytes): store a reference instead"
            ) from exc
        except KafkaError as exc:
            raise self._not_taken(exc) from exc
        return delivery

    async def _explain(self, error: Exception, brokers: Iterable[tuple[str, int]]) -> CacheClientError:
        """What stands behind it, if it can be found out."""
        obstacle = await find_obstacle(self._options, brokers)
        if obstacle is not None:
            return (AccessRefusedError if obstacle.is_final else BrokerUnavailableError)(obstacle.sentence)
        if isinstance(error, KafkaConnectionError):
            return BrokerUnavailableError(
                f"Kafka cannot be reached at {self._servers}: is it running there, and is the address right?"
            )
        return BrokerUnavailableError(f"Kafka at {self._servers} cannot be used: {error}")

    def _not_taken(self, error: BaseException) -> BrokerUnavailableError:
        return BrokerUnavailableError(f"Kafka at {self._servers} did not take the record: {error}")

    def _tell(self, reply: asyncio.Future[bytes], delivery: asyncio.Future[RecordMetadata]) -> None:
        """A record that Kafka refused will have no reply: say so at once."""
        if delivery.cancelled():
            return
        error = delivery.exception()
        if error is not None and not reply.done():
            reply.set_exception(self._not_taken(error))

    def _headers(self, outgoing: Outgoing) -> list[tuple[str, bytes]]:
        headers = {Header.CORRELATION_ID: outgoing.correlation_id}
        if outgoing.reply_topic is not None:
            headers[Header.REPLY_TO] = outgoing.reply_topic
            headers[Header.REPLY_PARTITION] = str(self._reply_partitions[outgoing.reply_topic])
        if outgoing.traceparent is not None:
            headers[Header.TRACEPARENT] = outgoing.traceparent
        return [(name.value, value.encode()) for name, value in headers.items()]

    async def _require(self, topics: set[str], producer: AIOKafkaProducer) -> None:
        """Ask for the list of all topics: to ask for a topic by name would create it on many brokers."""
        existing = (await producer.client.fetch_all_metadata()).topics()
        if missing := sorted(topics - existing):
            raise TopicsMissingError(
                f"Kafka at {self._servers} has no topic {missing[0]}: start a `semantic-cache worker` or run"
                " `semantic-cache topics create`, with the same topic prefix"
            )
