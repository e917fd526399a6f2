"""An entry: one stored answer and what it depends on."""

from dataclasses import dataclass
from sys import getsizeof
from typing import Self

from workers.cache.keys import digest

BYTES_AROUND = 800
"""Of an entry in L1 beside its texts: key, record, times, and its places in tables."""
BYTES_A_TAG = 130


@dataclass(frozen=True, slots=True)
class Entry:
    """One stored answer. Immutable: a new answer is a new Entry with another `version`."""

    entry_id: str
    namespace: str
    context_key: str
    prompt: str
    response: str
    fence: int
    """All rules below this offset were known before the answer was computed."""
    created_at: float
    """Unix time in seconds."""
    expires_at: float
    """Unix time in seconds; absolute: a hit does not move it."""
    tags: tuple[str, ...] = ()
    metadata: str | None = None
    """A JSON object, as text: never parsed on the way."""
    stale_until: float = 0.0
    """Unix time until which it may be served stale to those who allow it; at or below `expires_at`: never."""
    ordered_ms: int = 0
    """Broker time of the request, Unix milliseconds: a request delivered again does not undo a later one."""
    version: str = ""
    """16 hex digits over all that a copy elsewhere would have to share; see `answer_version`."""

    @property
    def kept_until(self) -> float:
        """Unix time at which the shared store forgets it."""
        return max(self.expires_at, self.stale_until)

    @property
    def size(self) -> int:
        """Bytes that it takes in L1: its texts as they are, the rest as measured (by the benchmark of L1 alone)."""
        texts = getsizeof(self.response) + getsizeof(self.prompt) + getsizeof(self.metadata)
        return BYTES_AROUND + BYTES_A_TAG * len(self.tags) + texts

    def with_version(self) -> Self:
        """The same entry with its version filled in."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return type(self)(**(values | {"version": answer_version(self)}))


def answer_version(entry: Entry) -> str:
    """A digest of answer, metadata, tags and lifetimes: copies that differ in it must not outlive a replacement.

    Tags count although the text may be equal: a copy that lacks a tag would survive a rule that kills the new one.
    Times count as durations, so that a request delivered twice makes the same version twice.
    """
    return digest(
        entry.response,
        entry.metadata or "",
        str(round(entry.expires_at - entry.created_at, 3)),
        str(round(max(entry.stale_until - entry.expires_at, 0.0), 3)),
        *sorted(entry.tags),
        size=8,
    )
