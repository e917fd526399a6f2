"""Messages of the semantic cache: one file a topic."""

from schemas.base import DEFAULT_NAMESPACE, ErrorCode, ErrorDetail, Message
from schemas.coherence import CoherenceKind, CoherenceRecord
from schemas.feedback import Feedback, Verdict
from schemas.invalidation import InvalidationRequest, InvalidationResult, InvalidationStatus
from schemas.lookup import (
    CandidateResult,
    Layer,
    LookupMode,
    LookupRequest,
    LookupResult,
    LookupStatus,
    Match,
    ShadowResult,
)
from schemas.product_change import PreviousValues, ProductChange
from schemas.refresh import RefreshRequest
from schemas.store import RefusalReason, StoreRequest, StoreResult, StoreStatus
from schemas.topics import DeadLetterHeader, Header, Topics

__all__ = [
    "DEFAULT_NAMESPACE",
    "CandidateResult",
    "CoherenceKind",
    "CoherenceRecord",
    "DeadLetterHeader",
    "ErrorCode",
    "ErrorDetail",
    "Feedback",
    "Header",
    "InvalidationRequest",
    "InvalidationResult",
    "InvalidationStatus",
    "Layer",
    "LookupMode",
    "LookupRequest",
    "LookupResult",
    "LookupStatus",
    "Match",
    "Message",
    "PreviousValues",
    "ProductChange",
    "RefreshRequest",
    "RefusalReason",
    "ShadowResult",
    "StoreRequest",
    "StoreResult",
    "StoreStatus",
    "Topics",
    "Verdict",
]
