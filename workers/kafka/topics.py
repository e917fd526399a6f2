"""The topics of a deployment: created where they are missing, checked where they exist."""

import asyncio
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from aiokafka.errors import TopicAlreadyExistsError, TopicAuthorizationFailedError, UnknownTopicOrPartitionError

from workers.errors import TopicSetupError
from workers.kafka.cluster import Cluster, TopicError
from workers.kafka.connection import KafkaConnection
from workers.kafka.topic_plan import TopicPlan, objections, plan_topics
from workers.settings import Settings

log = logging.getLogger(__name__)

APPEAR_SECONDS = 15.0
"""How long a topic just created may take until every broker knows it."""
POLL_SECONDS = 0.05


class TopicOutcome(StrEnum):
    """How a topic was met."""

    FOUND = "found"
    CREATED = "created"
    ON_USE = "on_use"
    """A mock broker makes it up when it is first asked for, with partitions of its own choice."""


@dataclass(frozen=True, slots=True)
class TopicReport:
    """One topic after the check."""

    name: str
    outcome: TopicOutcome
    partitions: int


@dataclass(frozen=True, slots=True)
class TopicsReport:
    """All of them, and what their broker can do."""

    topics: list[TopicReport]
    has_broker_time: bool
    """Whether records carry the time at which the broker appended them; a mock broker has none."""


async def create_topics(settings: Settings) -> list[str]:
    """Create what is missing, whatever `kafka.create_topics` says; the names of those that were.

    Raises:
        TopicSetupError: as `ensure_topics`.
    """
    report = await ensure_topics(settings, may_create=True)
    return [topic.name for topic in report.topics if topic.outcome is TopicOutcome.CREATED]


async def ensure_topics(settings: Settings, *, may_create: bool | None = None) -> TopicsReport:
    """See to it that every topic is there and fit.

    Raises:
        TopicSetupError: a sentence for each that is not, with what to do.
        AccessRefusedError: the cluster lets nobody in with these settings.
        KafkaError: the cluster cannot be asked.
    """
    may_create = settings.kafka.create_topics if may_create is None else may_create
    plans = plan_topics(settings)
    async with Cluster(KafkaConnection.of(settings.kafka)) as cluster:
        if cluster.is_mock:
            return await _use_mock(cluster, plans)
        found = await _existing(cluster, plans)
        missing = [plan for plan in plans if plan.name not in found]
        if missing and not may_create:
            names = ", ".join(plan.name for plan in missing)
            raise TopicSetupError(
                f"missing topics: {names}. Create them with `semantic-cache topics create`, or let workers do it: "
                "SEMANTIC_CACHE_KAFKA__CREATE_TOPICS=true"
            )
        await _create(cluster, missing)
        present = await _appeared(cluster, plans)
        configs = await cluster.configs([settings.topics.coherence, settings.topics.store_requests])
        _check(settings, present, configs)
    created = {plan.name for plan in missing}
    outcomes = {name: TopicOutcome.CREATED if name in created else TopicOutcome.FOUND for name in present}
    return TopicsReport([TopicReport(name, outcomes[name], count) for name, count in present.items()], True)


async def _use_mock(cluster: Cluster, plans: Sequence[TopicPlan]) -> TopicsReport:
    log.warning(
        "mock broker: topics come on use, nothing outlives it, broker time is missing", extra={"action": "mock_broker"}
    )
    found = await cluster.partitions([plan.name for plan in plans], create_on_use=True)
    counts = {name: count for name, count in found.items() if isinstance(count, int)}
    return TopicsReport([TopicReport(name, TopicOutcome.ON_USE, count) for name, count in counts.items()], False)


async def _existing(cluster: Cluster, plans: Sequence[TopicPlan]) -> dict[str, int]:
    found = await cluster.partitions([plan.name for plan in plans])
    for name, count in found.items():
        if isinstance(count, TopicError) and not issubclass(
            count.kind, (UnknownTopicOrPartitionError, TopicAuthorizationFailedError)
        ):
            raise TopicSetupError(f"{name}: the broker says {count.kind.__name__}")
    return {name: count for name, count in found.items() if isinstance(count, int)}


async def _create(cluster: Cluster, plans: Sequence[TopicPlan]) -> None:
    if not plans:
        return
    refused = {
        name: error
        for name, error in (await cluster.create(plans)).items()
        if error is not None and not issubclass(error.kind, TopicAlreadyExistsError)
    }
    if refused:
        what = "; ".join(f"{name} ({error.message or error.kind.__name__})" for name, error in refused.items())
        raise TopicSetupError(
            f"these topics are missing and could not be created: {what}. Grant this worker CREATE on them, or let an "
            "administrator run `semantic-cache topics create`"
        )
    log.info("topics created", extra={"action": "topics_created", "topics": [plan.name for plan in plans]})


async def _appeared(cluster: Cluster, plans: Sequence[TopicPlan]) -> dict[str, int]:
    """All partitions known; a topic just created takes a moment."""
    deadline = time.monotonic() + APPEAR_SECONDS
    while True:
        found = await cluster.partitions([plan.name for plan in plans])
        counts = {name: count for name, count in found.items() if isinstance(count, int) and count}
        if len(counts) == len(plans):
            return counts
        if time.monotonic() > deadline:
            raise TopicSetupError(f"these topics do not appear: {', '.join(sorted(found.keys() - counts.keys()))}")
        await asyncio.sleep(POLL_SECONDS)


def _check(settings: Settings, present: Mapping[str, int], configs: Mapping[str, Mapping[str, str]]) -> None:
    if settings.topics.coherence not in configs:
        log.warning("topic settings may not be read, and are taken to be right", extra={"action": "topics_unchecked"})
    found = [
        sentence for name, count in present.items() for sentence in objections(settings, name, count, configs.get(name))
    ]
    if found:
        raise TopicSetupError("; ".join(found))
