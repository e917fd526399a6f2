"""What all messages share: the frozen base model and the field types with their limits."""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

MAX_PROMPT_CHARS = 32_768
MAX_RESPONSE_BYTES = 900_000
MAX_TAGS = 64
MAX_SELECTORS = 1_000
MAX_SAFE_INTEGER = 2**53 - 1
DEFAULT_NAMESPACE = "default"


class Message(BaseModel):
    """A record's value: immutable, and strict about fields that it does not know."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,
        use_attribute_docstrings=True,
        ser_json_inf_nan="null",
    )

    def encode(self) -> bytes:
        """The record value: UTF-8 JSON, absent fields left out."""
        return self.model_dump_json(exclude_none=True).encode()


class ErrorCode(StrEnum):
    """What kind of failure an `error` reply tells of."""

    INVALID_REQUEST = "invalid_request"
    PAYLOAD_TOO_LARGE = "payload_too_large"
    STORE_UNAVAILABLE = "store_unavailable"
    INTERNAL = "internal"


class ErrorDetail(Message):
    """Why a request failed: a code for programs, a sentence for people."""

    code: ErrorCode
    """Stable; programs may branch on it."""
    message: str
    """Names the offending field and says what to do."""


RequestId = Annotated[
    str,
    Field(
        min_length=1,
        max_length=128,
        description="Chosen by the caller; echoed on the reply, and tells a repeated reply from a new one.",
        examples=["q-7f3a"],
    ),
]
Namespace = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z0-9._-]{1,64}$",
        description="A tenant: nothing is ever shared between two.",
        examples=["default", "shop-eu"],
    ),
]
Prompt = Annotated[
    str,
    Field(
        min_length=1,
        max_length=MAX_PROMPT_CHARS,
        pattern=r"\S",
        description="The question as the user put it; not white space alone.",
        examples=["How long does the battery of the Aurora 15 last?"],
    ),
]
Tag = Annotated[
    str,
    Field(
        min_length=1,
        max_length=128,
        description="What an answer depends on; any characters.",
        examples=["product:aurora-15"],
    ),
]
EntryId = Annotated[
    str,
    Field(
        pattern=r"^[0-9a-f]{32}$",
        description="BLAKE2b-128 of namespace, context key and normalised prompt, in hex.",
        examples=["9f86d081884c7d659a2feaa0c55ad015"],
    ),
]
Context = Annotated[
    dict[Annotated[str, Field(max_length=64)], Annotated[str, Field(max_length=1024)]],
    Field(
        max_length=32,
        description="Only the configured context fields; answers of different contexts never mix.",
        examples=[{"user_persona": "developer", "conversation_id": "c-1"}],
    ),
]
Fence = Annotated[
    int,
    Field(
        ge=0,
        le=MAX_SAFE_INTEGER,
        description="A position in the coherence log: all rules below it were known before the answer was computed.",
        examples=[1041],
    ),
]
Token = Annotated[
    str,
    Field(
        min_length=1,
        max_length=256,
        description="Opaque; from an InvalidationResult, for a later lookup's `after`.",
        examples=["MTA0MkAxNzYzOTM4MDAwMDAw"],
    ),
]
Similarity = Annotated[float, Field(ge=0, le=1, examples=[0.92])]
Metadata = Annotated[
    dict[str, Any],
    Field(description="Any JSON object; returned with the answer.", examples=[{"model": "m-large"}]),
]
