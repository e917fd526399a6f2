"""The topics' names and the record headers: the addresses of the contract, in one place."""

from dataclasses import dataclass
from enum import StrEnum

DEFAULT_PREFIX = "semantic-cache"


class Header(StrEnum):
    """Record headers of requests and replies."""

    CORRELATION_ID = "correlation_id"
    REPLY_TO = "reply_to"
    REPLY_PARTITION = "reply_partition"
    TRACEPARENT = "traceparent"


class DeadLetterHeader(StrEnum):
    """What is added to the untouched headers of a record that could not be processed."""

    REASON = "dead_letter_reason"
    CODE = "dead_letter_code"
    TOPIC = "dead_letter_topic"
    PARTITION = "dead_letter_partition"
    OFFSET = "dead_letter_offset"
    TIMESTAMP = "dead_letter_timestamp"
    WORKER = "dead_letter_worker"


@dataclass(frozen=True, slots=True)
class Topics:
    """Every topic of one deployment."""

    prefix: str = DEFAULT_PREFIX

    @property
    def lookup_requests(self) -> str:
        """In: LookupRequest."""
        return f"{self.prefix}.lookup.requests"

    @property
    def lookup_results(self) -> str:
        """Out: LookupResult."""
        return f"{self.prefix}.lookup.results"

    @property
    def store_requests(self) -> str:
        """In: StoreRequest."""
        return f"{self.prefix}.store.requests"

    @property
    def store_results(self) -> str:
        """Out: StoreResult."""
        return f"{self.prefix}.store.results"

    @property
    def invalidation_requests(self) -> str:
        """In: InvalidationRequest."""
        return f"{self.prefix}.invalidation.requests"

    @property
    def invalidation_results(self) -> str:
        """Out: InvalidationResult."""
        return f"{self.prefix}.invalidation.results"

    @property
    def product_changes(self) -> str:
        """In: ProductChange, plain or as a CloudEvent."""
        return f"{self.prefix}.product-changes"

    @property
    def feedback(self) -> str:
        """In: Feedback."""
        return f"{self.prefix}.feedback"

    @property
    def refresh_requests(self) -> str:
        """Out: RefreshRequest."""
        return f"{self.prefix}.refresh.requests"

    @property
    def coherence(self) -> str:
        """Broadcast: CoherenceRecord; one partition, read by every worker."""
        return f"{self.prefix}.coherence"

    @property
    def dead_letters(self) -> str:
        """Out: the untouched bytes of what could not be processed; why, in headers."""
        return f"{self.prefix}.dead-letters"
