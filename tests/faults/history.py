"""A history: what clients sent and got, and when; and the checker that judges it, as Jepsen does.

The checker knows nothing of the cache's inside. It believes the clients' clocks (one process, one monotonic clock),
the source of truth that they read, and what the cache acknowledged.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple


class Value(NamedTuple):
    """What an answer says: computed from this version of its product, by this store."""

    product: int
    version: int
    serial: int


@dataclass(frozen=True, slots=True)
class Change:
    """A product's new version, and its acknowledged invalidation."""

    product: int
    version: int
    acknowledged: float
    """Monotonic seconds."""


@dataclass(frozen=True, slots=True)
class Read:
    """A lookup and its answer."""

    prompt: int
    sent: float
    done: float
    layer: str | None
    """None: a miss."""
    value: Value | None
    degraded: bool
    needs: tuple[int, int] | None = None
    """Product and version whose token was sent along."""


@dataclass(frozen=True, slots=True)
class Write:
    """An acknowledged store."""

    prompt: int
    value: Value
    sent: float
    done: float
    status: str


@dataclass(slots=True)
class History:
    """Everything that happened in one run."""

    bound_seconds: float
    changes: list[Change] = field(default_factory=list)
    reads: list[Read] = field(default_factory=list)
    writes: list[Write] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)
    losses: list[tuple[float, float]] = field(default_factory=list)
    """From when to when Redis may have lost what it had acknowledged; monotonic seconds."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the checker found; empty lists are what is promised."""

    stale: list[Read]
    lost: list[Write]
    unanswered: list[str]

    @property
    def is_kept(self) -> bool:
        """Whether the promise was kept."""
        return not (self.stale or self.lost or self.unanswered)


def judge(history: History, final: dict[int, Read]) -> Verdict:
    """The verdict. `final` holds, for each prompt, a read made when everything had healed and come to rest."""
    return Verdict(
        [read for read in (*history.reads, *final.values()) if _is_stale(history, read)],
        [write for write in _last_writes(history) if _is_lost(history, write, final)],
        history.unanswered,
    )


def _is_stale(history: History, read: Read) -> bool:
    """It names a version older than one acknowledged longer before it was sent than the bound; with a token, at all."""
    value = read.value
    if value is None:
        return False
    if read.needs is not None and read.needs[0] == value.product and value.version < read.needs[1]:
        return True
    is_certain = read.layer == "l2" and not _had_loss(history, read)
    allowed = 0.0 if is_certain else history.bound_seconds
    return any(
        change.product == value.product and change.version > value.version and change.acknowledged < read.sent - allowed
        for change in history.changes
    )


def _had_loss(history: History, read: Read) -> bool:
    return any(start <= read.done and read.sent <= end for start, end in history.losses)


def _last_writes(history: History) -> list[Write]:
    last: dict[int, Write] = {}
    for write in history.writes:
        if write.prompt not in last or write.done > last[write.prompt].done:
            last[write.prompt] = write
    return list(last.values())


def _is_lost(history: History, write: Write, final: dict[int, Read]) -> bool:
    """Acknowledged, not overtaken by any change, not in a tail that Redis lost, and yet not there."""
    if any(start <= write.done <= end for start, end in history.losses):
        return False
    product, version, _ = write.value
    if any(change.product == product and change.version > version for change in history.changes):
        return False
    if any(c.product == product and c.version == version and c.acknowledged > write.sent for c in history.changes):
        return False  # the rule may have been appended after the fence: it may kill what it need not
    found = final[write.prompt].value
    return found is None or found.version < version
