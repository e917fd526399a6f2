"""The whole pattern in one call: look up, on a miss compute, store under the fence of the miss."""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from schemas import LookupResult, StoreResult

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class NewAnswer:
    """What a computation may return where a bare string does not say enough."""

    response: str
    tags: Sequence[str] = ()
    """What this answer depends on, e.g. the products it was read from."""
    ttl_seconds: float | None = None
    metadata: Mapping[str, Any] | None = None


class AnswerSource(StrEnum):
    """Where an answer came from."""

    CACHE = "cache"
    COMPUTED = "computed"


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, and how it was come by."""

    response: str
    source: AnswerSource
    lookup: LookupResult | None = field(default=None)
    """What the cache said; None if it could not be asked."""
    stored: StoreResult | None = field(default=None)
    """What became of the store; None for a hit, and where the cache was away."""

    @property
    def is_from_cache(self) -> bool:
        """Whether nothing had to be computed."""
        return self.source is AnswerSource.CACHE


Compute = Callable[[], Awaitable[str | NewAnswer]]
"""Computes the answer. It must read its data after it was called, not before: the fence of the miss vouches for it."""
