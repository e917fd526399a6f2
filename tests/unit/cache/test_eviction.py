"""Each strategy keeps to its bound and tells of every record that goes; S3-FIFO keeps what is asked for again."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.cache.config import EvictionStrategy
from workers.cache.eviction import S3FifoCache, evicting_cache


@dataclass
class Record:
    deadline: float = 0.0
    uses: int = 0


steps = st.lists(st.tuples(st.sampled_from(["put", "use", "delete"]), st.integers(0, 12)), max_size=80)


@given(st.sampled_from(EvictionStrategy), st.integers(1, 6), steps)
def test_what_is_in_and_what_was_told_to_be_gone_is_what_was_put(
    strategy: EvictionStrategy, maxsize: int, taken: list[tuple[str, int]]
) -> None:
    inside: set[str] = set()
    cache = evicting_cache(strategy, maxsize, lambda key, _: inside.remove(key))
    for what, number in taken:
        key = str(number)
        if what == "put":
            cache[key] = Record(deadline=float(number))
            inside.add(key)
        elif key in cache:
            if what == "use":
                assert cache[key].deadline == float(number)
            else:
                del cache[key]
        assert set(cache) == inside
        assert len(cache) <= maxsize
    while cache:
        cache.popitem()
    assert not inside
    with pytest.raises(KeyError):
        cache.popitem()


def test_a_scan_drives_out_nothing_that_is_used() -> None:
    cache = S3FifoCache(100)
    popular = [f"popular {i}" for i in range(90)]
    for key in popular:
        cache[key] = Record()
        _ = cache[key]
    for i in range(1000):
        cache[f"scanned {i}"] = Record()
        if i % 100 == 0:
            for key in popular:
                _ = cache[key]
    assert all(key in cache for key in popular)


def test_what_is_asked_for_again_soon_after_leaving_stays() -> None:
    cache = S3FifoCache(10)
    for i in range(11):
        cache[str(i)] = Record()
    assert "0" not in cache
    cache["0"] = Record()
    for i in range(100, 110):
        cache[str(i)] = Record()
    assert "0" in cache


def test_what_is_used_no_more_leaves() -> None:
    cache = S3FifoCache(10)
    for i in range(10):
        cache[str(i)] = Record()
        for _ in range(50):
            _ = cache[str(i)]
    for i in range(200):
        cache[f"new {i}"] = Record()
        _ = cache[f"new {i}"]
    assert not [i for i in range(10) if str(i) in cache]


def test_the_next_answer_of_a_popular_question_is_popular() -> None:
    cache = S3FifoCache(10)
    for i in range(10):
        cache[str(i)] = Record()
        _ = cache[str(i)]
    cache["newcomer"] = Record()
    kept = next(key for key in cache if key != "newcomer")
    del cache[kept]
    cache[kept] = Record()
    for i in range(100, 105):
        cache[str(i)] = Record()
    assert kept in cache


@given(st.integers(1, 8), steps)
def test_names_are_remembered_within_bounds(maxsize: int, taken: list[tuple[str, int]]) -> None:
    cache = S3FifoCache(maxsize)
    for what, number in taken:
        if what == "put":
            cache[str(number)] = Record()
        elif str(number) in cache:
            _ = cache.pop(str(number)) if what == "delete" else cache[str(number)]
        assert len(cache._remembered) <= maxsize
        assert not set(cache._small) & set(cache._main)
        assert set(cache._small) | set(cache._main) == set(cache)
    cache.clear()
    assert (len(cache), len(cache._remembered), len(cache._small) + len(cache._main)) == (0, 0, 0)
