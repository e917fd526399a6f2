"""Topic names, and the spread of keys over partitions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.kafka.directory import is_topic_name, partition_for


@pytest.mark.parametrize("name", ["a", "...", "semantic-cache.lookup.results", "A_b-9", "x" * 249])
def test_names_that_a_broker_takes(name: str) -> None:
    assert is_topic_name(name)


@pytest.mark.parametrize("name", ["", ".", "..", "a b", "a\n", "ü", "a/b", "x" * 250, "\x00", "٣"])
def test_names_that_none_takes(name: str) -> None:
    assert not is_topic_name(name)


@given(st.binary(max_size=128), st.integers(1, 1000))
def test_a_key_has_one_partition_and_it_exists(key: bytes, partitions: int) -> None:
    assert 0 <= partition_for(key, partitions) == partition_for(key, partitions) < partitions


def test_keys_are_spread() -> None:
    counts = [0] * 8
    for number in range(8000):
        counts[partition_for(f"request-{number}".encode(), 8)] += 1
    assert min(counts) > 700
