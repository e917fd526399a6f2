"""The memory of rules answers as the predicate would, over all rules that it holds."""

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.cache.entries import a_clear, a_replacement, a_rule, an_entry, an_id_rule
from workers.cache.recent_rules import RecentRules
from workers.cache.rules import PlacedRule, Rule, kills

TAGS = ["a", "b", "c"]
tag_sets = st.frozensets(st.sampled_from(TAGS), min_size=1)
ENTRY_ID = an_entry().entry_id


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    namespace = draw(st.sampled_from(["shop", "other"]))
    kind = draw(st.integers(0, 3))
    if kind == 0:
        return Rule(namespace, everything=True)
    if kind == 1:
        return Rule(
            namespace, entry_ids=frozenset(draw(st.sampled_from([[ENTRY_ID], ["0" * 32], [ENTRY_ID, "1" * 32]])))
        )
    return Rule(namespace, tags=draw(tag_sets), match_all=kind == 3)


@given(
    st.lists(rules(), max_size=20),
    st.frozensets(st.sampled_from(TAGS)),
    st.integers(0, 25),
    st.integers(0, 20),
)
def test_it_says_what_the_predicate_says(history: list[Rule], tags: frozenset[str], fence: int, dropped: int) -> None:
    recent = RecentRules(max_count=1000)
    placed = [PlacedRule(i, i * 10, rule) for i, rule in enumerate(history)]
    for record in placed:
        recent.add(record)
    recent.trim(dropped * 10)
    entry = an_entry(tags=tuple(tags), fence=fence)
    killers = [p.offset for p in placed if p.offset >= dropped and kills(p, entry)]
    newest = recent.newest_kill(entry)
    assert (newest is not None) == bool(killers)
    if newest is not None:
        assert newest in killers
    assert recent.rules() == placed[dropped:]
    assert recent.covers(fence) == (fence >= min(dropped, len(history)))


def test_beyond_the_count_the_oldest_go_and_the_floor_rises() -> None:
    recent = RecentRules(max_count=3)
    for offset in range(5):
        recent.add(a_rule(offset, f"t{offset}"))
    assert (recent.floor, recent.position, len(recent)) == (2, 5, 3)
    assert recent.newest_kill(an_entry(tags=("t1",), fence=0)) is None
    assert not recent.covers(1)
    assert recent.newest_kill(an_entry(tags=("t2",), fence=0)) == 2


def test_an_offset_seen_twice_counts_once() -> None:
    recent = RecentRules(max_count=10)
    recent.add(a_clear(3))
    recent.add(a_clear(3))
    recent.add(a_clear(2))
    assert (len(recent), recent.position) == (1, 4)


def test_a_rule_told_again_by_a_newer_one_survives_the_older_ones_going() -> None:
    recent = RecentRules(max_count=10)
    recent.add(a_rule(0, "a", at_ms=5))
    recent.add(a_rule(1, "a", at_ms=9))
    recent.trim(7)
    assert recent.newest_kill(an_entry(tags=("a",), fence=1)) == 1


def test_the_position_at_a_time_errs_low() -> None:
    recent = RecentRules(max_count=10)
    recent.reset(100, forgotten_ms=1_000)
    for offset, at_ms in ((100, 2_000), (101, 3_000), (102, 2_500), (103, 4_000)):
        recent.add(a_rule(offset, "a", at_ms=at_ms))
    assert recent.position_at(1_000) is None
    assert recent.position_at(1_001) == 100
    assert recent.position_at(2_000) == 100
    assert recent.position_at(2_400) == 101
    assert recent.position_at(3_001) == 103
    assert recent.position_at(4_001) == 104
    recent.trim(3_500)
    assert recent.position_at(3_000) is None
    assert recent.position_at(3_001) == 103


def test_a_replacement_counts_from_the_moment_the_read_began() -> None:
    recent = RecentRules(max_count=10)
    old, new = an_entry(response="old"), an_entry(response="new")
    recent.add(a_replacement(0, new))
    assert recent.is_superseded(old, since=0)
    assert not recent.is_superseded(new, since=0)
    assert not recent.is_superseded(old, since=1)
    recent.add(an_id_rule(1, "0" * 32, namespace="other"))
    recent.trim(1)
    assert not recent.is_superseded(old, since=0)
