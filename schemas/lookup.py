"""`lookup.requests` and `lookup.results`: is there an answer to this question already?"""

from enum import StrEnum
from typing import Annotated

from pydantic import ConfigDict, Field

from schemas.base import (
    DEFAULT_NAMESPACE,
    Context,
    EntryId,
    ErrorDetail,
    Fence,
    Message,
    Metadata,
    Namespace,
    Prompt,
    RequestId,
    Similarity,
    Tag,
    Token,
)


class LookupMode(StrEnum):
    """How far a lookup may look."""

    EXACT_THEN_SEMANTIC = "exact_then_semantic"
    EXACT = "exact"
    SEMANTIC = "semantic"


class LookupStatus(StrEnum):
    """How a lookup ended."""

    HIT = "hit"
    MISS = "miss"
    ERROR = "error"


class Layer(StrEnum):
    """Which level of the cache answered."""

    L1 = "l1"
    L2 = "l2"


class Match(StrEnum):
    """How the stored question met the asked one."""

    EXACT = "exact"
    SEMANTIC = "semantic"


class LookupRequest(Message):
    """Asks for a stored answer to a prompt, or for leave to compute one."""

    model_config = ConfigDict(
        title="LookupRequest",
        json_schema_extra={
            "examples": [
                {
                    "request_id": "q-1",
                    "prompt": "How long does the battery of the Aurora 15 last?",
                    "namespace": "shop-eu",
                    "context": {"user_persona": "customer"},
                    "wait_ms": 2000,
                }
            ]
        },
    )

    request_id: RequestId
    prompt: Prompt
    namespace: Namespace = DEFAULT_NAMESPACE
    context: Context | None = None
    mode: LookupMode = LookupMode.EXACT_THEN_SEMANTIC
    """`exact` looks by key alone; `semantic` passes exact keys over."""
    min_similarity: Similarity | None = None
    """Cosine similarity; only ever stricter than the deployment's floor."""
    max_age_seconds: Annotated[float, Field(ge=0)] | None = None
    """Answers stored longer ago than this do not count."""
    wait_ms: Annotated[int, Field(ge=0, le=60_000)] = 0
    """On a miss that another caller is computing: how long to wait for that answer."""
    after: Token | None = None
    """The answer reflects the invalidation that gave this token, and all before it."""
    explain: bool = False
    """The reply lists the candidates with scores and reasons."""
    allow_stale: bool = False
    """An expired answer may be served, marked, if its store allowed that; never an invalidated one."""


class CandidateResult(Message):
    """One stored question that came near, and the verdict on it."""

    entry_id: EntryId
    prompt: str
    """The stored question."""
    similarity: float
    """Cosine similarity, −1 to 1."""
    accepted: bool
    """Whether it is the answer's question in other words."""
    reason: str
    """Why, in one word."""
    confidence: float | None = None
    """The policy's probability that both questions ask the same, 0 to 1."""
    verifier_score: float | None = None
    """What the deployment's verifier says to that, 0 to 1, if it was asked for a second opinion and answered."""


class ShadowResult(Message):
    """The answer that a hit would have carried."""

    entry_id: EntryId
    matched_prompt: str
    """The stored question that the answer was given to."""
    response: str
    """Not served: to be compared with the answer that is computed instead."""
    similarity: float
    """Cosine similarity, −1 to 1."""
    confidence: float
    """The policy's probability that both questions ask the same, 0 to 1."""


class LookupResult(Message):
    """The answer to a LookupRequest."""

    model_config = ConfigDict(
        title="LookupResult",
        json_schema_extra={
            "examples": [
                {
                    "request_id": "q-1",
                    "status": "hit",
                    "response": "Up to 18 hours of video.",
                    "layer": "l1",
                    "match": "exact",
                    "entry_id": "9f86d081884c7d659a2feaa0c55ad015",
                    "matched_prompt": "How long does the battery of the Aurora 15 last?",
                    "similarity": 1.0,
                    "tags": ["product:aurora-15"],
                    "age_seconds": 12.5,
                    "expires_in_seconds": 3587.5,
                    "reason": "exact",
                    "degraded": False,
                },
                {
                    "request_id": "q-2",
                    "status": "miss",
                    "fence": 1041,
                    "leader": True,
                    "reason": "number_differs",
                    "degraded": False,
                },
                {
                    "request_id": "q-3",
                    "status": "error",
                    "degraded": False,
                    "error": {"code": "invalid_request", "message": "prompt: must not be empty"},
                },
            ]
        },
    )

    request_id: str
    """As in the request; empty if none could be read."""
    status: LookupStatus
    response: str | None = None
    """The stored answer, on a hit."""
    metadata: Metadata | None = None
    layer: Layer | None = None
    match: Match | None = None
    entry_id: EntryId | None = None
    matched_prompt: str | None = None
    """The stored question that this answer was given to."""
    similarity: float | None = None
    """Cosine similarity of the two questions; 1 for an exact match."""
    tags: list[Tag] | None = None
    """What the answer depends on."""
    age_seconds: float | None = None
    """Since the answer was stored."""
    expires_in_seconds: float | None = None
    """Negative for a stale answer."""
    fence: Fence | None = None
    """On a miss: to be sent back with the store."""
    leader: bool | None = None
    """On a miss: true for the caller asked to compute the answer, false while another is at it."""
    reason: str | None = None
    """Why it is a hit, or why the best candidate is not one."""
    candidates: list[CandidateResult] | None = None
    """Nearest first; only if the request asked to `explain`."""
    shadow: ShadowResult | None = None
    """On a miss: what would have been served, kept back by the deployment to see how often it is right."""
    stale: bool | None = None
    """True: the answer has expired, and the request allowed that."""
    degraded: bool = False
    """True: the shared store could not be asked; this miss is an outage, not an absence."""
    error: ErrorDetail | None = None
    """With status `error`."""
