"""What all tests share. Nothing starts unless a test asks for a fixture that needs it."""

from __future__ import annotations

import pytest

from tests.stack_fixtures import (
    KAFKA_OPTION,
    REDIS_OPTION,
    kafka_bootstrap,
    model_files,
    redis_url,
    stack,
    unique_namespace,
    unique_topic_prefix,
)

__all__ = [
    "kafka_bootstrap",
    "model_files",
    "redis_url",
    "stack",
    "unique_namespace",
    "unique_topic_prefix",
]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a run use servers that are there. Not by environment: that of a deployment must never reach a test."""
    parser.addoption(REDIS_OPTION, help="use this Redis (with the query engine) instead of an embedded one")
    parser.addoption(KAFKA_OPTION, help="use this Kafka instead of an embedded one")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what uses the stack, so that `-m "not stack"` cannot miss a test."""
    for item in items:
        if stack.__name__ in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.stack)
