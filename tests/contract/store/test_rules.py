"""What every shared store does as a view of the log: apply, count, ledger, advance, forget."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.contract.store.stores import at, fetch_one, make_entry, save, vector_of
from tests.contract.store.test_answers import HOSTILE_TAGS
from workers.cache.ports import Ledger, NearestQuery, Progress, SaveOutcome, SaveStatus, SharedStore
from workers.cache.rules import PlacedRule, Rule

STORED, REPLACED = SaveOutcome(SaveStatus.STORED), SaveOutcome(SaveStatus.REPLACED)


def tagged(namespace: str, number: int, *tags: str, match_all: bool = False) -> PlacedRule:
    return PlacedRule(number, number * 10, Rule(namespace, frozenset(tags), match_all))


@pytest.mark.parametrize("tag", HOSTILE_TAGS, ids=lambda tag: ascii(tag)[:20])
async def test_no_character_of_a_tag_matters(store: SharedStore, unique_namespace: str, tag: str) -> None:
    entries = [make_entry(unique_namespace, f"q{i}", tags=(each,)) for i, each in enumerate(HOSTILE_TAGS)]
    await save(store, *entries)
    mine = entries[HOSTILE_TAGS.index(tag)]
    rule = tagged(unique_namespace, 3, tag)
    assert await store.count(rule.rule) == 1
    assert await store.apply(rule) == 1
    found = [fetched.entry for fetched in await store.fetch([at(e) for e in entries])]
    assert found == [None if e is mine else e for e in entries]
    assert await save(store, mine) == [SaveOutcome(SaveStatus.REFUSED, 3)]


async def test_the_newest_of_the_killing_rules_is_named(store: SharedStore, unique_namespace: str) -> None:
    for placed in (
        tagged(unique_namespace, 7, "a"),
        tagged(unique_namespace, 9, "b"),
        tagged(unique_namespace, 12, "a", "b", match_all=True),
        tagged(unique_namespace, 11, "a", match_all=True),
        tagged(unique_namespace, 14, "c"),
        tagged(unique_namespace, 15, "a", "c", match_all=True),
        PlacedRule(10, 1, Rule(unique_namespace, everything=True)),
    ):
        await store.apply(placed)

    async def killer(fence: int, *tags: str) -> SaveOutcome:
        return (await save(store, make_entry(unique_namespace, fence=fence, tags=tags)))[0]

    assert await killer(1, "a", "b") == SaveOutcome(SaveStatus.REFUSED, 12)
    assert await killer(12, "a", "b") == SaveOutcome(SaveStatus.REFUSED, 12)
    assert await killer(1, "a") == SaveOutcome(SaveStatus.REFUSED, 11)
    assert await killer(1, "b") == SaveOutcome(SaveStatus.REFUSED, 10)
    assert await killer(1) == SaveOutcome(SaveStatus.REFUSED, 10)
    assert await killer(1, "c", "a") == SaveOutcome(SaveStatus.REFUSED, 15)
    assert await killer(13, "a", "b") == STORED


async def test_a_rule_applied_again_late_does_not_lower_its_number(store: SharedStore, unique_namespace: str) -> None:
    await store.apply(tagged(unique_namespace, 9, "a"))
    await store.apply(tagged(unique_namespace, 4, "a"))
    await store.apply(tagged(unique_namespace, 9, "x", "y", match_all=True))
    await store.apply(tagged(unique_namespace, 4, "x", "y", match_all=True))
    refused = SaveOutcome(SaveStatus.REFUSED, 9)
    assert await save(store, make_entry(unique_namespace, tags=("a",), fence=6)) == [refused]
    assert await save(store, make_entry(unique_namespace, tags=("x", "y"), fence=6)) == [refused]


async def test_applying_twice_is_harmless(store: SharedStore, unique_namespace: str) -> None:
    entry = make_entry(unique_namespace, tags=("a",))
    await save(store, entry)
    assert await store.apply(tagged(unique_namespace, 2, "a")) == 1
    younger = replace(entry, fence=3)
    await save(store, younger)
    assert await store.apply(tagged(unique_namespace, 2, "a")) == 0
    assert await fetch_one(store, entry) == younger
    assert await store.ledger(unique_namespace, 0) == Ledger(0, {2: 20})


async def test_killed_entries_are_no_neighbours(store: SharedStore, unique_namespace: str) -> None:
    killed = [make_entry(unique_namespace, f"killed {i}", tags=("a",)) for i in range(40)]
    kept = make_entry(unique_namespace, "kept")
    await save(store, *killed, kept)
    assert await store.apply(tagged(unique_namespace, 2, "a")) == 40
    (found,) = await store.find_nearest([NearestQuery(unique_namespace, "-", vector_of("killed 3"), 10)])
    assert [n.entry_id for n in found] == [kept.entry_id]
    await save(store, replace(killed[3], fence=3))
    (found,) = await store.find_nearest([NearestQuery(unique_namespace, "-", vector_of("killed 3"), 1)])
    assert [n.entry_id for n in found] == [killed[3].entry_id]


async def test_the_living_are_found_among_many_that_were_killed(store: SharedStore, unique_namespace: str) -> None:
    near = [make_entry(unique_namespace, "near", entry_id=f"{i:032x}", tags=("a",)) for i in range(300)]
    far = [make_entry(unique_namespace, f"far {i}") for i in range(3)]
    await save(store, *far, *near)
    assert await store.apply(tagged(unique_namespace, 2, "a")) == 300
    (found,) = await store.find_nearest([NearestQuery(unique_namespace, "-", vector_of("near"), 2)])
    expected = sorted(far, key=lambda e: -float(vector_of(e.prompt) @ vector_of("near")))[:2]
    assert [n.entry_id for n in found] == [e.entry_id for e in expected]


@pytest.mark.parametrize("match_all", [False, True], ids=["any", "all"])
async def test_a_rule_of_the_greatest_size(store: SharedStore, unique_namespace: str, match_all: bool) -> None:
    many = [f"tag {i}" for i in range(1000)]
    entry = make_entry(unique_namespace, tags=tuple(many[-64:]))
    await save(store, entry)
    rule = tagged(unique_namespace, 1, *many, match_all=match_all)
    assert await store.count(rule.rule) == (not match_all)
    assert await store.apply(rule) == (not match_all)
    named = PlacedRule(2, 2, Rule(unique_namespace, entry_ids=frozenset(f"{i:032x}" for i in range(1000))))
    assert await store.apply(named) == 0


@pytest.mark.parametrize("suffix", ["*", "[a-z]", "?", "\\", "}", "{", "{x}", "🦜", " ", "^-"])
async def test_namespaces_of_a_library_user_may_be_any_text(
    store: SharedStore, unique_namespace: str, suffix: str
) -> None:
    mine, others = make_entry(unique_namespace + suffix), make_entry(unique_namespace + "x")
    await save(store, mine, others)
    assert {unique_namespace + suffix, unique_namespace + "x"} <= await store.namespaces()
    (found,) = await store.find_nearest([NearestQuery(mine.namespace, "-", vector_of("how?"), 5)])
    assert [n.entry_id for n in found] == [mine.entry_id]
    assert await store.apply(PlacedRule(1, 1, Rule(mine.namespace, everything=True))) == 1
    assert await fetch_one(store, mine) is None
    assert await fetch_one(store, others) == others


async def test_the_ledger_of_an_unknown_namespace(store: SharedStore, unique_namespace: str) -> None:
    assert await store.ledger(unique_namespace, 0) == Ledger(0, {})
    assert unique_namespace not in await store.namespaces()


async def test_the_first_store_sets_watermark_and_floor(store: SharedStore, unique_namespace: str) -> None:
    assert await save(store, make_entry(unique_namespace, fence=7)) == [STORED]
    assert (await store.ledger(unique_namespace, 0)).watermark == 7
    assert await save(store, make_entry(unique_namespace, "older", fence=6)) == [SaveOutcome(SaveStatus.REFUSED)]
    assert await save(store, make_entry(unique_namespace, "younger", fence=9)) == [STORED]
    assert (await store.ledger(unique_namespace, 0)).watermark == 7


async def test_a_refused_store_sets_no_watermark(store: SharedStore, unique_namespace: str) -> None:
    await store.apply(tagged(unique_namespace, 5, "a"))
    await save(store, make_entry(unique_namespace, tags=("a",), fence=5))
    assert (await store.ledger(unique_namespace, 0)).watermark == 0
    assert unique_namespace in await store.namespaces()


async def test_the_ledger_tells_what_is_applied(store: SharedStore, unique_namespace: str) -> None:
    for number in (3, 5, 4, 1_763_938_000_000 * 256):
        await store.apply(tagged(unique_namespace, number, "a"))
    big = 1_763_938_000_000 * 256
    assert (await store.ledger(unique_namespace, 4)).applied == {4: 40, 5: 50, big: big * 10}
    assert (await store.ledger(unique_namespace, big)).applied == {big: big * 10}
    assert (await store.ledger(unique_namespace, big + 1)).applied == {}


async def test_the_watermark_advances_over_what_is_applied(store: SharedStore, unique_namespace: str) -> None:
    await save(store, make_entry(unique_namespace, fence=2))
    await store.apply(tagged(unique_namespace, 4, "a"))
    assert await store.advance(unique_namespace, Progress(6, 2, ((4, 40),)))
    assert (await store.ledger(unique_namespace, 0)).watermark == 6
    assert await store.advance(unique_namespace, Progress(5, 6, ()))
    assert (await store.ledger(unique_namespace, 0)).watermark == 6


@pytest.mark.parametrize(
    "progress",
    [Progress(9, 7, ((4, 40),)), Progress(9, 6, ((4, 40), (5, 50))), Progress(9, 6, ((4, 41),))],
    ids=["it has lost its watermark", "a rule is not marked", "another log's rule has that number"],
)
async def test_the_watermark_stays_where_something_is_missing(
    store: SharedStore, unique_namespace: str, progress: Progress
) -> None:
    await save(store, make_entry(unique_namespace, fence=6))
    await store.apply(tagged(unique_namespace, 4, "a"))
    assert not await store.advance(unique_namespace, replace(progress, trim_below=5))
    assert await store.ledger(unique_namespace, 0) == Ledger(6, {4: 40})
    assert await save(store, make_entry(unique_namespace, "x", tags=("a",), fence=6)) == [STORED]


async def test_a_namespace_without_entries_can_be_vouched_for(store: SharedStore, unique_namespace: str) -> None:
    assert await store.advance(unique_namespace, Progress(6, 0, (), 3))
    assert (await store.ledger(unique_namespace, 0)).watermark == 6
    assert await save(store, make_entry(unique_namespace, fence=2)) == [SaveOutcome(SaveStatus.REFUSED)]
    assert await save(store, make_entry(unique_namespace, fence=3)) == [STORED]
    assert (await store.ledger(unique_namespace, 0)).watermark == 6


async def test_what_is_trimmed_is_refused_by_its_fence(store: SharedStore, unique_namespace: str) -> None:
    await save(store, make_entry(unique_namespace, "first"))
    for number in (3, 4):
        await store.apply(tagged(unique_namespace, number, f"any{number}"))
    for number in (5, 6):
        await store.apply(tagged(unique_namespace, number, f"all{number}", match_all=True))
    assert await store.advance(unique_namespace, Progress(8, 0, ((3, 30), (4, 40), (5, 50), (6, 60)), 6))
    assert await store.ledger(unique_namespace, 0) == Ledger(8, {6: 60})
    assert await save(store, make_entry(unique_namespace, fence=5)) == [SaveOutcome(SaveStatus.REFUSED)]
    assert await save(store, make_entry(unique_namespace, fence=6, tags=("any4", "all5"))) == [STORED]
    refused = make_entry(unique_namespace, "x", fence=6, tags=("all6",))
    assert await save(store, refused) == [SaveOutcome(SaveStatus.REFUSED, 6)]


async def test_forgetting_what_is_older(store: SharedStore, unique_namespace: str) -> None:
    entries = [make_entry(unique_namespace, f"q{fence}", fence=fence) for fence in range(10)]
    other = make_entry(unique_namespace + ".other")
    await save(store, *entries, other)
    await store.apply(tagged(unique_namespace, 11, "a"))
    assert await store.forget(unique_namespace, 6, 8) == 6
    assert [f.entry for f in await store.fetch([at(e) for e in entries])] == [None] * 6 + entries[6:]
    assert await fetch_one(store, other) == other
    assert await store.ledger(unique_namespace, 0) == Ledger(8, {11: 110})
    assert await save(store, entries[5]) == [SaveOutcome(SaveStatus.REFUSED)]
    assert await save(store, make_entry(unique_namespace, "x", fence=9, tags=("a",))) == [
        SaveOutcome(SaveStatus.REFUSED, 11)
    ]
    assert await store.forget(unique_namespace, 3, 2) == 0
    assert (await store.ledger(unique_namespace, 0)).watermark == 8


async def test_forgetting_all(store: SharedStore, unique_namespace: str) -> None:
    entries = [make_entry(unique_namespace, f"q{fence}", fence=1000 + fence) for fence in range(5)]
    other = make_entry(unique_namespace + ".other")
    await save(store, *entries, other)
    await store.apply(tagged(unique_namespace, 2000, "a"))
    await store.apply(tagged(unique_namespace, 2001, "a", "b", match_all=True))
    assert await store.forget(unique_namespace, None, 4) == 5
    assert [f.entry for f in await store.fetch([at(e) for e in entries])] == [None] * 5
    assert await fetch_one(store, other) == other
    assert await store.ledger(unique_namespace, 0) == Ledger(4, {})
    assert await save(store, make_entry(unique_namespace, fence=3)) == [SaveOutcome(SaveStatus.REFUSED)]
    assert await save(store, make_entry(unique_namespace, fence=4, tags=("a", "b"))) == [STORED]


async def test_namespaces_are_known_from_their_first_write_on(store: SharedStore, unique_namespace: str) -> None:
    names = {f"{unique_namespace}.{what}" for what in ("saved", "ruled", "advanced", "forgotten")}
    await save(store, make_entry(f"{unique_namespace}.saved"))
    await store.apply(tagged(f"{unique_namespace}.ruled", 1, "a"))
    await store.advance(f"{unique_namespace}.advanced", Progress(1, 0, ()))
    await store.forget(f"{unique_namespace}.forgotten", 1, 1)
    await store.lease([at(make_entry(f"{unique_namespace}.leased"))], 1000)
    await store.fetch([at(make_entry(f"{unique_namespace}.fetched"))])
    assert {name for name in await store.namespaces() if name.startswith(unique_namespace)} == names


async def test_a_store_keeps_its_name_while_it_lives(store: SharedStore) -> None:
    assert await store.incarnation() == await store.incarnation() != ""
