"""What can be set about the cache itself; the workers' settings are made of the same pieces."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

DEFAULT_CONTEXT_FIELDS = ("conversation_id", "user_persona", "session_id")
DEFAULT_MODEL = "sentence-transformers/all-MiniLM-L6-v2"


class Config(BaseModel):
    """A frozen group of settings that refuses unknown names."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, protected_namespaces=())


class EvictionStrategy(StrEnum):
    """Which entry leaves a full L1 first."""

    LRU = "lru"
    LFU = "lfu"
    TTL = "ttl"
    S3FIFO = "s3fifo"


class L1CacheConfig(Config):
    """The cache in the worker's own memory."""

    enabled: bool = True
    """Off: every lookup goes to L2."""
    max_size: Annotated[int, Field(ge=1, le=10_000_000)] = 1000
    """Entries, aliases included."""
    max_bytes: Annotated[int, Field(ge=1_000_000)] = 256_000_000
    """Answers, prompts and metadata held, in bytes; the least wanted leave first."""
    eviction_strategy: EvictionStrategy = EvictionStrategy.LRU
    """`lru`: least recently used first; `lfu`: least often used, for popularity that stays; `ttl`: soonest to expire;
    `s3fifo`: what was asked for once leaves before what is asked for again."""
    alias_ttl_seconds: Annotated[float, Field(ge=0, le=86_400)] = 300
    """How long an accepted paraphrase is answered by key; 0 turns aliases off."""


class IndexAlgorithm(StrEnum):
    """How the query engine finds neighbours."""

    HNSW = "hnsw"
    FLAT = "flat"


class RedisConfig(Config):
    """L2: a Redis with the query engine (Redis 8, Redis Stack 7, or a managed one)."""

    url: SecretStr = SecretStr("redis://localhost:6380")
    """`redis://` or `rediss://`, with user, password and database number as needed."""
    key_prefix: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,32}$")] = "sc1"
    """First part of every key and index name; two deployments on one Redis need two prefixes."""
    timeout_ms: Annotated[int, Field(ge=10, le=60_000)] = 500
    """How long a lookup waits for L2 before it is a degraded miss."""
    write_timeout_ms: Annotated[int, Field(ge=100, le=600_000)] = 5000
    """The same for stores and for one round of an invalidation."""
    connect_timeout_ms: Annotated[int, Field(ge=50, le=60_000)] = 2000
    """How long one attempt to connect may take."""
    max_connections: Annotated[int, Field(ge=2, le=1000)] = 16
    """Connections of one worker."""
    index_algorithm: IndexAlgorithm = IndexAlgorithm.HNSW
    """`hnsw`: approximate, for large caches; `flat`: exact, loads faster. For indexes made from then on."""
    hnsw_m: Annotated[int, Field(ge=4, le=128)] = 16
    """Neighbours of a node in the HNSW graph: more finds better and costs memory."""
    hnsw_ef_construction: Annotated[int, Field(ge=16, le=2000)] = 200
    """Candidates kept while a node is inserted: more builds a better graph, more slowly."""
    hnsw_ef_runtime: Annotated[int, Field(ge=5, le=2000)] = 48
    """Candidates kept while searching: more finds better, more slowly."""
    delete_round_size: Annotated[int, Field(ge=10, le=100_000)] = 5000
    """Entries deleted in one round of an invalidation."""
    max_verdicts: Annotated[int, Field(ge=100, le=10_000_000)] = 10_000
    """Verdicts of feedback that are kept of a namespace, in Redis and in every worker; the oldest go."""
    breaker_failures: Annotated[int, Field(ge=1, le=1000)] = 5
    """So many failures in a row open the breaker: lookups stop waiting for L2."""
    breaker_probe_ms: Annotated[int, Field(ge=50, le=60_000)] = 500
    """How often an open breaker lets one call through."""


class CoherenceConfig(Config):
    """How an L1 is kept true."""

    max_staleness_ms: Annotated[int, Field(ge=50, le=3_600_000)] = 1000
    """An L1 answers only while it is known to reflect the log as of so long ago."""
    rule_memory_seconds: Annotated[int, Field(ge=60, le=86_400)] = 3600
    """Rules younger than this are kept in memory; a store whose fence is older is refused."""
    rule_memory_count: Annotated[int, Field(ge=1000, le=10_000_000)] = 500_000
    """At most so many rules are kept; beyond it the oldest are dropped, and fences before them refused."""
    broker_clock_skew_ms: Annotated[int, Field(ge=0, le=60_000)] = 0
    """How far two brokers' clocks may differ: stores without a fence are dated back by so much."""
    repair_interval_ms: Annotated[int, Field(ge=100, le=600_000)] = 1000
    """How often a worker compares the rules it knows with those that Redis has applied."""
    repair_after_ms: Annotated[int, Field(ge=100, le=600_000)] = 3000
    """A rule that Redis still lacks after this time is applied again by whoever notices."""


