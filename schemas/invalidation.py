"""`invalidation.requests` and `invalidation.results`: these answers are no longer true."""

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from schemas.base import (
    DEFAULT_NAMESPACE,
    MAX_SELECTORS,
    EntryId,
    ErrorDetail,
    Message,
    Namespace,
    RequestId,
    Tag,
    Token,
)


class InvalidationStatus(StrEnum):
    """How an invalidation ended."""

    INVALIDATED = "invalidated"
    ERROR = "error"


class InvalidationRequest(Message):
    """Asks that matching answers be gone from every level, for good. Names exactly one selector."""

    model_config = ConfigDict(
        title="InvalidationRequest",
        json_schema_extra={
            "examples": [
                {"request_id": "i-1", "namespace": "shop-eu", "tags": ["product:aurora-15"]},
                {"request_id": "i-2", "tags": ["brand:Aurora", "category:laptops"], "match_all": True},
                {"request_id": "i-3", "entry_ids": ["9f86d081884c7d659a2feaa0c55ad015"], "dry_run": True},
                {"request_id": "i-4", "namespace": "shop-eu", "everything": True},
            ]
        },
    )

    request_id: RequestId
    namespace: Namespace = DEFAULT_NAMESPACE
    tags: Annotated[list[Tag], Field(min_length=1, max_length=MAX_SELECTORS)] | None = None
    """Entries that carry these tags."""
    match_all: bool = False
    """False: entries with ANY of the tags; true: entries with ALL of them."""
    entry_ids: Annotated[list[EntryId], Field(min_length=1, max_length=MAX_SELECTORS)] | None = None
    """These entries."""
    everything: Literal[True] | None = None
    """The whole namespace."""
    dry_run: bool = False
    """Count what would go, and touch nothing."""

    @model_validator(mode="after")
    def _names_one_selector(self) -> Self:
        given = [name for name in ("tags", "entry_ids", "everything") if getattr(self, name) is not None]
        if len(given) != 1:
            raise PydanticCustomError(
                "selector",
                "name exactly one of tags, entry_ids, everything (given: {given})",
                {"given": ", ".join(given) or "none"},
            )
        if self.match_all and self.tags is None:
            raise PydanticCustomError("selector", "match_all goes with tags only", {})
        return self


class InvalidationResult(Message):
    """The answer to an InvalidationRequest: from here on, no acknowledged bound later, none is served."""

    model_config = ConfigDict(
        title="InvalidationResult",
        json_schema_extra={
            "examples": [
                {
                    "request_id": "i-1",
                    "status": "invalidated",
                    "removed": 10,
                    "token": "MTA0MkAxNzYzOTM4MDAwMDAw",
                }
            ]
        },
    )

    request_id: str
    """As in the request; empty if none could be read."""
    status: InvalidationStatus
    removed: int | None = None
    """Entries deleted from the shared store; with `dry_run`, those that would go."""
    token: Token | None = None
    """For `after` of a lookup that must reflect this invalidation. Absent on a dry run."""
    error: ErrorDetail | None = None
    """With status `error`."""
