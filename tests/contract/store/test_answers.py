"""What every shared store does with answers: keep, find, fetch, replace, expire, lease."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.contract.store.stores import (
    CLOCK,
    DIMENSIONS,
    at,
    eventually,
    fetch_one,
    make_entry,
    save,
    vector_of,
)
from workers.cache.ports import Address, NearestQuery, SaveOutcome, SaveStatus, SharedStore
from workers.cache.rules import PlacedRule, Rule

HOSTILE_TAGS = (
    "product:iphone",
    "a,b",
    "a|b",
    "{a}",
    "}",
    "*",
    "-a",
    "@n:{x}",
    "$v",
    "(a) => [KNN 1 @v $v]",
    '"quoted"',
    "'",
    "\\",
    "\x00",
    "a\x00b",
    " leading",
    "trailing ",
    "two  blanks",
    "\n\t",
    "🦜🔥",
    "Straße",
    "e\u0301",
    "\u00e9",
    "IPHONE",
    "iphone",
    "٣",
    "x" * 128,
    "🦜" * 128,
    "nan",
    "1e5",
    "0x10",
    "%s",
    ":",
)


async def test_what_is_saved_is_fetched_as_it_was(store: SharedStore, unique_namespace: str) -> None:
    entry = make_entry(
        unique_namespace,
        "What?\x00 🦜 \u2028",
        "c" * 16,
        response='{"a": "\x00\\ ü 🦜"}',
        fence=2**53 - 2,
        tags=HOSTILE_TAGS,
        metadata='{"model":"m","n":1.50}',
        stale_until=CLOCK.wall() + 7200.25,
        ordered_ms=1_763_938_000_123,
    )
    assert await save(store, entry) == [SaveOutcome(SaveStatus.STORED)]
    assert await fetch_one(store, entry) == entry


async def test_an_answer_of_the_greatest_size(store: SharedStore, unique_namespace: str) -> None:
    entry = make_entry(unique_namespace, "p" * 32_768, response="ü" * 450_000)
    await save(store, entry)
    assert await fetch_one(store, entry) == entry


async def test_many_at_once_in_the_order_asked_for(store: SharedStore, unique_namespace: str) -> None:
    entries = [make_entry(unique_namespace + suffix, f"q{i}") for i in range(150) for suffix in ("", ".b")]
    await save(store, *entries)
    missing = Address(unique_namespace, "0" * 32)
    wanted = [missing, *(at(e) for e in reversed(entries)), missing, at(entries[0])]
    found = [fetched.entry for fetched in await store.fetch(wanted)]
    assert found == [None, *reversed(entries), None, entries[0]]


async def test_asking_for_nothing(store: SharedStore) -> None:
    assert await store.fetch([]) == []
    assert await store.find_nearest([]) == []
    assert await store.save([], np.zeros((0, DIMENSIONS), np.float32)) == []
    assert await store.lease([], 1000) == []
    await store.end_lease([])
    await store.announced([])


async def test_the_watermark_comes_with_the_entry(store: SharedStore, unique_namespace: str) -> None:
    entry = make_entry(unique_namespace, fence=7)
    assert (await store.fetch([at(entry)]))[0].watermark == 0
    await save(store, entry, make_entry(unique_namespace, "later", fence=9))
    assert (await store.fetch([at(entry)]))[0].watermark == 7


async def test_neighbours_come_nearest_first_and_with_their_cosine(store: SharedStore, unique_namespace: str) -> None:
    entries = [make_entry(unique_namespace, f"question {i}") for i in range(20)]
    await save(store, *entries)
    asked = vector_of("asked")
    expected = sorted(entries, key=lambda e: -float(vector_of(e.prompt) @ asked))[:5]
    (found,) = await store.find_nearest([NearestQuery(unique_namespace, "-", asked, 5)])
    assert [n.entry_id for n in found] == [e.entry_id for e in expected]
    assert [n.prompt for n in found] == [e.prompt for e in expected]
    assert [n.similarity for n in found] == pytest.approx(
        [float(vector_of(e.prompt) @ asked) for e in expected], abs=1e-5
    )


async def test_neighbours_of_other_namespaces_and_contexts_are_never_seen(
    store: SharedStore, unique_namespace: str
) -> None:
    other = unique_namespace + ".other"
    mine = make_entry(unique_namespace, "q", "a")
    await save(store, mine, make_entry(other, "q", "a"), make_entry(unique_namespace, "q", "b"))
    queries = [
        NearestQuery(unique_namespace, "a", vector_of("q"), 5),
        NearestQuery(other, "b", vector_of("q"), 5),
        NearestQuery(unique_namespace, "-", vector_of("q"), 5),
    ]
    found = await store.find_nearest(queries)
    assert [[n.entry_id for n in each] for each in found] == [[mine.entry_id], [], []]


async def test_the_same_answer_again_is_stored_and_keeps_the_later_fence(
    store: SharedStore, unique_namespace: str
) -> None:
    entry = make_entry(unique_namespace, fence=5)
    later = replace(entry, fence=8, created_at=entry.created_at + 1, expires_at=entry.expires_at + 1, ordered_ms=2)
    assert later.with_version().version == entry.version
    await save(store, entry)
    assert await save(store, later) == [SaveOutcome(SaveStatus.STORED)]
    assert await fetch_one(store, entry) == later
    again = replace(entry, fence=6, ordered_ms=3)
    assert await save(store, again) == [SaveOutcome(SaveStatus.STORED)]
    assert await fetch_one(store, entry) == replace(again, fence=8)


async def test_another_answer_replaces_and_takes_its_own_fence(store: SharedStore, unique_namespace: str) -> None:
    entry = make_entry(unique_namespace, fence=8, tags=("old",), metadata="{}")
    await save(store, make_entry(unique_namespace, "first", fence=0), entry)
    other = make_entry(unique_namespace, response="else", fence=5, tags=("new",))
    assert await save(store, other) == [SaveOutcome(SaveStatus.REPLACED)]
    assert await fetch_one(store, entry) == other


async def test_a_replacement_is_due_until_it_is_announced(store: SharedStore, unique_namespace: str) -> None:
    first, second, third = (make_entry(unique_namespace, response=r) for r in ("1", "2", "3"))
    await save(store, first)
    assert await save(store, second, second) == [SaveOutcome(SaveStatus.REPLACED)] * 2
    await store.announced([first])
    assert await save(store, second) == [SaveOutcome(SaveStatus.REPLACED)]
    await store.announced([second])
    assert await save(store, second) == [SaveOutcome(SaveStatus.STORED)]
    assert await save(store, third) == [SaveOutcome(SaveStatus.REPLACED)]
    await store.announced([second])
    assert await save(store, third) == [SaveOutcome(SaveStatus.REPLACED)]
    await store.announced([third])
    assert await save(store, third) == [SaveOutcome(SaveStatus.STORED)]


async def test_what_is_due_outlives_the_entry(store: SharedStore, unique_namespace: str) -> None:
    first, second = (make_entry(unique_namespace, response=r, tags=("t",)) for r in ("1", "2"))
    await save(store, first)
    await save(store, second)
    assert await store.apply(PlacedRule(0, 1, Rule(unique_namespace, tags=frozenset(["t"])))) == 1
    again = replace(second, fence=1)
    assert await save(store, again) == [SaveOutcome(SaveStatus.REPLACED)]


async def test_a_request_delivered_again_does_not_undo_a_later_one(store: SharedStore, unique_namespace: str) -> None:
    early = make_entry(unique_namespace, response="early", ordered_ms=10)
    late = make_entry(unique_namespace, response="late", ordered_ms=11)
    await save(store, early)
    await save(store, late)
    assert await save(store, early) == [SaveOutcome(SaveStatus.SUPERSEDED)]
    assert await fetch_one(store, early) == late


async def test_an_entry_is_kept_through_its_stale_window_and_counts_as_there(
    store: SharedStore, unique_namespace: str
) -> None:
    now = CLOCK.wall()
    expired = make_entry(unique_namespace, created_at=now - 20, expires_at=now - 10, stale_until=now + 600)
    await save(store, expired)
    assert await fetch_one(store, expired) == expired
    assert await save(store, make_entry(unique_namespace, response="new")) == [SaveOutcome(SaveStatus.REPLACED)]


async def test_an_entry_goes_when_its_time_is_over(store: SharedStore, unique_namespace: str) -> None:
    now = CLOCK.wall()
    kept = make_entry(unique_namespace, "kept")
    short = make_entry(unique_namespace, "short", expires_at=now + 0.3)
    gone = make_entry(unique_namespace, "gone", expires_at=now - 1)
    await save(store, kept, short, gone)
    assert await fetch_one(store, gone) is None

    async def is_gone() -> bool:
        return await fetch_one(store, short) is None

    await eventually(is_gone)
    assert CLOCK.wall() >= short.expires_at
    query = NearestQuery(unique_namespace, "-", vector_of("short"), 5)
    assert [n.entry_id for n in (await store.find_nearest([query]))[0]] == [kept.entry_id]
    assert await save(store, make_entry(unique_namespace, "short", response="x")) == [SaveOutcome(SaveStatus.STORED)]


async def test_expiring_neighbours_do_not_cost_the_living_their_place(
    store: SharedStore, unique_namespace: str
) -> None:
    now = CLOCK.wall()
    dying = [make_entry(unique_namespace, f"dying {i}", expires_at=now + 0.5) for i in range(100)]
    kept = make_entry(unique_namespace, "kept")
    await save(store, *dying, kept)
    query = NearestQuery(unique_namespace, "-", vector_of("kept"), 1)
    while CLOCK.wall() < now + 0.6:
        (found,) = await store.find_nearest([query])
        assert [n.entry_id for n in found] == [kept.entry_id]


async def test_one_caller_leads_until_the_answer_is_stored(store: SharedStore, unique_namespace: str) -> None:
    entry, other = make_entry(unique_namespace), make_entry(unique_namespace, "other")
    assert await store.lease([at(entry), at(entry), at(other)], 60_000) == [True, False, True]
    await save(store, entry)
    assert await store.lease([at(entry), at(other)], 60_000) == [True, False]
    await store.end_lease([at(other)])
    assert await store.lease([at(entry), at(other)], 60_000) == [False, True]


async def test_a_lease_ends_by_itself(store: SharedStore, unique_namespace: str) -> None:
    address = at(make_entry(unique_namespace))
    assert await store.lease([address], 100) == [True]

    async def leads() -> bool:
        return await store.lease([address], 60_000) == [True]

    await eventually(leads)


async def test_a_refused_store_ends_the_lease_too(store: SharedStore, unique_namespace: str) -> None:
    entry = make_entry(unique_namespace, tags=("t",), fence=3)
    await store.apply(PlacedRule(3, 1, Rule(unique_namespace, tags=frozenset(["t"]))))
    await store.lease([at(entry)], 60_000)
    assert await save(store, entry) == [SaveOutcome(SaveStatus.REFUSED, 3)]
    assert await store.lease([at(entry)], 60_000) == [True]


async def test_a_replaced_answer_is_found_by_its_question_still(store: SharedStore, unique_namespace: str) -> None:
    entry = make_entry(unique_namespace)
    await save(store, entry)
    await save(store, replace(entry, response="new").with_version())
    (found,) = await store.find_nearest([NearestQuery(unique_namespace, "-", vector_of("how?"), 3)])
    assert [n.entry_id for n in found] == [entry.entry_id]
