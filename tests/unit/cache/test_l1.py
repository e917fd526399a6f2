"""L1 holds what it may, drops what a rule kills, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.lookup import Match
from tests.unit.cache.entries import a_clear, a_replacement, a_rule, an_entry, an_id_rule
from workers.cache.config import EvictionStrategy, L1CacheConfig
from workers.cache.entry import Entry
from workers.cache.l1 import L1Cache, L1Record
from workers.cache.rules import PlacedRule, kills

FAR = 1e9


def kept(entry: Entry, deadline: float = FAR, match: Match = Match.EXACT) -> L1Record:
    return L1Record(entry, deadline, match, 1.0)


def an_l1(strategy: EvictionStrategy = EvictionStrategy.LRU, **fields: int) -> L1Cache:
    return L1Cache(L1CacheConfig(eviction_strategy=strategy, **fields))


@pytest.mark.parametrize("strategy", EvictionStrategy)
def test_an_entry_is_not_served_beyond_its_own_end(strategy: EvictionStrategy) -> None:
    l1 = an_l1(strategy)
    l1.put("k", kept(an_entry(), deadline=50.0))
    assert l1.get("k", 49.9) is not None
    assert l1.get("k", 50.0) is None
    assert len(l1) == 0


@pytest.mark.parametrize(
    ("strategy", "leaves"),
    [
        (EvictionStrategy.LRU, "b"),
        (EvictionStrategy.LFU, "c"),
        (EvictionStrategy.TTL, "a"),
        (EvictionStrategy.S3FIFO, "c"),
    ],
)
def test_who_leaves_first(strategy: EvictionStrategy, leaves: str) -> None:
    l1 = an_l1(strategy, max_size=3)
    for key, deadline, reads in (("a", 10.0, 3), ("b", 30.0, 2), ("c", 20.0, 0)):
        l1.put(key, kept(an_entry(prompt=key), deadline))
        for _ in range(reads):
            l1.get(key, 0.0)
    l1.get("a", 0.0)
    l1.put("d", kept(an_entry(prompt="d"), 40.0))
    assert [key for key in "abc" if l1.get(key, 0.0) is None] == [leaves]


@pytest.mark.parametrize(("strategy", "leaves"), [(EvictionStrategy.LRU, "a"), (EvictionStrategy.S3FIFO, "a")])
def test_to_be_looked_at_by_a_rule_is_no_use(strategy: EvictionStrategy, leaves: str) -> None:
    l1 = an_l1(strategy, max_size=2)
    for key in "ab":
        l1.put(key, kept(an_entry(prompt=key, tags=(key,), fence=5)))
    assert l1.evict(a_rule(1, "a")) == 0
    l1.put("c", kept(an_entry(prompt="c")))
    assert [key for key in "ab" if l1.get(key, 0.0) is None] == [leaves]


@pytest.mark.parametrize("strategy", EvictionStrategy)
def test_bytes_are_bounded(strategy: EvictionStrategy) -> None:
    l1 = an_l1(strategy, max_bytes=1_000_000)
    for i in range(100):
        l1.put(str(i), kept(an_entry(prompt=str(i), response="x" * 20_000)))
        assert l1.bytes <= 1_000_000
    assert 40 < len(l1) < 50
    l1.put("huge", kept(an_entry(prompt="huge", response="x" * 1_000_000)))
    assert l1.get("huge", 0.0) is None


def test_letters_and_tags_count_for_what_they_take() -> None:
    latin, other = an_entry(response="x" * 10_000), an_entry(response="字" * 10_000)
    assert 10_000 < latin.size < 12_000
    assert 20_000 < other.size < 22_000
    assert an_entry(tags=("a", "b")).size > an_entry(tags=()).size + 200


def test_an_alias_goes_with_its_entry() -> None:
    l1 = an_l1()
    entry = an_entry(tags=("product:a",))
    l1.put(entry.entry_id, kept(entry))
    l1.put("other words", kept(entry, match=Match.SEMANTIC))
    assert l1.evict(a_rule(10, "product:a")) == 2
    assert len(l1) == 0
    assert l1.bytes == 0


def test_a_replaced_answer_goes_with_its_aliases_and_the_new_one_stays() -> None:
    l1 = an_l1()
    old, new = an_entry(response="old"), an_entry(response="new")
    l1.put(old.entry_id, kept(old))
    l1.put("alias", kept(old))
    assert l1.evict(a_replacement(11, new)) == 2
    l1.put(new.entry_id, kept(new))
    assert l1.evict(a_replacement(11, new)) == 0


def test_two_versions_of_one_entry_never_stand_together() -> None:
    l1 = an_l1()
    old, new = an_entry(response="old"), an_entry(response="new")
    l1.put("alias", kept(old))
    l1.put(new.entry_id, kept(new))
    assert l1.get("alias", 0.0) is None


entries = st.builds(
    an_entry,
    prompt=st.sampled_from(["p", "q", "r"]),
    namespace=st.sampled_from(["shop", "other"]),
    tags=st.lists(st.sampled_from("abc"), unique=True).map(tuple),
    fence=st.integers(0, 6),
)
some_rules = st.one_of(
    st.builds(a_clear, st.integers(0, 6), st.sampled_from(["shop", "other"])),
    st.builds(lambda n, e: an_id_rule(n, e.entry_id), st.integers(0, 6), entries),
    st.builds(
        lambda n, tags, every, ns: a_rule(n, *tags, namespace=ns, match_all=every),
        st.integers(0, 6),
        st.sets(st.sampled_from("abc"), min_size=1),
        st.booleans(),
        st.sampled_from(["shop", "other"]),
    ),
)


@given(
    st.sampled_from(EvictionStrategy),
    st.lists(st.one_of(st.tuples(st.sampled_from("12345"), entries), some_rules), max_size=40),
)
def test_exactly_what_a_rule_kills_goes(
    strategy: EvictionStrategy, steps: list[tuple[str, Entry] | PlacedRule]
) -> None:
    l1 = an_l1(strategy, max_size=4)
    for step in steps:
        if isinstance(step, tuple):
            l1.put(step[0], kept(step[1]))
            continue
        before = {key: record for key in "12345" if (record := l1.get(key, 0.0))}
        l1.evict(step)
        for key, record in before.items():
            assert (l1.get(key, 0.0) is None) == kills(step, record.entry)
    held = [record.entry for key in "12345" if (record := l1.get(key, 0.0))]
    assert l1.bytes == sum(entry.size for entry in held)
    l1.clear()
    assert (len(l1), l1.bytes) == (0, 0)
