import re

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from schemas import ErrorCode, Layer, LookupStatus, Match, StoreStatus, Verdict
from workers.cache.lookup import LookupOutcome
from workers.cache.observer import CacheObserver, L1PassedOver, L1Removal, NullObserver, RefusalCause
from workers.observability.metrics import PREFIX
from workers.observability.prometheus_observers import PrometheusObserver, PrometheusWorkerObserver
from workers.observability.readiness import Condition, Readiness
from workers.observability.worker_observer import Intake, LogRecord, NullWorkerObserver, WorkerObserver


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


def value(registry: CollectorRegistry, name: str, **labels: str) -> float:
    found = registry.get_sample_value(PREFIX + name, labels)
    assert found is not None, f"{name} {labels} is not there"
    return found


def hit(layer: Layer, match: Match) -> LookupOutcome:
    return LookupOutcome(LookupStatus.HIT, layer=layer, match=match)


def test_hits_are_told_apart_by_layer_and_match(registry: CollectorRegistry) -> None:
    observer: CacheObserver = PrometheusObserver(registry)
    observer.looked_up(hit(Layer.L1, Match.EXACT), 0.000_02)
    observer.looked_up(hit(Layer.L1, Match.SEMANTIC), 0.000_02)
    observer.looked_up(hit(Layer.L2, Match.EXACT), 0.001)
    observer.looked_up(hit(Layer.L2, Match.SEMANTIC), 0.01)
    for layer in Layer:
        for match in Match:
            assert value(registry, "lookups_total", status="hit", layer=layer, match=match) == 1
    assert value(registry, "lookup_seconds_count", path="l1") == 2
    assert value(registry, "lookup_seconds_sum", path="l2_semantic") == pytest.approx(0.01)


def test_an_outage_is_not_counted_as_a_miss(registry: CollectorRegistry) -> None:
    observer = PrometheusObserver(registry)
    observer.looked_up(LookupOutcome(LookupStatus.MISS, degraded=True), 0.5)
    assert value(registry, "lookups_total", status="degraded", layer="", match="") == 1
    assert value(registry, "lookups_total", status="miss", layer="", match="") == 0


def test_a_request_that_is_wrong_is_no_miss_either(registry: CollectorRegistry) -> None:
    PrometheusObserver(registry).looked_up(LookupOutcome(LookupStatus.ERROR), 0.001)
    assert value(registry, "lookups_total", status="error", layer="", match="") == 1
    assert value(registry, "lookups_total", status="miss", layer="", match="") == 0


def test_every_event_of_the_cache_has_its_metric(registry: CollectorRegistry) -> None:
    observer: CacheObserver = PrometheusObserver(registry)
    observer.l1_passed_over(L1PassedOver.NOT_FRESH)
    observer.l1_removed(L1Removal.FULL, 3)
    observer.judged("number_differs", accepted=False, similarity=0.97)
    observer.embedded(7, 0.02)
    observer.stored(StoreStatus.REFUSED)
    observer.store_refused(RefusalCause.KILLED)
    observer.invalidated(12)
    observer.repaired(2)
    observer.l2_reachable(False)
    observer.shadowed()
    observer.verdict_given(Verdict.WRONG, shadowed=False)
    observer.verdict_given(Verdict.RIGHT, shadowed=True)
    assert value(registry, "l1_passed_over_total", reason="not_fresh") == 1
    assert value(registry, "l1_removed_entries_total", reason="full") == 3
    assert value(registry, "policy_decisions_total", verdict="refused", reason="number_differs") == 1
    assert value(registry, "policy_similarity_sum", verdict="refused") == pytest.approx(0.97)
    assert value(registry, "embed_batch_prompts_sum") == 7
    assert value(registry, "stores_total", status="refused") == 1
    assert value(registry, "stores_refused_total", cause="killed") == 1
    assert value(registry, "invalidations_total") == 1
    assert value(registry, "invalidated_entries_total") == 12
    assert value(registry, "repaired_rules_total") == 2
    assert value(registry, "l2_reachable") == 0
    assert value(registry, "l2_breaker_opened_total") == 1
    assert value(registry, "shadowed_hits_total") == 1
    assert value(registry, "feedback_total", verdict="wrong") == 1
    assert value(registry, "feedback_total", verdict="right") == 1
    assert value(registry, "shadow_feedback_total", verdict="right") == 1
    assert value(registry, "shadow_feedback_total", verdict="wrong") == 0


def test_every_event_of_a_worker_has_its_metric(registry: CollectorRegistry) -> None:
    observer: WorkerObserver = PrometheusWorkerObserver(registry)
    observer.batch_taken(Intake.LOOKUP, 500)
    observer.in_flight(Intake.LOOKUP, 40)
    observer.paused(Intake.STORE, 2)
    observer.replied(Intake.LOOKUP, "hit", 400)
    observer.dead_lettered(Intake.PRODUCT_CHANGE, ErrorCode.INVALID_REQUEST)
    observer.product_changes(1000, 3)
    observer.overloaded(5)
    observer.log_records(LogRecord.JUNK)
    observer.log_seen(90, 100)
    assert value(registry, "batch_records_sum", intake="lookup") == 500
    assert value(registry, "in_flight_records", intake="lookup") == 40
    assert value(registry, "paused_partitions", intake="store") == 2
    assert value(registry, "replies_total", intake="lookup", status="hit") == 400
    assert value(registry, "dead_letters_total", intake="product_change", code="invalid_request") == 1
    assert value(registry, "product_changes_total") == 1000
    assert value(registry, "product_change_rules_total") == 3
    assert value(registry, "overloaded_lookups_total") == 5
    assert value(registry, "coherence_records_total", met="junk") == 1
    assert value(registry, "coherence_lag_records") == 10
    assert value(registry, "coherence_position") == 90


def test_what_is_watched_is_asked_when_somebody_looks(registry: CollectorRegistry) -> None:
    entries: list[int] = []
    PrometheusObserver(registry).watch_l1(lambda: len(entries), lambda: 512.0 * len(entries))
    PrometheusWorkerObserver(registry).watch_freshness(lambda: 0.25)
    entries.extend((1, 2))
    assert value(registry, "l1_entries") == 2
    assert value(registry, "l1_bytes") == 1024
    assert value(registry, "coherence_freshness_age_seconds") == 0.25


def test_readiness_is_shown_by_condition(registry: CollectorRegistry) -> None:
    readiness = Readiness()
    PrometheusWorkerObserver(registry).watch_readiness(readiness)
    assert value(registry, "ready", condition="kafka") == 0
    readiness.holds(Condition.KAFKA)
    assert value(registry, "ready", condition="kafka") == 1
    readiness.fails(Condition.KAFKA, "connection lost")
    assert value(registry, "ready", condition="kafka") == 0


def test_all_names_carry_the_prefix_and_a_sentence(registry: CollectorRegistry) -> None:
    PrometheusObserver(registry)
    PrometheusWorkerObserver(registry)
    for family in registry.collect():
        assert family.name.startswith(PREFIX)
        assert re.fullmatch(r"[0-9A-Z].*\.", family.documentation), family.name
    assert generate_latest(registry)


def test_the_null_observers_take_every_event() -> None:
    """A protocol's method that a null object lacked would only show when the event occurs."""
    for protocol, null in ((CacheObserver, NullObserver), (WorkerObserver, NullWorkerObserver)):
        events = {name for name in vars(protocol) if not name.startswith("_")}
        assert events <= set(vars(null))
    cache_observer: CacheObserver = NullObserver()
    worker_observer: WorkerObserver = NullWorkerObserver()
    cache_observer.invalidated(1)
    worker_observer.overloaded(1)
