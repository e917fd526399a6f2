"""The predicate in Python against the table that its twin in Lua is held to as well."""

from __future__ import annotations

import pytest

from tests.kill_cases import HERE, ID, KILL_CASES, KillCase
from workers.cache.entry import Entry
from workers.cache.recent_rules import RecentRules
from workers.cache.rules import PlacedRule, Rule, kills


def placed(case: KillCase) -> PlacedRule:
    rule = Rule(case.namespace, case.tags, case.match_all, case.entry_ids, case.everything)
    return PlacedRule(case.number, 1, rule)


def entry(case: KillCase) -> Entry:
    return Entry(ID, HERE, "-", "q", "a", case.fence, 0.0, 1.0, case.entry_tags)


@pytest.mark.parametrize("case", KILL_CASES, ids=lambda case: case.says)
def test_the_predicate(case: KillCase) -> None:
    assert kills(placed(case), entry(case)) is case.kills


@pytest.mark.parametrize("case", KILL_CASES, ids=lambda case: case.says)
def test_the_memory_of_recent_rules(case: KillCase) -> None:
    recent = RecentRules(max_count=1000, start=case.number)
    recent.add(placed(case))
    assert recent.newest_kill(entry(case)) == (case.number if case.kills else None)
