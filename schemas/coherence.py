"""`coherence`: the log of rules that every worker follows. Its offsets are the order of all invalidations."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from schemas.base import DEFAULT_NAMESPACE, MAX_SAFE_INTEGER, EntryId, Message, Namespace, Tag

COHERENCE_VERSION: Literal[1] = 1


class CoherenceKind(StrEnum):
    """What a record of the log announces."""

    INVALIDATED = "invalidated"
    REPLACED = "replaced"
    FORBIDDEN = "forbidden"
    """Feedback: the question `question_id` may not be answered with the entry."""
    ALLOWED = "allowed"
    """Feedback: it may, again."""
    BORN = "born"
    """Names the log itself: its first record, and now and then a sign of life."""


class CoherenceRecord(Message):
    """One rule of the log: what it names is gone, or has another answer now.

    Fields that this version does not know are ignored; a change of meaning raises `version`, and a worker
    that meets a newer version than its own answers lookups as `degraded` misses until it is upgraded. A new `kind` that
    makes nothing untrue does not raise it: whoever does not know the kind passes the record over.
    """

    model_config = ConfigDict(
        title="CoherenceRecord",
        extra="ignore",
        json_schema_extra={
            "examples": [
                {
                    "version": 1,
                    "kind": "invalidated",
                    "namespace": "shop-eu",
                    "tags": ["product:aurora-15"],
                    "origin": "worker-1",
                },
                {
                    "version": 1,
                    "kind": "replaced",
                    "namespace": "shop-eu",
                    "entry_ids": ["9f86d081884c7d659a2feaa0c55ad015"],
                    "answer_version": "5f2b6c1de0a94c77",
                    "origin": "worker-2",
                },
            ]
        },
    )

    version: Literal[1] = COHERENCE_VERSION
    """Of this record's meaning."""
    kind: CoherenceKind
    base: Annotated[int, Field(ge=0, le=MAX_SAFE_INTEGER)] = 0
    """Names the log: fences, tokens and marks are `base` + offset, so that those of an older log stay below."""
    namespace: Namespace = DEFAULT_NAMESPACE
    tags: list[Tag] | None = None
    """With `invalidated`: entries that carry these tags."""
    match_all: bool = False
    """False: entries with ANY of the tags; true: entries with ALL of them."""
    entry_ids: list[EntryId] | None = None
    """These entries."""
    everything: Literal[True] | None = None
    """The whole namespace."""
    answer_version: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")] | None = None
    """With `replaced`: which answer is the new one; copies of any other are dropped."""
    question_id: EntryId | None = None
    """With `forbidden` and `allowed`: the id that the question would have as an entry."""
    origin: str
    """The worker that appended it; for people, never for decisions."""
