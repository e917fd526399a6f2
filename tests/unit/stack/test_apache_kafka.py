from __future__ import annotations

import re

from workers.stack.apache_kafka import new_cluster_id
from workers.stack.kafka_jars import KAFKA_VERSION, expected_jars


def test_a_cluster_id_is_never_taken_for_an_option() -> None:
    ids = {new_cluster_id() for _ in range(2000)}
    assert len(ids) == 2000
    assert all(re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_-]{21}", each) for each in ids)


def test_the_listed_jars_are_those_of_the_version() -> None:
    jars = expected_jars()
    assert f"kafka_2.13-{KAFKA_VERSION}.jar" in jars
    assert f"kafka-server-{KAFKA_VERSION}.jar" in jars
    assert any(name.startswith("log4j-slf4j-impl-") for name in jars), "without it a broker dies silently"
