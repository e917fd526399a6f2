"""What may be said with a call, beside what it is about. Absent: the worker's default."""

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

from schemas import LookupMode


class CallOptions(TypedDict, total=False):
    """How one request travels."""

    timeout_seconds: float
    """How long the reply may take; absent: the client's. A lookup's `wait_ms` comes on top."""
    traceparent: str
    """W3C trace context; absent: that of the current OpenTelemetry span, if there is one."""
    partition: int
    """The partition to send to. Services leave it to the key; it is for asking one particular worker."""


class LookupOptions(CallOptions, total=False):
    """Options of a lookup; the fields of a LookupRequest."""

    namespace: str
    """The tenant; absent: the client's own."""
    context: Mapping[str, str]
    """Such as {"user_persona": "developer"}: answers of different contexts never mix."""
    mode: LookupMode
    """`exact` looks by key alone; `semantic` passes exact keys over."""
    min_similarity: float
    """Cosine, 0 to 1: stricter than the deployment, never laxer."""
    max_age_seconds: float
    """Answers stored longer ago do not count."""
    wait_ms: int
    """How long to wait, in milliseconds, for an answer that another caller is computing."""
    after: str
    """A token from an InvalidationResult: the answer reflects that invalidation and all before it."""
    explain: bool
    """List the candidates with scores and reasons."""
    allow_stale: bool
    """An expired answer may be served, marked, if its store allowed that."""


class StoreOptions(CallOptions, total=False):
    """Options of a store; the fields of a StoreRequest."""

    namespace: str
    context: Mapping[str, str]
    tags: Sequence[str]
    """What the answer depends on: invalidating any of these removes it."""
    ttl_seconds: float
    metadata: Mapping[str, Any]
    """Any JSON object; comes back with the answer."""
    fence: int
    """From the miss. Without it, an invalidation that came while the answer was computed goes unseen."""
    stale_if_error_seconds: float


class FeedbackOptions(CallOptions, total=False):
    """Where the judged lookup was made; the fields of a Feedback."""

    namespace: str
    context: Mapping[str, str]


class Selection(CallOptions, total=False):
    """What an invalidation names: exactly one of tags, entry_ids, everything."""

    namespace: str
    tags: Sequence[str]
    match_all: bool
    """False: entries with any of the tags; true: entries with all of them."""
    entry_ids: Sequence[str]
    everything: bool
    """The whole namespace."""
    dry_run: bool
    """Count what would go, and touch nothing."""
