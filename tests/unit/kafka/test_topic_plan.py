"""What topics must be, and what makes an existing one unfit."""

from __future__ import annotations

import pytest

from workers.kafka.topic_plan import objections, plan_topics
from workers.settings import KafkaConfig, Settings

SETTINGS = Settings(kafka=KafkaConfig(topic_prefix="t", partitions=6, log_retention_hours=48))
FIT = {"cleanup.policy": "delete", "message.timestamp.type": "LogAppendTime", "retention.ms": "172800000"}
LOG = SETTINGS.topics.coherence


def test_every_topic_of_the_contract_is_planned() -> None:
    plans = {plan.name: plan for plan in plan_topics(SETTINGS)}
    assert len(plans) == 11
    assert plans[LOG].partitions == 1
    assert plans[LOG].configs == FIT | {"retention.bytes": "-1"}
    assert plans[SETTINGS.topics.store_requests].configs["message.timestamp.type"] == "LogAppendTime"
    assert {plan.partitions for name, plan in plans.items() if name != LOG} == {6}
    assert int(plans[SETTINGS.topics.dead_letters].configs["max.message.bytes"]) > 2_000_000


def test_a_topic_as_planned_is_fit() -> None:
    for plan in plan_topics(SETTINGS):
        assert objections(SETTINGS, plan.name, plan.partitions, plan.configs) == []


@pytest.mark.parametrize(
    ("name", "partitions", "configs", "sentence"),
    [
        (LOG, 2, FIT, "has 2 partitions and needs exactly 1"),
        (LOG, 2, None, "has 2 partitions and needs exactly 1"),
        (LOG, 1, FIT | {"cleanup.policy": "compact"}, "compaction loses rules"),
        (LOG, 1, FIT | {"cleanup.policy": "compact,delete"}, "compaction loses rules"),
        (LOG, 1, FIT | {"retention.ms": "3600000"}, "keeps its rules for 3600000 ms and needs 7200000"),
        (LOG, 1, FIT | {"message.timestamp.type": "CreateTime"}, "needs LogAppendTime"),
        (SETTINGS.topics.store_requests, 6, {"message.timestamp.type": "CreateTime"}, "needs LogAppendTime"),
    ],
)
def test_what_is_unfit_is_told_with_what_to_do(
    name: str, partitions: int, configs: dict[str, str] | None, sentence: str
) -> None:
    (found,) = objections(SETTINGS, name, partitions, configs)
    assert found.startswith(name)
    assert sentence in found
    assert "--add-config" in found or "delete it" in found


@pytest.mark.parametrize("configs", [FIT | {"retention.ms": "-1"}, {}, None])
def test_what_is_kept_for_ever_or_cannot_be_seen_is_not_objected_to(configs: dict[str, str] | None) -> None:
    assert objections(SETTINGS, LOG, 1, configs) == []


def test_other_topics_may_be_as_they_like() -> None:
    assert objections(SETTINGS, SETTINGS.topics.lookup_requests, 77, {"cleanup.policy": "compact"}) == []
