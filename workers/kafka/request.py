"""A request: one record on its way from its topic to its reply."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from aiokafka import ConsumerRecord

from schemas import Header
from workers.kafka.channel import Channel
from workers.kafka.in_flight import Span
from workers.kafka.rejection import Rejection
from workers.observability import tracing

T = TypeVar("T")

CORRELATION_ID = Header.CORRELATION_ID.value
REPLY_TO = Header.REPLY_TO.value
REPLY_PARTITION = Header.REPLY_PARTITION.value
TRACEPARENT = Header.TRACEPARENT.value


@dataclass(slots=True)
class ReplyHeaders:
    """What the headers say about the reply, as bytes: nothing is checked yet. Treated as immutable once read."""

    correlation_id: bytes | None = None
    reply_to: bytes | None = None
    reply_partition: bytes | None = None
    traceparent: bytes | None = None


NO_HEADERS = ReplyHeaders()


def read_headers(headers: Sequence[tuple[str, bytes | None]]) -> ReplyHeaders:
    """Pick out ours; of several with one name the last counts, as everywhere in Kafka. Null counts as absent."""
    if not headers:
        return NO_HEADERS
    found = ReplyHeaders()
    for name, value in headers:
        if name == CORRELATION_ID:
            found.correlation_id = value
        elif name == REPLY_TO:
            found.reply_to = value
        elif name == REPLY_PARTITION:
            found.reply_partition = value
        elif name == TRACEPARENT:
            found.traceparent = value
    return found


@dataclass(slots=True, eq=False)
class Request(Generic[T]):
    """One record. It is done when it is answered and every letter that it caused is acknowledged by the broker."""

    message: T
    record: ConsumerRecord
    span: Span
    channel: Channel[Any]
    headers: ReplyHeaders
    topic: str | None
    """Where the reply goes; None: nobody is answered."""
    partition: int | None = None
    """Of that topic; None: by request id."""
    request_id: str = ""
    """As in the message; empty if none could be read."""
    rejection: Rejection | None = None
    """Why it cannot be processed."""
    holds: int = 1
    """Letters not yet acknowledged, and one until the request is answered."""
    is_answered: bool = False
    """Whether all that there is to send has been handed over."""
    trace: tracing.Span = tracing.NO_SPAN
    """Lasts until then."""

    def release(self) -> None:
        """A letter was acknowledged, or the request needs no more of them."""
        self.holds -= 1
        if self.holds == 0:
            self.span.done()

    def close(self) -> None:
        """It is answered; once. A repeated call is the sign of two answers, and does nothing."""
        if not self.is_answered:
            self.is_answered = True
            self.trace.end()
            self.release()
