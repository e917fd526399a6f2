"""The optimum is one, and the traces are what they are called."""

import random
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.traces import FAR, Trace, best_hits, expiring, generated, recorded


def lasting(keys: list[int]) -> Trace:
    return Trace("t", keys, [FAR] * len(keys))


def tried_out(trace: Trace, size: int) -> int:
    """The most hits of all ways to keep and to drop."""
    things = list(zip(trace.keys, trace.deadlines, strict=True))

    @cache
    def most(at: int, held: frozenset[tuple[int, float]]) -> int:
        if at == len(things):
            return 0
        here = held | {things[at]}
        ways = [here] if len(here) <= size else [here - {one} for one in here]
        return (things[at] in held) + max(most(at + 1, way) for way in ways)

    return most(0, frozenset())


@given(st.lists(st.integers(0, 4), max_size=14), st.integers(1, 3))
def test_nothing_beats_the_best(keys: list[int], size: int) -> None:
    assert best_hits(lasting(keys), size) == tried_out(lasting(keys), size)


@given(st.lists(st.integers(0, 3), min_size=1, max_size=14), st.integers(1, 3), st.integers(0, 9))
def test_nor_where_entries_expire(keys: list[int], size: int, seed: int) -> None:
    rng = random.Random(seed)
    trace = Trace("t", keys, [at + 1 + rng.randrange(3) for at in range(len(keys))])
    assert best_hits(trace, size) == tried_out(trace, size)


def test_what_has_expired_is_another_thing() -> None:
    trace = Trace("t", [1, 1, 1, 1], [2.0, 2.0, 4.0, 4.0])
    assert best_hits(trace, 1) == 2


def test_a_deadline_lies_ahead_and_is_shared() -> None:
    trace = expiring("t", [1, 2] * 500, random.Random(3))
    assert all(deadline > at for at, deadline in enumerate(trace.deadlines))
    by_key: dict[int, list[float]] = {1: [], 2: []}
    for key, deadline in zip(trace.keys, trace.deadlines, strict=True):
        by_key[key].append(deadline)
    assert all(deadlines == sorted(deadlines) for deadlines in by_key.values())


def test_the_generated_ones_are_as_long_as_asked_and_alike_each_time() -> None:
    first, second = generated(50, 400), generated(50, 400)
    assert [trace.keys for trace in first] == [trace.keys for trace in second]
    assert {len(trace) for trace in first} == {400}
    assert len({trace.name for trace in first}) == len(first)


def test_the_most_popular_is_as_popular_as_zipf_says() -> None:
    zipf = next(trace for trace in generated(100, 20_000) if trace.name == "Zipf 1")
    counts = Counter(zipf.keys)
    assert 0.17 < counts[0] / 20_000 < 0.21  # 1 / (1 + 1/2 + … + 1/100) is 0.193
    assert 0.4 < counts[1] / counts[0] < 0.6


def test_a_recorded_trace_is_read(tmp_path: Path) -> None:
    path = tmp_path / "keys.txt"
    path.write_text("a\nb\n\na\n", encoding="utf-8")
    assert list(recorded(path).keys) == [0, 1, 0]
    path.write_text("\n", encoding="utf-8")
    with pytest.raises(ValueError, match="no keys"):
        recorded(path)
