"""A channel: one request topic, what its records must look like, and how they are answered."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from aiokafka import ConsumerRecord
from pydantic import TypeAdapter

from schemas import ErrorCode, Feedback, InvalidationRequest, LookupRequest, Message, StoreRequest, Topics
from workers.kafka import encoding
from workers.observability.worker_observer import Intake

M = TypeVar("M", bound=Message)

Read = Callable[[ConsumerRecord], M]
EncodeError = Callable[[str, ErrorCode, str], bytes]


@dataclass(frozen=True, slots=True)
class Channel(Generic[M]):
    """The fixed facts of one request topic."""

    intake: Intake
    topic: str
    model: type[M]
    read: Read[M]
    """The message in a record. Raises ValidationError or RejectedError."""
    results: str | None = None
    """Where replies go that name no other address; None: nobody is answered."""
    encode_error: EncodeError = encoding.encode_error
    """Request id, code, message → the reply's value."""


def lookup_channel(topics: Topics) -> Channel[LookupRequest]:
    """Questions."""
    return Channel(
        Intake.LOOKUP,
        topics.lookup_requests,
        LookupRequest,
        _value_as(LookupRequest),
        topics.lookup_results,
        encoding.encode_lookup_error,
    )


def store_channel(topics: Topics) -> Channel[StoreRequest]:
    """Answers to keep."""
    return Channel(Intake.STORE, topics.store_requests, StoreRequest, _value_as(StoreRequest), topics.store_results)


def invalidation_channel(topics: Topics) -> Channel[InvalidationRequest]:
    """Answers that are no longer true."""
    return Channel(
        Intake.INVALIDATION,
        topics.invalidation_requests,
        InvalidationRequest,
        _value_as(InvalidationRequest),
        topics.invalidation_results,
    )


def feedback_channel(topics: Topics) -> Channel[Feedback]:
    """Verdicts; nobody is answered."""
    return Channel(Intake.FEEDBACK, topics.feedback, Feedback, _value_as(Feedback))


def _value_as(model: type[M]) -> Read[M]:
    validate: Callable[[bytes], M] = TypeAdapter(model).validator.validate_json  # past a wrapper that costs as much

    def read(record: ConsumerRecord) -> M:
        return validate(record.value or b"")

    return read