class LeaseConfig(Config):
    """One question, one computation."""

    enabled: bool = True
    """Off: a miss names no leader, and nobody waits."""
    duration_ms: Annotated[int, Field(ge=100, le=600_000)] = 30_000
    """How long a leader has to store its answer before another is asked."""
    poll_ms: Annotated[int, Field(ge=5, le=5000)] = 25
    """How often waiting followers look for the leader's answer, all in one round trip."""
    max_waiting: Annotated[int, Field(ge=0, le=100_000)] = 5000
    """Lookups that may wait at once; more are answered without waiting."""


class EmbeddingConfig(Config):
    """How a prompt becomes a vector."""

    model: str = DEFAULT_MODEL
    """A model that fastembed knows by name."""
    model_path: Path | None = None
    """A folder with the model's files; absent: those that `semantic-cache model fetch` put in place."""
    threads: Annotated[int, Field(ge=0, le=64)] = 0
    """Batches embedded at once, each on a thread; 0: one for each processor that may be used, at most 4."""
    batch_size: Annotated[int, Field(ge=1, le=1024)] = 32
    """Prompts of like length embedded in one pass."""
    queue_size: Annotated[int, Field(ge=1, le=1_000_000)] = 4096
    """Prompts that may wait for the embedder."""
    memo_size: Annotated[int, Field(ge=0, le=10_000_000)] = 4096
    """Vectors remembered by prompt (1.5 kB each)."""


class PolicyConfig(Config):
    """When a near question is the same question."""

    path: Path | None = None
    """A policy file written by `semantic-cache calibrate`; absent: the one that ships."""
    min_similarity: Annotated[float, Field(ge=0, le=1)] = 0.0
    """The deployment's own floor of cosine similarity, on top of the policy's; 0 leaves it to the policy. Raising it
    costs hits and, as measured, keeps out little that the policy lets in."""
    candidates: Annotated[int, Field(ge=2, le=50)] = 5
    """Neighbours that the policy sees."""
    shadow_share: Annotated[float, Field(ge=0, le=1)] = 0.0
    """Of the questions: so many are answered by meaning in the shadow only, as a miss with the would-be answer."""
    verifier_model: str | None = None
    """A cross-encoder that fastembed knows by name, for a second opinion on borderline candidates; absent: none."""
    verifier_path: Path | None = None
    """The same from a folder: `model.onnx` with one score a pair, `tokenizer.json`, `tokenizer_config.json`."""
    verifier_band_below: Annotated[float, Field(ge=0, le=1)] = 0.2
    """So far under the policy's threshold a confidence is borderline; the verifier may accept such a candidate."""
    verifier_band_above: Annotated[float, Field(ge=0, le=1)] = 0.05
    """So far over the threshold a confidence is borderline; the verifier may refuse such a candidate."""
    verifier_min_score: Annotated[float, Field(ge=0, le=1)] = 0.5
    """The verifier agrees from this score on: its output through a sigmoid."""
    verifier_timeout_ms: Annotated[int, Field(ge=5, le=60_000)] = 150
    """How long a lookup waits for the verifier; a candidate that it has not read by then is refused."""
    verifier_threads: Annotated[int, Field(ge=1, le=64)] = 1
    """Threads of one pass of the verifier."""

    @model_validator(mode="after")
    def _one_verifier(self) -> Self:
        if self.verifier_model is not None and self.verifier_path is not None:
            raise ValueError("set verifier_model or verifier_path, not both: there is one verifier")
        return self


class TracingExporter(StrEnum):
    """Where spans go."""

    CONSOLE = "console"
    OTLP = "otlp"
    JAEGER = "jaeger"


class ObservabilityConfig(Config):
    """What the outside may see."""

    enable_metrics: bool = True
    """Off: `/metrics` is not there."""
    enable_tracing: bool = False
    """Spans of what a worker does, continuing the `traceparent` of a request."""
    tracing_exporter: TracingExporter = TracingExporter.CONSOLE
    """`jaeger` speaks OTLP to a Jaeger collector."""
    tracing_endpoint: str | None = None
    """Absent: the exporter's own default."""
    log_level: Annotated[str, Field(pattern=r"^(debug|info|warning|error)$")] = "info"
    """The least severe level that is written."""
    log_prompts: bool = False
    """Prompts and answers in debug logs; leave it off where they are private."""


class CacheConfig(Config):
    """The whole cache, as a library or inside a worker."""

    l1: L1CacheConfig = L1CacheConfig()
    redis: RedisConfig = RedisConfig()
    coherence: CoherenceConfig = CoherenceConfig()
    lease: LeaseConfig = LeaseConfig()
    embedding: EmbeddingConfig = EmbeddingConfig()
    policy: PolicyConfig = PolicyConfig()
    observability: ObservabilityConfig = ObservabilityConfig()
    enable_context_hashing: bool = True
    """Off: all contexts of a namespace share their answers."""
    context_fields: Annotated[tuple[str, ...], Field(max_length=32)] = DEFAULT_CONTEXT_FIELDS
    """Context keys that a request may carry."""
    enable_tags: bool = True
    """Off: stores and invalidations that name tags are refused."""
    default_ttl_seconds: Annotated[float, Field(gt=0, le=315_360_000)] = 86_400
    """For stores that name none."""
