"""Kafka as a child process: Apache Kafka where Java is, else librdkafka's mock."""

from __future__ import annotations

from enum import StrEnum

from workers.downloads import CacheFolder, Progress
from workers.stack.apache_kafka import ApacheKafka
from workers.stack.errors import StackError
from workers.stack.kafka_jars import why_not_apache
from workers.stack.mock_kafka import MockKafka

EmbeddedKafka = ApacheKafka | MockKafka


class KafkaFlavour(StrEnum):
    """Which broker."""

    AUTO = "auto"
    """Apache Kafka if it can run here, else the mock."""
    APACHE = "apache"
    """The real one, one node: what tests of delivery and faults need."""
    MOCK = "mock"
    """librdkafka's: starts at once, needs no Java, keeps nothing over a restart, cannot create topics with options,
    proves nothing about faults."""


async def choose_flavour(wanted: KafkaFlavour, cache: CacheFolder, progress: Progress) -> KafkaFlavour:
    """`APACHE` or `MOCK`. Raises StackError where Apache Kafka is demanded and cannot run."""
    if wanted is KafkaFlavour.MOCK:
        return wanted
    reason = await why_not_apache(cache)
    if reason is None:
        return KafkaFlavour.APACHE
    if wanted is KafkaFlavour.APACHE:
        raise StackError(f"Apache Kafka cannot run here: {reason}. Install it, or take the mock broker.")
    progress(f"Taking the mock broker instead of Apache Kafka: {reason}")
    return KafkaFlavour.MOCK
