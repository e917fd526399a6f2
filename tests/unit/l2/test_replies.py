"""What the engine says: a part is never taken for the whole, and what is gone is no neighbour."""

from __future__ import annotations

from typing import Any

import pytest

from workers.cache.l2.replies import read_count, read_index_state, read_keys, read_neighbours, rows
from workers.cache.ports import Neighbour
from workers.errors import StoreTimeoutError, StoreUnavailableError

PREFIX = b"sc1:v:ff:{shop}:"


def reply(*results: dict[bytes, Any], warning: Any = ()) -> dict[bytes, Any]:  # noqa: ANN401
    return {b"results": list(results), b"total_results": len(results), b"warning": warning, b"attributes": []}


def row(key: bytes, prompt: bytes, distance: bytes) -> dict[bytes, Any]:
    return {b"id": key, b"extra_attributes": {b"p": prompt, b"distance": distance}, b"values": []}


def info(**changes: Any) -> dict[bytes, Any]:  # noqa: ANN401
    fields = {
        b"indexing": 0,
        b"percent_indexed": 1.0,
        b"num_docs": 3,
        b"index_definition": {b"key_type": b"HASH", b"prefixes": [b"sc1:e:ff:"]},
        b"attributes": [{b"identifier": b"v", b"attribute": b"v", b"type": b"VECTOR", b"dim": 384}],
    }
    return fields | {name.encode(): value for name, value in changes.items()}


def test_neighbours_with_their_cosine() -> None:
    found = read_neighbours(reply(row(PREFIX + b"a1", "wie groß?".encode(), b"0.25")), PREFIX)
    assert found == [Neighbour("a1", "wie groß?", 0.75)]


@pytest.mark.parametrize(
    "gone",
    [
        {b"id": PREFIX + b"a1", b"extra_attributes": None, b"values": []},
        {b"id": PREFIX + b"a1", b"values": []},
        {b"id": PREFIX + b"a1", b"extra_attributes": {b"distance": b"0"}, b"values": []},
        row(b"sc1:v:ff:{shop2}:a1", b"other tenant", b"0"),
    ],
    ids=["null", "absent", "without a prompt", "another namespace"],
)
def test_what_is_gone_or_not_ours_is_skipped(gone: dict[bytes, Any]) -> None:
    kept = row(PREFIX + b"a2", b"q", b"0.5")
    assert [n.entry_id for n in read_neighbours(reply(gone, kept), PREFIX)] == ["a2"]
    assert [n.entry_id for n in read_neighbours(reply(kept, gone), PREFIX)] == ["a2"]


@pytest.mark.parametrize("read", [rows, read_keys, read_count, lambda r: read_neighbours(r, PREFIX)])
def test_a_part_is_not_the_whole(read: Any) -> None:  # noqa: ANN401
    with pytest.raises(StoreTimeoutError):
        read(reply(warning=[b"Timeout limit was reached"]))
    with pytest.raises(StoreUnavailableError, match="partial data"):
        read(reply(warning=[b"Index contains partial data due to an indexing failure caused by insufficient memory"]))


def test_keys_of_what_is_there() -> None:
    some = {b"extra_attributes": {b"__key": b"k1"}, b"values": []}
    none: dict[bytes, Any] = {b"extra_attributes": {}, b"values": []}
    assert read_keys(reply(some, none)) == [b"k1"]


def test_a_whole_index() -> None:
    state = read_index_state(info())
    assert state.is_complete
    assert state.documents == 3
    assert state.prefixes == ("sc1:e:ff:",)
    assert state.attributes["v"]["dim"] == "384"


@pytest.mark.parametrize(
    "changes",
    [
        {"indexing": 1, "percent_indexed": 0.3},
        {"indexing": b"1"},
        {"percent_indexed": b"0.99"},
        {"Index Errors": {b"background indexing status": b"OOM failure"}},
    ],
)
def test_an_index_that_is_not_whole(changes: dict[str, Any]) -> None:
    assert not read_index_state(info(**changes)).is_complete


def test_an_engine_that_answers_in_lists() -> None:
    flat = info(attributes=[[b"identifier", b"v", b"attribute", b"v", b"type", b"VECTOR"]])
    flat[b"index_definition"] = [b"key_type", b"HASH", b"prefixes", [b"sc1:e:ff:"]]
    state = read_index_state(flat)
    assert state.prefixes == ("sc1:e:ff:",)
    assert state.attributes["v"]["type"] == "VECTOR"
