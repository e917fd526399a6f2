"""What each topic must be, and the verdict on one that exists. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from workers.settings import Settings

MAX_LARGE_BYTES = 4_000_000
"""Of what carries an answer. 900 kB of text may be more in JSON, and replies and dead letters add to it."""

CLEANUP = "cleanup.policy"
TIMESTAMP = "message.timestamp.type"
RETENTION = "retention.ms"
RETENTION_BYTES = "retention.bytes"
MAX_BYTES = "max.message.bytes"
LOG_APPEND_TIME = "LogAppendTime"
DELETE = "delete"
FOREVER = -1


@dataclass(frozen=True, slots=True)
class TopicPlan:
    """One topic."""

    name: str
    partitions: int
    replication_factor: int = -1
    configs: Mapping[str, str] = field(default_factory=dict)


def plan_topics(settings: Settings) -> list[TopicPlan]:
    """All topics of the deployment. How many replicas must be in sync is left to the cluster's own default."""
    topics, kafka = settings.topics, settings.kafka
    large = {MAX_BYTES: str(MAX_LARGE_BYTES)}
    stamped = {TIMESTAMP: LOG_APPEND_TIME}
    retention = {RETENTION: str(kafka.log_retention_hours * 3_600_000), RETENTION_BYTES: str(FOREVER)}
    configs: dict[str, dict[str, str]] = {
        topics.lookup_requests: {},
        topics.lookup_results: large,
        topics.store_requests: stamped | large,
        topics.store_results: large,
        topics.invalidation_requests: {},
        topics.invalidation_results: large,
        topics.product_changes: {},
        topics.feedback: {},
        topics.refresh_requests: {},
        topics.coherence: stamped | retention | {CLEANUP: DELETE},
        topics.dead_letters: large,
    }
    return [
        TopicPlan(name, 1 if name == topics.coherence else kafka.partitions, kafka.replication_factor, config)
        for name, config in configs.items()
    ]


def objections(settings: Settings, name: str, partitions: int, configs: Mapping[str, str] | None) -> list[str]:
    """What makes an existing topic unfit, a sentence each, with what to do about it.

    `configs` is None where they may not be read: what cannot be seen is not objected to.
    """
    topics, found = settings.topics, []
    if name == topics.coherence:
        if partitions != 1:
            found.append(
                f"{name} has {partitions} partitions and needs exactly 1, since its offsets are the order of all "
                "rules: delete it and let it be created again, or choose another kafka.topic_prefix"
            )
        found += _log_objections(settings, name, configs or {})
    if name in (topics.coherence, topics.store_requests) and configs and configs.get(TIMESTAMP) != LOG_APPEND_TIME:
        found.append(
            f"{name} has {TIMESTAMP}={configs.get(TIMESTAMP)} and needs {LOG_APPEND_TIME}, so that stores and rules "
            f"are on one clock: kafka-configs --alter --topic {name} --add-config {TIMESTAMP}={LOG_APPEND_TIME}"
        )
    return found


def _log_objections(settings: Settings, name: str, configs: Mapping[str, str]) -> list[str]:
    found = []
    if configs.get(CLEANUP, DELETE) != DELETE:
        found.append(
            f"{name} has {CLEANUP}={configs[CLEANUP]} and needs {DELETE}, since compaction loses rules: "
            f"kafka-configs --alter --topic {name} --add-config {CLEANUP}={DELETE}"
        )
    needed = 2 * settings.coherence.rule_memory_seconds * 1000
    kept = int(configs.get(RETENTION, FOREVER))
    if FOREVER < kept < needed:
        found.append(
            f"{name} keeps its rules for {kept} ms and needs {needed}, twice coherence.rule_memory_seconds: "
            f"kafka-configs --alter --topic {name} --add-config {RETENTION}={needed}"
        )
    return found
