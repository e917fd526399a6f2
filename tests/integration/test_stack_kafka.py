"""The embedded brokers, with the client that the worker uses."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError

from tests.processes import is_alive
from workers.downloads import CacheFolder, silent
from workers.stack import ApacheKafka, EmbeddedKafka, MockKafka, ServerOptions, StackError
from workers.stack.kafka_jars import why_not_apache
from workers.stack.kafka_probe import cluster_id_of

pytestmark = pytest.mark.stack
RECORDS = [f"record {number}".encode() for number in range(100)]
LATER = [b"later " + record for record in RECORDS]


@pytest.fixture
async def apache() -> AsyncIterator[ApacheKafka]:
    if reason := await why_not_apache(CacheFolder()):
        pytest.skip(f"Apache Kafka cannot run here: {reason}")
    async with ApacheKafka() as kafka:
        yield kafka


@asynccontextmanager
async def admin(kafka: EmbeddedKafka) -> AsyncIterator[AIOKafkaAdminClient]:
    client = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap_servers)
    await client.start()
    try:
        yield client
    finally:
        await client.close()


async def produce(kafka: EmbeddedKafka, topic: str, records: list[bytes]) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=kafka.bootstrap_servers, acks="all")
    await producer.start()
    try:
        sent = [await producer.send(topic, record) for record in records]
        await asyncio.gather(*sent)
    finally:
        await producer.stop()


async def consume(kafka: EmbeddedKafka, topic: str, group: str, count: int) -> list[bytes]:
    """Read `count` records as a member of a group, and commit."""
    consumer = AIOKafkaConsumer(
        topic,
        bootstrap_servers=kafka.bootstrap_servers,
        group_id=group,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    await consumer.start()
    try:
        async with asyncio.timeout(60):
            values = [(await consumer.getone()).value for _ in range(count)]
        await consumer.commit()
    finally:
        await consumer.stop()
    return sorted(value for value in values if value is not None)


async def test_a_killed_broker_comes_back_with_topics_records_and_offsets(apache: ApacheKafka) -> None:
    async with admin(apache) as client:
        await client.create_topics([NewTopic("kept", num_partitions=3, replication_factor=1)])
    await produce(apache, "kept", RECORDS)
    assert await consume(apache, "kept", "first", len(RECORDS)) == sorted(RECORDS)
    address, killed = apache.bootstrap_servers, apache.pid
    await apache.kill()
    assert not is_alive(killed)
    assert await cluster_id_of(address) is None
    await apache.start()
    assert apache.bootstrap_servers == address
    assert await consume(apache, "kept", "second", len(RECORDS)) == sorted(RECORDS)
    await produce(apache, "kept", LATER)
    assert await consume(apache, "kept", "first", len(LATER)) == sorted(LATER), "its offsets were lost"


async def test_a_paused_broker_is_silent_and_goes_on(apache: ApacheKafka) -> None:
    apache.pause()
    probe = asyncio.create_task(cluster_id_of(apache.bootstrap_servers))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asyncio.shield(probe), 0.3)
    apache.resume()
    assert await probe is not None


async def test_topics_are_not_made_by_asking_for_them(apache: ApacheKafka) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=apache.bootstrap_servers, request_timeout_ms=2000)
    await producer.start()
    try:
        with pytest.raises(KafkaError):
            await producer.send_and_wait("misspelt", b"lost")
    finally:
        await producer.stop()
    async with admin(apache) as client:
        assert "misspelt" not in await client.list_topics()


async def test_the_mock_serves_producers_and_groups(unique_topic_prefix: str) -> None:
    async with MockKafka() as mock:
        await produce(mock, unique_topic_prefix, RECORDS)
        assert await consume(mock, unique_topic_prefix, "group", len(RECORDS)) == sorted(RECORDS)


async def test_a_restarted_mock_serves_again_elsewhere() -> None:
    async with MockKafka() as mock:
        await mock.restart()
        assert await cluster_id_of(mock.bootstrap_servers) is not None


def test_the_mock_takes_no_port() -> None:
    with pytest.raises(StackError, match="chooses its own port"):
        MockKafka(ServerOptions(port=9092, progress=silent))
