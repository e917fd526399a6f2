"""What a worker tells whoever watches it, beside what the cache tells: records, batches, partitions, the log."""

from enum import StrEnum
from typing import Protocol

from schemas.base import ErrorCode


class Intake(StrEnum):
    """Where a record came in."""

    LOOKUP = "lookup"
    STORE = "store"
    INVALIDATION = "invalidation"
    PRODUCT_CHANGE = "product_change"
    FEEDBACK = "feedback"


class LogRecord(StrEnum):
    """How a record of the coherence log was met."""

    REPLAYED = "replayed"
    """At the start, from the recent past."""
    FOLLOWED = "followed"
    JUNK = "junk"
    """Not readable as a rule; passed over."""


class WorkerObserver(Protocol):
    """Told of each event on the event loop: a method must be quick and must not raise."""

    def batch_taken(self, intake: Intake, records: int) -> None:
        """A batch was taken from the broker."""
        ...

    def in_flight(self, intake: Intake, records: int) -> None:
        """So many records are begun and not yet answered, now."""
        ...

    def paused(self, intake: Intake, partitions: int) -> None:
        """So many partitions are paused, now."""
        ...

    def replied(self, intake: Intake, status: str, replies: int = 1) -> None:
        """Replies with this status were acknowledged by the broker."""
        ...

    def dead_lettered(self, intake: Intake, code: ErrorCode) -> None:
        """A record could not be processed and was put aside."""
        ...

    def product_changes(self, changes: int, rules: int) -> None:
        """So many changes were coalesced into so many rules."""
        ...

    def overloaded(self, lookups: int) -> None:
        """So many lookups were turned away or held back, since too many wait already."""
        ...

    def log_records(self, met: LogRecord, records: int = 1) -> None:
        """Records of the coherence log were met."""
        ...

    def log_seen(self, position: int, end: int) -> None:
        """The worker's position in the coherence log, and the log's end as last asked."""
        ...


class NullWorkerObserver:
    """Nobody watches."""

    def batch_taken(self, intake: Intake, records: int) -> None:
        """Do nothing; so do the others."""

    def in_flight(self, intake: Intake, records: int) -> None:
        """Do nothing."""

    def paused(self, intake: Intake, partitions: int) -> None:
        """Do nothing."""

    def replied(self, intake: Intake, status: str, replies: int = 1) -> None:
        """Do nothing."""

    def dead_lettered(self, intake: Intake, code: ErrorCode) -> None:
        """Do nothing."""

    def product_changes(self, changes: int, rules: int) -> None:
        """Do nothing."""

    def overloaded(self, lookups: int) -> None:
        """Do nothing."""

    def log_records(self, met: LogRecord, records: int = 1) -> None:
        """Do nothing."""

    def log_seen(self, position: int, end: int) -> None:
        """Do nothing."""
