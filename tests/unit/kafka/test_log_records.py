"""Records of the coherence log: there and back, and what cannot be read."""

from __future__ import annotations

import json

import pytest
from aiokafka import ConsumerRecord
from hypothesis import given
from hypothesis import strategies as st

from schemas.feedback import Verdict
from workers.cache.entry import Entry
from workers.cache.rules import PlacedRule, Replacement, Rule
from workers.cache.verdicts import PairRuling, PairVerdict
from workers.kafka.log_records import (
    Born,
    Unread,
    base_in,
    base_of,
    decode,
    encode_birth,
    encode_replacement,
    encode_rule,
    encode_ruling,
)

BASE = base_of(1_700_000_000_000)
OFFSET = 7


def record(value: bytes | None) -> ConsumerRecord:
    return ConsumerRecord("coherence", 0, OFFSET, 1_700_000_000_123, 1, b"", value, None, 0, 0, ())


names = st.from_regex(r"[A-Za-z0-9._-]{1,64}", fullmatch=True)
tags = st.frozensets(st.text(min_size=1, max_size=128), min_size=1, max_size=5)
ids = st.frozensets(st.from_regex(r"[0-9a-f]{32}", fullmatch=True), min_size=1, max_size=3)
rules = st.one_of(
    st.builds(Rule, names, tags=tags, match_all=st.booleans()),
    st.builds(Rule, names, entry_ids=ids),
    st.builds(Rule, names, everything=st.just(True)),
)


@given(rules)
def test_a_rule_comes_back_at_its_place(rule: Rule) -> None:
    found = decode(record(encode_rule(rule, BASE, "w")), BASE)
    assert found == PlacedRule(BASE + OFFSET, 1_700_000_000_123, rule)


def test_a_replacement_comes_back_at_its_place() -> None:
    entry = Entry("a" * 32, "shop", "-", "q", "a", fence=0, created_at=0, expires_at=1).with_version()
    found = decode(record(encode_replacement(entry, BASE, "w")), BASE)
    assert found == Replacement(BASE + OFFSET, 1_700_000_000_123, "shop", "a" * 32, entry.version)


@pytest.mark.parametrize("verdict", Verdict)
def test_a_ruling_comes_back_at_its_place(verdict: Verdict) -> None:
    said = PairVerdict("shop", "b" * 32, "a" * 32, verdict, "q", None, at_ms=1)
    found = decode(record(encode_ruling(said, BASE, "w")), BASE)
    is_forbidden = verdict is Verdict.WRONG
    assert found == PairRuling(BASE + OFFSET, 1_700_000_000_123, "shop", "b" * 32, "a" * 32, is_forbidden)


def test_a_birth_names_the_log() -> None:
    assert decode(record(encode_birth(BASE, "w")), BASE) == Born(BASE)
    assert base_in(record(encode_birth(BASE, "w"))) == BASE


def test_a_rule_of_a_later_log_says_only_that_there_is_one() -> None:
    later = encode_rule(Rule("shop", everything=True), BASE + 1, "w")
    assert decode(record(later), BASE) == Born(BASE + 1)


def test_a_rule_written_under_an_older_name_is_obeyed_at_its_place() -> None:
    rule = Rule("shop", everything=True)
    assert decode(record(encode_rule(rule, BASE - 1, "w")), BASE) == PlacedRule(BASE + OFFSET, 1_700_000_000_123, rule)


def test_a_log_born_later_has_higher_numbers() -> None:
    assert base_of(1_700_000_000_001) > base_of(1_700_000_000_000) + 255


@pytest.mark.parametrize(
    ("value", "unread"),
    [
        (None, Unread.JUNK),
        (b"", Unread.JUNK),
        (b"\xff", Unread.JUNK),
        (b"[2]", Unread.JUNK),
        (json.dumps({"version": 2}).encode(), Unread.NEWER_VERSION),
        (
            json.dumps({"version": 2, "kind": "invalidated", "origin": "x", "tags": ["a"]}).encode(),
            Unread.NEWER_VERSION,
        ),
        (json.dumps({"version": "2"}).encode(), Unread.JUNK),
        (json.dumps({"kind": "invalidated", "origin": "x"}).encode(), Unread.JUNK),
        (json.dumps({"kind": "invalidated", "origin": "x", "tags": []}).encode(), Unread.JUNK),
        (json.dumps({"kind": "invalidated", "origin": "x", "tags": ["a"], "everything": True}).encode(), Unread.JUNK),
        (json.dumps({"kind": "forbidden", "origin": "x", "entry_ids": ["a" * 32]}).encode(), Unread.JUNK),
        (json.dumps({"kind": "from a later release", "origin": "x"}).encode(), Unread.JUNK),
        (json.dumps({"kind": "replaced", "origin": "x", "entry_ids": ["a" * 32]}).encode(), Unread.JUNK),
    ],
)
def test_what_cannot_be_read(value: bytes | None, unread: Unread) -> None:
    assert decode(record(value), BASE) is unread


@given(st.binary(max_size=100))
def test_no_bytes_make_it_fail(value: bytes) -> None:
    assert decode(record(value), BASE) is Unread.JUNK
