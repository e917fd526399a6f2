"""`store.requests` and `store.results`: keep this answer."""

from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from schemas.base import (
    DEFAULT_NAMESPACE,
    MAX_RESPONSE_BYTES,
    MAX_TAGS,
    Context,
    EntryId,
    ErrorCode,
    ErrorDetail,
    Fence,
    Message,
    Metadata,
    Namespace,
    Prompt,
    RequestId,
    Tag,
)

TEN_YEARS_SECONDS = 315_360_000


class StoreStatus(StrEnum):
    """How a store ended."""

    STORED = "stored"
    REPLACED = "replaced"
    REFUSED = "refused"
    ERROR = "error"


class RefusalReason(StrEnum):
    """Why a store was refused."""

    STALE = "stale"


def _within_limit(response: str) -> str:
    """Bound the bytes, not the characters: brokers count bytes.

    Raises:
        PydanticCustomError: of type `payload_too_large`.
    """
    if len(response) * 4 > MAX_RESPONSE_BYTES and len(response.encode()) > MAX_RESPONSE_BYTES:
        raise PydanticCustomError(
            ErrorCode.PAYLOAD_TOO_LARGE.value,
            "must be at most {limit} bytes in UTF-8; store a reference to it instead",
            {"limit": MAX_RESPONSE_BYTES},
        )
    return response


Response = Annotated[
    str,
    AfterValidator(_within_limit),
    Field(description="The answer; at most 900,000 bytes in UTF-8.", examples=["Up to 18 hours of video."]),
]


class StoreRequest(Message):
    """Asks to keep an answer to a prompt."""

    model_config = ConfigDict(
        title="StoreRequest",
        json_schema_extra={
            "examples": [
                {
                    "request_id": "s-1",
                    "prompt": "How long does the battery of the Aurora 15 last?",
                    "response": "Up to 18 hours of video.",
                    "namespace": "shop-eu",
                    "tags": ["product:aurora-15"],
                    "ttl_seconds": 3600,
                    "fence": 1041,
                }
            ]
        },
    )

    request_id: RequestId
    prompt: Prompt
    response: Response
    namespace: Namespace = DEFAULT_NAMESPACE
    context: Context | None = None
    tags: Annotated[list[Tag], Field(max_length=MAX_TAGS)] | None = None
    """What the answer depends on: a later invalidation of any of them removes it."""
    ttl_seconds: Annotated[float, Field(gt=0, le=TEN_YEARS_SECONDS)] | None = None
    """Counted from the store; a hit does not extend it. Absent: the deployment's default."""
    metadata: Metadata | None = None
    fence: Fence | None = None
    """From the miss that this answers; absent: the log's position when the record was written."""
    stale_if_error_seconds: Annotated[float, Field(gt=0, le=TEN_YEARS_SECONDS)] | None = None
    """How long after its expiry the answer may still be served to lookups that `allow_stale`."""


class StoreResult(Message):
    """The answer to a StoreRequest."""

    model_config = ConfigDict(
        title="StoreResult",
        json_schema_extra={
            "examples": [
                {"request_id": "s-1", "status": "stored", "entry_id": "9f86d081884c7d659a2feaa0c55ad015"},
                {"request_id": "s-2", "status": "refused", "reason": "stale"},
            ]
        },
    )

    request_id: str
    """As in the request; empty if none could be read."""
    status: StoreStatus
    entry_id: EntryId | None = None
    reason: RefusalReason | None = None
    """`stale`: something that this answer depends on was invalidated after the fence."""
    error: ErrorDetail | None = None
    """With status `error`."""
