from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from schemas import Layer
from workers.cache.frequent import OTHER, FrequentNames
from workers.cache.statistics import CacheStatistics

NAMES = st.lists(st.sampled_from([f"n{i}" for i in range(30)] + [OTHER]), max_size=400)


def test_the_snapshot_is_the_contracts() -> None:
    statistics = CacheStatistics()
    for _ in range(680):
        statistics.hit(Layer.L1, "developer", 0.000025)
    for _ in range(170):
        statistics.hit(Layer.L2, None, 0.0185)
    for _ in range(150):
        statistics.miss(reached_l2=True)
    statistics.tag_invalidated(["product:iphone"])
    statistics.tag_invalidated(["product:iphone", "brand:apple"])
    assert statistics.snapshot() == {
        "total_queries": 1000,
        "hit_rate_percentage": 85.0,
        "l1_cache": {"hits": 680, "hit_rate_percentage": 68.0, "avg_latency_ms": 0.025},
        "l2_cache": {"hits": 170, "hit_rate_percentage": 53.1, "avg_latency_ms": 18.5},
        "context_hits": {"developer": 680},
        "tag_invalidations": {"product:iphone": 2, "brand:apple": 1},
    }


def test_an_outage_is_not_an_absence_in_l2() -> None:
    statistics = CacheStatistics()
    statistics.hit(Layer.L2, None, 0.001)
    for _ in range(3):
        statistics.miss(reached_l2=False)
    snapshot = statistics.snapshot()
    assert snapshot["l2_cache"]["hit_rate_percentage"] == 100.0
    assert snapshot["hit_rate_percentage"] == 25.0


def test_an_unused_cache_divides_by_nothing() -> None:
    assert CacheStatistics().snapshot()["hit_rate_percentage"] == 0.0


@given(NAMES)
def test_totals_are_exact_and_no_count_exceeds_the_truth(names: list[str]) -> None:
    counter = FrequentNames(shown=5, capacity=10)
    counter.add_all(names)
    shown, truth = counter.snapshot(), Counter(names)
    assert sum(shown.values()) == len(names) == counter.total
    assert len(shown) <= 6
    assert all(count <= truth[name] for name, count in shown.items() if name != OTHER)


@given(NAMES)
def test_few_names_are_counted_exactly(names: list[str]) -> None:
    counter = FrequentNames(shown=40, capacity=80)
    counter.add_all(names)
    assert counter.snapshot() == dict(Counter(names))


def test_a_frequent_name_is_shown_among_a_flood_of_rare_ones() -> None:
    counter = FrequentNames(shown=5, capacity=10)
    for i in range(5000):
        counter.add(f"rare-{i}")
        if i >= 1000 and i % 3 == 0:
            counter.add("late but frequent")
    name, count = next(iter(counter.snapshot().items()))
    assert name == "late but frequent"
    assert count > 1300
