"""A rule kills the same entries in every store, whether the entry or the rule comes first."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.contract.store.stores import fetch_one, make_entry, save
from tests.kill_cases import ELSEWHERE, ID, KILL_CASES, KillCase
from workers.cache.entry import Entry
from workers.cache.ports import SaveOutcome, SaveStatus, SharedStore
from workers.cache.rules import PlacedRule, Rule

each_case = pytest.mark.parametrize("case", KILL_CASES, ids=lambda case: case.says)


def place(case: KillCase, namespace: str) -> PlacedRule:
    where = f"{namespace}.other" if case.namespace == ELSEWHERE else namespace
    return PlacedRule(case.number, 1, Rule(where, case.tags, case.match_all, case.entry_ids, case.everything))


def entry_of(case: KillCase, namespace: str) -> Entry:
    return make_entry(namespace, entry_id=ID, tags=case.entry_tags, fence=case.fence)


@each_case
async def test_the_entry_first(store: SharedStore, unique_namespace: str, case: KillCase) -> None:
    entry, placed = entry_of(case, unique_namespace), place(case, unique_namespace)
    bystander = make_entry(unique_namespace, "bystander", fence=case.number + 1, tags=case.entry_tags)
    await save(store, entry, bystander)
    assert await store.count(replace(placed.rule, namespace=unique_namespace)) == (
        placed.rule.matches(replace(entry, namespace=placed.rule.namespace))
        + placed.rule.matches(replace(bystander, namespace=placed.rule.namespace))
    )
    assert await store.apply(placed) == case.kills
    assert (await fetch_one(store, entry) is None) is case.kills
    assert await fetch_one(store, bystander) == bystander
    assert (await store.ledger(placed.rule.namespace, case.number)).applied == {case.number: 1}


@each_case
async def test_the_rule_first(store: SharedStore, unique_namespace: str, case: KillCase) -> None:
    entry, placed = entry_of(case, unique_namespace), place(case, unique_namespace)
    assert await store.apply(placed) == 0
    refused = SaveOutcome(SaveStatus.REFUSED, case.number)
    assert await save(store, entry) == [refused if case.kills else SaveOutcome(SaveStatus.STORED)]
    assert (await fetch_one(store, entry) is None) is case.kills
