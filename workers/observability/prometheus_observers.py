"""Observers that count. What the L1 path touches is bound to its labels beforehand."""

from collections.abc import Callable, Mapping
from functools import cache

from prometheus_client import CollectorRegistry, Counter
from prometheus_client.metrics import MetricWrapperBase

from schemas.base import ErrorCode
from schemas.feedback import Verdict
from schemas.lookup import Layer, LookupStatus, Match
from schemas.store import StoreStatus
from workers.cache.lookup import LookupOutcome
from workers.cache.observer import L1PassedOver, L1Removal, RefusalCause
from workers.cache.policy.second_opinion import OpinionKind
from workers.observability.metrics import CacheMetrics, WorkerMetrics
from workers.observability.readiness import Condition, Readiness
from workers.observability.worker_observer import Intake, LogRecord

_HIT_PATHS = {
    (Layer.L1, Match.EXACT): "l1",
    (Layer.L1, Match.SEMANTIC): "l1",
    (Layer.L2, Match.EXACT): "l2_exact",
    (Layer.L2, Match.SEMANTIC): "l2_semantic",
}

Record = Callable[[float], None]


class PrometheusObserver:
    """Counts what the cache does."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.metrics = metrics = CacheMetrics(registry)
        self._hits: dict[tuple[Layer | None, Match | None], Record] = {
            (layer, match): metrics.lookups.tally(("hit", layer, match), path).add
            for (layer, match), path in _HIT_PATHS.items()
        }
        self._others: dict[str, Record] = {
            status: metrics.lookups.tally((status, "", ""), status).add for status in ("miss", "degraded", "error")
        }
        self._passed_over = {reason: metrics.l1_passed_over.labels(reason).inc for reason in L1PassedOver}
        self._removed = {reason: metrics.l1_removed.labels(reason).inc for reason in L1Removal}
        self._stores = {status: metrics.stores.labels(status).inc for status in StoreStatus}
        self._refused = {cause: metrics.stores_refused.labels(cause).inc for cause in RefusalCause}
        # Remembered: to find the series of some labels costs more than to count.
        self._decisions, self._similarity = cache(metrics.decisions.labels), cache(metrics.similarity.labels)
        for kind in OpinionKind:
            _start_at_zero(kind, metrics.opinions)
        for verdict in Verdict:
            _start_at_zero(verdict, metrics.feedback, metrics.shadow_feedback)
        metrics.l2_reachable.set(1)

    def looked_up(self, outcome: LookupOutcome, seconds: float) -> None:
        """Count it and its time by path."""
        if outcome.status is LookupStatus.HIT:
            self._hits[outcome.layer, outcome.match](seconds)
        else:
            self._others["degraded" if outcome.degraded else outcome.status](seconds)

    def l1_passed_over(self, reason: L1PassedOver) -> None:
        """Count it."""
        self._passed_over[reason]()

    def l1_removed(self, reason: L1Removal, count: int) -> None:
        """Count them."""
        self._removed[reason](count)

    def judged(self, reason: str, *, accepted: bool, similarity: float) -> None:
        """Count the verdict; note the similarity among the hits or the near misses."""
        verdict = "accepted" if accepted else "refused"
        self._decisions(verdict, reason).inc()
        self._similarity(verdict).observe(similarity)

    def second_opinions(self, opinions: Mapping[OpinionKind, int], seconds: float) -> None:
        """Count them, and note the time."""
        for kind, count in opinions.items():
            self.metrics.opinions.labels(kind).inc(count)
        self.metrics.verifier_seconds.observe(seconds)

    def shadowed(self) -> None:
        """Count it."""
        self.metrics.shadowed.inc()

    def verdict_given(self, verdict: Verdict, *, shadowed: bool) -> None:
        """Count it, among all and among the shadowed."""
        self.metrics.feedback.labels(verdict).inc()
        if shadowed:
            self.metrics.shadow_feedback.labels(verdict).inc()

    def embedded(self, prompts: int, seconds: float) -> None:
        """Note size and time."""
        self.metrics.embed_prompts.observe(prompts)
        self.metrics.embed_seconds.observe(seconds)

    def stored(self, status: StoreStatus) -> None:
        """Count it."""
        self._stores[status]()

    def store_refused(self, cause: RefusalCause) -> None:
        """Count it."""
        self._refused[cause]()

    def invalidated(self, removed: int) -> None:
        """Count the rule and what it removed."""
        self.metrics.invalidations.inc()
        self.metrics.invalidated_entries.inc(removed)

    def repaired(self, rules: int) -> None:
        """Count them."""
        self.metrics.repaired_rules.inc(rules)

    def l2_reachable(self, reachable: bool) -> None:
        """Show it; count the openings."""
        self.metrics.l2_reachable.set(reachable)
        if not reachable:
            self.metrics.l2_breaker_opened.inc()

    def watch_l1(self, entries: Callable[[], float], size: Callable[[], float]) -> None:
        """Ask for the number of entries in L1 and their bytes whenever somebody looks."""
        self.metrics.l1_entries.set_function(entries)
        self.metrics.l1_bytes.set_function(size)


class PrometheusWorkerObserver:
    """Counts what the worker does."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.metrics = metrics = WorkerMetrics(registry)
        for intake in Intake:
            _start_at_zero(intake, metrics.in_flight, metrics.paused_partitions)
        self._batch_records, self._in_flight = cache(metrics.batch_records.labels), cache(metrics.in_flight.labels)
        self._replies = cache(metrics.replies.labels)
        self._log_records: dict[LogRecord, Counter] = {met: metrics.log_records.labels(met) for met in LogRecord}

    def batch_taken(self, intake: Intake, records: int) -> None:
        """Note its size."""
        self._batch_records(intake).observe(records)

    def in_flight(self, intake: Intake, records: int) -> None:
        """Show it."""
        self._in_flight(intake).set(records)

    def paused(self, intake: Intake, partitions: int) -> None:
        """Show it."""
        self.metrics.paused_partitions.labels(intake).set(partitions)

    def replied(self, intake: Intake, status: str, replies: int = 1) -> None:
        """Count them."""
        self._replies(intake, status).inc(replies)

    def dead_lettered(self, intake: Intake, code: ErrorCode) -> None:
        """Count it."""
        self.metrics.dead_letters.labels(intake, code).inc()

    def product_changes(self, changes: int, rules: int) -> None:
        """Count both."""
        self.metrics.product_changes.inc(changes)
        self.metrics.product_rules.inc(rules)

    def overloaded(self, lookups: int) -> None:
        """Count them."""
        self.metrics.overload.inc(lookups)

    def log_records(self, met: LogRecord, records: int = 1) -> None:
        """Count them."""
        self._log_records[met].inc(records)

    def log_seen(self, position: int, end: int) -> None:
        """Show the position and how far it is behind."""
        self.metrics.log_position.set(position)
        self.metrics.log_lag.set(max(end - position, 0))

    def watch_freshness(self, age_seconds: Callable[[], float]) -> None:
        """Ask for the age of the view of the log whenever somebody looks."""
        self.metrics.freshness_age.set_function(age_seconds)

    def watch_readiness(self, readiness: Readiness) -> None:
        """Show each condition of readiness from now on."""

        def show(condition: Condition, holds: bool) -> None:
            self.metrics.ready.labels(condition).set(holds)

        readiness.on_change(show)


def _start_at_zero(label: str, *gauges: MetricWrapperBase) -> None:
    """A series that is absent until its first event breaks alerts on it."""
    for gauge in gauges:
        gauge.labels(label)
