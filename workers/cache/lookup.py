"""What a caller asks of the cache, and what it gets: plain values, no wire format."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypedDict

from schemas.base import DEFAULT_NAMESPACE
from schemas.lookup import Layer, LookupMode, LookupRequest, LookupStatus, Match
from workers.cache.entry import Entry
from workers.errors import InvalidRequestError


@dataclass(slots=True)
class Lookup:
    """One question. Fields as in the LookupRequest of the wire.

    Treated as immutable, like the other values of a lookup; `frozen` would cost a microsecond each.
    """

    prompt: str
    namespace: str = DEFAULT_NAMESPACE
    context: Mapping[str, str] | None = None
    mode: LookupMode = LookupMode.EXACT_THEN_SEMANTIC
    min_similarity: float | None = None
    max_age_seconds: float | None = None
    wait_ms: int = 0
    after: str | None = None
    explain: bool = False
    allow_stale: bool = False


Asked = Lookup | LookupRequest
"""A worker asks with the request as it came: the fields are the same, and copying them takes half a microsecond."""


class LookupOptions(TypedDict, total=False):
    """The fields of `Lookup` beside the prompt, as keywords."""

    namespace: str
    context: Mapping[str, str] | None
    mode: LookupMode
    min_similarity: float | None
    max_age_seconds: float | None
    wait_ms: int
    after: str | None
    explain: bool
    allow_stale: bool


@dataclass(frozen=True, slots=True)
class JudgedCandidate:
    """A stored question that came near, and the policy's verdict."""

    entry_id: str
    prompt: str
    similarity: float
    accepted: bool
    reason: str
    confidence: float | None = None
    verifier_score: float | None = None


@dataclass(frozen=True, slots=True)
class ShadowAnswer:
    """What would have been served, had the question not been in the shadow share."""

    entry_id: str
    matched_prompt: str
    response: str
    similarity: float
    confidence: float


@dataclass(slots=True)
class LookupOutcome:
    """What the cache knows: a hit with its entry, or a miss with the fence to store the answer under."""

    status: LookupStatus
    entry: Entry | None = None
    layer: Layer | None = None
    match: Match | None = None
    similarity: float | None = None
    age_seconds: float | None = None
    expires_in_seconds: float | None = None
    reason: str | None = None
    stale: bool = False
    fence: int | None = None
    leader: bool | None = None
    candidates: tuple[JudgedCandidate, ...] | None = None
    degraded: bool = False
    shadow: ShadowAnswer | None = None
    """On a miss: there was an answer by meaning, kept back to see whether it is right."""
    error: InvalidRequestError | None = None
    """With status `error`: the request turned out to be one that cannot be served."""

    @property
    def is_hit(self) -> bool:
        """Whether there is an answer."""
        return self.status is LookupStatus.HIT

    @property
    def response(self) -> str | None:
        """The stored answer; None on a miss."""
        return self.entry.response if self.entry else None


@dataclass(frozen=True, slots=True)
class Store:
    """One answer to keep. Fields as in the StoreRequest of the wire."""

    prompt: str
    response: str
    namespace: str = DEFAULT_NAMESPACE
    context: Mapping[str, str] | None = None
    tags: tuple[str, ...] = ()
    ttl_seconds: float | None = None
    metadata: str | None = None
    """A JSON object, as text."""
    fence: int | None = None
    stale_if_error_seconds: float | None = None
    timestamp_ms: int | None = None
    """Broker time of the request, Unix milliseconds: stands in for an absent fence."""


class StoreOptions(TypedDict, total=False):
    """The fields of `Store` beside prompt, response, tags and metadata, as keywords."""

    namespace: str
    context: Mapping[str, str] | None
    ttl_seconds: float | None
    fence: int | None
    stale_if_error_seconds: float | None


@dataclass(frozen=True, slots=True)
class InvalidationOutcome:
    """What an invalidation did."""

    removed: int
    """Entries deleted from the shared store."""
    token: str | None = field(default=None)
    """For `after`; None on a dry run."""
