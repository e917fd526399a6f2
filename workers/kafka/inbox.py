"""The inbox: raw records to requests. What cannot be read is answered and put aside; the rest of its batch goes on."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Generic, NoReturn, TypeVar

from aiokafka import ConsumerRecord
from pydantic import ValidationError

from schemas import Message, Topics
from workers.kafka.channel import Channel
from workers.kafka.directory import is_topic_name
from workers.kafka.in_flight import Span
from workers.kafka.rejection import RejectedError, explain, invalid, read_request_id
from workers.kafka.replies import Replies
from workers.kafka.request import REPLY_PARTITION, REPLY_TO, ReplyHeaders, Request, read_headers
from workers.kafka.request_spans import batch_span, begin_span
from workers.kafka.stream import Stream
from workers.observability import tracing
from workers.tasks import Tasks

M = TypeVar("M", bound=Message)

Handler = Callable[[list[Request[M]]], Awaitable[None]]

MAX_PARTITION_DIGITS = 9
UNREADABLE = invalid(
    "the record cannot be decoded: it, or one before it in its batch, has a header whose name is not UTF-8; "
    "its bytes are where dead_letter_partition and dead_letter_offset say"
)


class Inbox(Generic[M]):
    """Opens the records of one channel, and sees to it that each is answered, whatever the handler does."""

    def __init__(
        self, channel: Channel[M], stream: Stream, replies: Replies, handler: Handler[M], tasks: Tasks
    ) -> None:
        self.channel = channel
        self.stream = stream
        self._replies = replies
        self._handler = handler
        self._tasks = tasks
        self._closed_topics = _closed_topics(replies.topics)
        self._has_request_id = "request_id" in channel.model.model_fields

    def open(self, records: Sequence[ConsumerRecord]) -> list[Request[M]]:
        """The requests of the batch just taken. Those whose reply topic has to be asked for follow on their own."""
        ready: list[Request[M]] = []
        unknown: list[Request[M]] = []
        position, is_traced = 0, tracing.is_enabled()
        for span in self.stream.taken():
            for record in records[position : position + span.size]:
                request = self._read(record, span, is_traced=is_traced)
                if request.rejection is None and request.headers.reply_to is None:
                    ready.append(request)
                elif _is_addressed(request) and self._partitions(request) is None:
                    unknown.append(request)
                elif self._is_sound(request):
                    ready.append(request)
            position += span.size
        if unknown:
            self._tasks.spawn(self._resolve(unknown), name=f"resolve-{self.channel.intake}")
        return ready

    async def hand_over(self, requests: list[Request[M]]) -> None:
        """Let the handler answer; what it leaves unanswered because it failed gets an error."""
        if requests:
            with batch_span(self.channel, requests):
                await self._replies.answered(requests, self._handler(requests))

    async def _resolve(self, requests: list[Request[M]]) -> None:
        for request in requests:
            await self._replies.directory.resolve(request.topic or "", request.partition)
        await self.hand_over([request for request in requests if self._is_sound(request)])

    def _read(self, record: ConsumerRecord, span: Span, *, is_traced: bool) -> Request[M]:
        """The request in a record; its `rejection` says what is wrong with it."""
        headers, channel = read_headers(record.headers), self.channel
        request: Request[Any] = Request(None, record, span, channel, headers, channel.results)
        if is_traced:
            begin_span(request)
        try:
            if headers.reply_to is not None and channel.results is not None:
                self._address(request, headers)
            request.message = channel.read(record) if type(record) is ConsumerRecord else _unreadable()
            if self._has_request_id:
                request.request_id = request.message.request_id
        except ValidationError as exc:
            request.rejection = explain(exc, channel.model)
        except RejectedError as exc:
            request.rejection = exc.rejection
        return request

    def _address(self, request: Request[M], headers: ReplyHeaders) -> None:
        """Take over the caller's reply address.

        Raises:
            RejectedError: no broker would know such a topic or partition, or it is one of those we read ourselves.
        """
        topic = (headers.reply_to or b"").decode(errors="replace")
        if not is_topic_name(topic):
            raise RejectedError(invalid(f"{REPLY_TO}: not a topic's name"))
        if topic in self._closed_topics:
            raise RejectedError(invalid(f"{REPLY_TO}: {topic} takes no replies; name a topic of your own"))
        if headers.reply_partition is not None:
            request.partition = _partition(headers.reply_partition)
        request.topic = topic

    def _partitions(self, request: Request[M]) -> int | None:
        return self._replies.directory.partitions(request.topic or "", request.partition)

    def _is_sound(self, request: Request[M]) -> bool:
        """Whether it may be worked on; if not, it is refused here."""
        if _is_addressed(request):
            self._check_address(request)
        if request.rejection is None:
            return True
        request.request_id = request.request_id or read_request_id(request.record.value)
        self._replies.refuse(request, request.rejection)
        return False

    def _check_address(self, request: Request[M]) -> None:
        """An address that is not there: the default topic hears of it."""
        partitions = self._partitions(request) or 0
        if partitions > (request.partition or 0):
            return
        what = f"{REPLY_TO}: {request.topic}" + (
            f" has no partition {request.partition}" if partitions else " is unknown"
        )
        request.rejection = request.rejection or invalid(what)
        request.topic, request.partition = self.channel.results, None


def _unreadable() -> NoReturn:
    raise RejectedError(UNREADABLE)


def _is_addressed(request: Request[Any]) -> bool:
    """Whether the caller named where to reply to, in a channel that replies."""
    return request.headers.reply_to is not None and request.topic is not None


def _partition(value: bytes) -> int:
    """A partition's number."""
    if not value.isdigit() or len(value) > MAX_PARTITION_DIGITS:
        raise RejectedError(invalid(f"{REPLY_PARTITION}: must be the number of a partition"))
    return int(value)


def _closed_topics(topics: Topics) -> frozenset[str]:
    """What the deployment reads itself: a reply there would be taken for a request, or for a rule."""
    return frozenset(
        (
            topics.lookup_requests,
            topics.store_requests,
            topics.invalidation_requests,
            topics.product_changes,
            topics.feedback,
            topics.refresh_requests,
            topics.coherence,
            topics.dead_letters,
        )
    )
