"""Every metric, its name and labels, in one place. Label values come from enums: never a prompt, tag or tenant.

Names are part of what dashboards and alerts rely on: they only grow.
"""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, disable_created_metrics

from workers.observability.lookup_recorder import LookupRecorder

PREFIX = "semantic_cache_"

_LATENCIES = (
    *(0.000_005, 0.000_01, 0.000_025, 0.000_05, 0.000_1, 0.000_25, 0.000_5),
    *(0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5),
)
"""Seconds: from a dictionary's answer to a timeout's."""
_SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 4096)
_SIMILARITIES = (0.3, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.875, 0.9, 0.925, 0.95, 0.97, 0.99)


def worker_registry() -> CollectorRegistry:
    """A registry for one worker process, with its memory, CPU time and open files."""
    # One more series for each, which nobody reads.
    disable_created_metrics()  # type: ignore[no-untyped-call]
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    return registry


class CacheMetrics:
    """What the cache itself does."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def counter(name: str, help_text: str, *labels: str) -> Counter:
            return Counter(PREFIX + name, help_text, labels, registry=registry)

        def gauge(name: str, help_text: str, *labels: str) -> Gauge:
            return Gauge(PREFIX + name, help_text, labels, registry=registry)

        def histogram(name: str, help_text: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
            return Histogram(PREFIX + name, help_text, labels, buckets=buckets, registry=registry)

        self.lookups = LookupRecorder(
            (
                f"{PREFIX}lookups",
                "Lookups by status (hit, miss, error, degraded: an outage, never counted as a miss), layer and match.",
            ),
            (
                f"{PREFIX}lookup_seconds",
                "Time of a lookup by path: l1, l2_exact, l2_semantic, miss, degraded, error. Includes wait_ms.",
            ),
            labels=("status", "layer", "match"),
            bounds=_LATENCIES,
        )
        registry.register(self.lookups)
        self.l1_passed_over = counter("l1_passed_over", "Lookups that did not ask L1, by reason.", "reason")
        self.l1_removed = counter("l1_removed_entries", "Entries that left L1, by reason.", "reason")
        self.l1_entries = gauge("l1_entries", "Entries in L1, aliases included.")
        self.l1_bytes = gauge("l1_bytes", "Bytes held in L1, as counted against its bound.")
        self.decisions = counter("policy_decisions", "Verdicts on best candidates, by reason.", "verdict", "reason")
        self.similarity = histogram(
            "policy_similarity",
            "Cosine similarity of best candidates: accepted are hits, refused are near misses.",
            _SIMILARITIES,
            "verdict",
        )
        self.opinions = counter("verifier_opinions", "Borderline candidates, by what the verifier said.", "opinion")
        self.verifier_seconds = histogram("verifier_seconds", "How long lookups waited for the verifier.", _LATENCIES)
        self.shadowed = counter("shadowed_hits", "Hits by meaning that were kept back, their answers only shown.")
        self.feedback = counter("feedback", "Verdicts on pairings.", "verdict")
        self.shadow_feedback = counter("shadow_feedback", "Verdicts on pairings that were only shown.", "verdict")
        self.embed_prompts = histogram("embed_batch_prompts", "Prompts in one pass of the embedder.", _SIZES)
        self.embed_seconds = histogram("embed_batch_seconds", "Time of one pass of the embedder.", _LATENCIES)
        self.stores = counter("stores", "Stores by status.", "status")
        self.stores_refused = counter("stores_refused", "Refused stores by cause.", "cause")
        self.invalidations = counter("invalidations", "Rules applied to L2, repairs included.")
        self.invalidated_entries = counter("invalidated_entries", "Entries that rules deleted from L2.")
        self.repaired_rules = counter("repaired_rules", "Rules that L2 had lost and that were applied again.")
        self.l2_reachable = gauge("l2_reachable", "1 while the breaker round L2 is closed, 0 while it is open.")
        self.l2_breaker_opened = counter("l2_breaker_opened", "How often the breaker round L2 opened.")


class WorkerMetrics:
    """What a worker does with its records and with the coherence log."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def counter(name: str, help_text: str, *labels: str) -> Counter:
            return Counter(PREFIX + name, help_text, labels, registry=registry)

        def gauge(name: str, help_text: str, *labels: str) -> Gauge:
            return Gauge(PREFIX + name, help_text, labels, registry=registry)

        self.batch_records = Histogram(
            f"{PREFIX}batch_records",
            "Records in one batch from the broker.",
            ("intake",),
            buckets=_SIZES,
            registry=registry,
        )
        self.in_flight = gauge("in_flight_records", "Records begun and not yet answered.", "intake")
        self.paused_partitions = gauge("paused_partitions", "Partitions paused for back-pressure.", "intake")
        self.replies = counter("replies", "Replies acknowledged by the broker, by status.", "intake", "status")
        self.dead_letters = counter("dead_letters", "Records put aside, by error code.", "intake", "code")
        self.product_changes = counter("product_changes", "Product changes handled.")
        self.product_rules = counter("product_change_rules", "Rules that product changes were coalesced into.")
        self.overload = counter("overloaded_lookups", "Lookups turned away or held back for want of room.")
        self.log_records = counter(
            "coherence_records", "Records of the coherence log: replayed, followed, junk.", "met"
        )
        self.log_lag = gauge("coherence_lag_records", "Records between the worker's position and the log's end.")
        self.log_position = gauge("coherence_position", "The worker's position in the coherence log.")
        self.freshness_age = gauge(
            "coherence_freshness_age_seconds",
            "Seconds since the log was last known to be seen whole; beyond the bound L1 does not answer.",
        )
        self.ready = gauge("ready", "1 where the condition of readiness holds.", "condition")
