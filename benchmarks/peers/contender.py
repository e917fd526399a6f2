"""What a cache must do to be measured beside the others, and the ways in which it may be asked."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

Answers = list[str | None]
"""One a question; None where the cache has nothing to say."""
Ask = Callable[[Sequence[str]], Awaitable[Answers]]


class Way(StrEnum):
    """How questions are put."""

    ONE = "one at a time"
    TOGETHER = "32 at once"
    """Single calls, so many of them under way: what an asyncio service does."""
    BATCH = "in batches of 256"
    """Where the cache, or the pieces that it documents, take many questions in one call."""

    @property
    def questions(self) -> int:
        """Questions in one call."""
        return 256 if self is Way.BATCH else 1

    @property
    def calls(self) -> int:
        """Calls under way."""
        return 32 if self is Way.TOGETHER else 1


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where a cache runs."""

    redis_url: str
    name: str
    """Of its index, or the prefix of its keys: nothing else uses it."""
    model_folder: str
    fingerprint: str


class Contender(Protocol):
    """One cache. Embeds with one thread, whatever the way."""

    @property
    def version(self) -> str:
        """The packages that matter, and what of them is used."""
        ...

    async def open(self, around: Surroundings) -> None:
        """Connect, load the model."""
        ...

    async def aclose(self) -> None:
        """Take its entries out of Redis, let go of connections."""
        ...

    async def fill(self, entries: Mapping[str, str]) -> None:
        """Store answers by question."""
        ...

    def ways(self) -> Mapping[Way, Ask]:
        """How it can be asked."""
        ...

    async def accept_from(self, cosine: float | None) -> None:
        """The least similarity of a hit; None: its own default."""
        ...
