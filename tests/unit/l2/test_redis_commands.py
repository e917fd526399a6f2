"""Names: one hash tag a namespace, nothing of a caller's text in a query, no two things under one name."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis.crc import key_slot

from tests.kill_cases import BIG
from tests.unit.cache.entries import a_clear, a_rule, an_entry, an_id_rule
from workers.cache.config import IndexAlgorithm, RedisConfig
from workers.cache.l2 import redis_commands as commands
from workers.cache.l2.codec import keys_of_store
from workers.cache.l2.redis_commands import Keys, Script, Selection, SelectionKind
from workers.cache.ports import Address, NearestQuery
from workers.cache.rules import Rule

KEYS = Keys("sc1", "0123456789abcdef")
NAMESPACES = st.from_regex(r"\A[A-Za-z0-9._-]{1,64}\Z")


def keys_of(namespace: str) -> list[str]:
    entry_id = "a" * 32
    return [
        KEYS.entry(namespace, entry_id),
        KEYS.entry(namespace, entry_id, "f" * 16),
        KEYS.vector(namespace, entry_id),
        KEYS.lease(Address(namespace, entry_id)),
        KEYS.unannounced(namespace, entry_id),
        KEYS.rules(namespace),
        KEYS.all_of(namespace),
        KEYS.applied(namespace),
        KEYS.meta(namespace),
        KEYS.garbage(namespace),
        KEYS.sweeping(namespace),
    ]


@given(NAMESPACES)
def test_all_keys_of_a_namespace_live_on_one_node_of_a_cluster(namespace: str) -> None:
    slots = {key_slot(key.encode()) for key in keys_of(namespace)}
    assert slots == {key_slot(namespace.encode())}


@given(NAMESPACES, NAMESPACES)
def test_no_two_things_have_one_name(one: str, other: str) -> None:
    names = keys_of(one) + (keys_of(other) if other != one else []) + [KEYS.namespaces]
    assert len(set(names)) == len(names)


def test_a_store_script_names_all_its_keys() -> None:
    entry = an_entry()
    assert set(keys_of_store(KEYS, entry)) < set(keys_of(entry.namespace)) | {
        KEYS.entry(entry.namespace, entry.entry_id),
        KEYS.vector(entry.namespace, entry.entry_id),
        KEYS.lease(Address(entry.namespace, entry.entry_id)),
        KEYS.unannounced(entry.namespace, entry.entry_id),
    }


@given(st.frozensets(st.text(min_size=1, max_size=128), min_size=1, max_size=5), st.booleans())
def test_a_query_holds_digests_only(tags: frozenset[str], match_all: bool) -> None:
    query = Selection.of(Rule("shop", tags, match_all)).query("shop", 7)
    assert re.fullmatch(r"@n:\{n[0-9a-f]{16}\}( @t:\{t[0-9a-f]{16}(\|t[0-9a-f]{16})*\})+ @f:\[-inf 7\]", query)


@given(st.lists(st.text(min_size=1, max_size=128), unique=True, max_size=64))
def test_tags_are_indexed_each_for_itself_and_in_one_order(tags: list[str]) -> None:
    joined = commands.tokens_of(tags)
    assert joined == commands.tokens_of(reversed(tags))
    assert len([token for token in joined.split(",") if token]) == len(tags)


def test_the_ways_to_name_entries() -> None:
    assert Selection.of(a_rule(1, "a", "b").rule).kind is SelectionKind.ANY
    assert Selection.of(a_rule(1, "a", "b", match_all=True).rule).kind is SelectionKind.ALL
    assert Selection.of(a_clear(1).rule) == Selection(SelectionKind.THESE, ("*",))
    ids = Selection.of(an_id_rule(1, "b" * 32, "a" * 32).rule)
    assert ids == Selection(SelectionKind.THESE, ("i" + "a" * 32, "i" + "b" * 32), ("a" * 32, "b" * 32))
    assert Selection.of(Rule("shop")).entry_ids == ()


def test_namespace_and_context_are_one_scope_and_cannot_be_shifted() -> None:
    scopes = {commands.scope_token(*pair) for pair in [("a", "bc"), ("ab", "c"), ("abc", ""), ("a", "b"), ("b", "a")]}
    assert len(scopes) == 5
    assert all(re.fullmatch(r"s[0-9a-f]{32}", scope) for scope in scopes)


def test_a_scan_pattern_takes_every_character_at_its_word() -> None:
    assert KEYS.all_entries("a*[b]?-^\\", "ff") == "sc1:e:ff:{a\\*\\[b\\]\\?\\-\\^\\\\}:*"


def test_great_numbers_are_written_out() -> None:
    assert f"[-inf {BIG}]" in Selection.of(a_clear(1).rule).query("shop", BIG)
    assert commands.mark_of(a_clear(BIG)) == f"{BIG}@{BIG}"


def test_a_search_for_neighbours_asks_for_no_answers() -> None:
    query = NearestQuery("shop", "-", np.ones(2, np.float32), 5)
    command = commands.nearest("idx", query, "BATCHES", 500)
    returned = command.index("RETURN")
    assert command[returned + 1 : returned + 4] == (2, commands.Field.PROMPT, commands.DISTANCE)
    assert "[KNN 5 @v $v HYBRID_POLICY BATCHES AS distance]" in str(command[2])
    assert command[command.index("TIMEOUT") + 1] == 500


@pytest.mark.parametrize(
    ("algorithm", "options"),
    [
        (IndexAlgorithm.FLAT, ("FLAT", 6, "TYPE", "FLOAT32", "DIM", 4, "DISTANCE_METRIC", "COSINE")),
        (
            IndexAlgorithm.HNSW,
            (
                *("HNSW", 12, "TYPE", "FLOAT32", "DIM", 4, "DISTANCE_METRIC", "COSINE"),
                *("M", 16, "EF_CONSTRUCTION", 200, "EF_RUNTIME", 48),
            ),
        ),
    ],
)
def test_the_vector_index(algorithm: IndexAlgorithm, options: tuple[object, ...]) -> None:
    command = commands.create_vector_index(KEYS, RedisConfig(index_algorithm=algorithm), 4)
    assert command[command.index("VECTOR") + 1 :] == options
    assert "sc1:v:0123456789abcdef:" in command


def test_only_what_is_searched_is_indexed() -> None:
    command = commands.create_entry_index(KEYS)
    assert command[command.index("SCHEMA") + 1 :] == ("n", "TAG", "t", "TAG", "f", "NUMERIC")


@pytest.mark.parametrize("script", Script)
def test_scripts_declare_themselves_first(script: Script) -> None:
    first = script.body.decode().splitlines()[0]
    assert first.startswith("#!lua")


def test_scripts_are_known_by_what_calls_them() -> None:
    store = commands.call(Script.STORE, ["{a}"], [])
    assert commands.scripts_of([store, ("GET", "x"), store]) == [Script.STORE]
    assert commands.load(Script.STORE)[:2] == ("SCRIPT", "LOAD")
