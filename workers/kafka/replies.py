"""Replies: results, errors and dead letters, each to its address; and what happens when an address fails."""

import logging
from collections import Counter
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import (
    InvalidTopicError,
    LeaderNotAvailableError,
    NotLeaderForPartitionError,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
)

from schemas import DeadLetterHeader, ErrorCode, Topics
from workers.kafka.directory import TopicDirectory, partition_for
from workers.kafka.outbox import TOO_LARGE, Letter, Outbox
from workers.kafka.rejection import Rejection, invalid
from workers.kafka.request import CORRELATION_ID, TRACEPARENT, Request
from workers.observability.worker_observer import WorkerObserver

log = logging.getLogger(__name__)

ERROR = "error"
DEAD_LETTER = "dead_letter"
MAX_FOREIGN_ATTEMPTS = 3
"""How often a reply to a caller's own topic is tried before it is given up; ours are tried for ever."""
MAX_UNSENT_BYTES = 64_000_000

_GONE = (
    UnknownTopicOrPartitionError,
    NotLeaderForPartitionError,
    LeaderNotAvailableError,
    TopicAuthorizationFailedError,
    InvalidTopicError,
    AssertionError,
)
"""What aiokafka says at last of a topic that is not there; those that may pass it has repeated for ten seconds."""


@dataclass(frozen=True, slots=True)
class ReplySettings:
    """Whose replies."""

    topics: Topics
    worker_id: str


class Replies:
    """Answers requests. A request is done when the broker has acknowledged all that was sent for it."""

    def __init__(
        self, producer: AIOKafkaProducer, directory: TopicDirectory, settings: ReplySettings, observer: WorkerObserver
    ) -> None:
        self.topics = settings.topics
        self.outbox = Outbox(producer, self, max_bytes=MAX_UNSENT_BYTES)
        self.directory = directory
        self._settings = settings
        self._observer = observer
        self._targets: dict[str, list[TopicPartition]] = {}
        topics = settings.topics
        self._ours = {topics.lookup_results, topics.store_results, topics.invalidation_results, topics.dead_letters}

    async def open(self) -> None:
        """Learn where our own topics are."""
        for topic in self._ours:
            await self.directory.resolve(topic)

    def answer(self, request: Request[Any], value: bytes, status: str) -> None:
        """Send the one reply to a request."""
        self._reply(request, value, status)
        request.close()

    def refuse(self, request: Request[Any], rejection: Rejection) -> None:
        """Send an error, if anybody can be told, and put the record aside."""
        self._tell(request, rejection)
        self._put_aside(request, rejection)
        request.close()

    def finish(self, request: Request[Any]) -> None:
        """Nothing is to be sent."""
        request.close()

    async def answered(self, requests: Sequence[Request[Any]], work: Awaitable[None]) -> None:
        """Await the work that is to answer these requests; what it leaves unanswered since it failed gets an error."""
        try:
            await work
        except Exception:
            log.exception("requests failed", extra={"action": "requests_failed", "requests": len(requests)})
            rejection = Rejection(ErrorCode.INTERNAL, "this request could not be processed; the worker's log says why")
            for request in requests:
                if not request.is_answered:
                    self.refuse(request, rejection)

    # --- the outbox's sender ----------------------------------------------------------------------------------

    def delivered(self, letters: list[Letter]) -> None:
        """Count them."""
        for (intake, status), number in Counter([(x.request.channel.intake, x.status) for x in letters]).items():
            if status != DEAD_LETTER:
                self._observer.replied(intake, status, number)

    def failed(self, letter: Letter, error: Exception) -> bool:
        """Decide what becomes of a letter that was not delivered."""
        if isinstance(error, TOO_LARGE):
            return self._on_too_large(letter)
        is_given_up = isinstance(error, _GONE) or letter.attempts >= MAX_FOREIGN_ATTEMPTS
        if letter.to.topic not in self._ours and is_given_up:
            self._on_lost_address(letter)
            return False
        if letter.attempts == 1:
            reason = {"action": "send_failed", "topic": letter.to.topic, "reason": type(error).__name__}
            log.warning("not delivered, to be tried again", extra=reason)
        return True

    def _on_too_large(self, letter: Letter) -> bool:
        request = letter.request
        if letter.status == DEAD_LETTER and letter.value:
            letter.value = b""
            letter.headers = [(name, _noting_the_loss(name, text)) for name, text in letter.headers]
            return True
        if letter.status not in (DEAD_LETTER, ERROR):
            message = "the reply is larger than its topic takes; store a reference instead of the answer itself"
            self._reply_error(request, Rejection(ErrorCode.PAYLOAD_TOO_LARGE, message))
        else:
            log.error("dropped: larger than its topic takes", extra={"action": "dropped", "topic": letter.to.topic})
        return False

    def _on_lost_address(self, letter: Letter) -> None:
        """The caller's own topic is gone: the default one gets the error, the dead letters the request."""
        request = letter.request
        rejection = invalid(f"reply_to: {letter.to.topic} [{letter.to.partition}] cannot be written to")
        request.topic, request.partition = request.channel.results, None
        self._reply_error(request, rejection)
        self._put_aside(request, rejection)

    # --- letters ----------------------------------------------------------------------------------------------

    def _tell(self, request: Request[Any], rejection: Rejection) -> None:
        """An error, unless nobody could know it for theirs."""
        headers = request.headers
        if request.request_id or headers.reply_to or headers.correlation_id:
            self._reply_error(request, rejection)

    def _reply_error(self, request: Request[Any], rejection: Rejection) -> None:
        encode = request.channel.encode_error
        if encode is not None:
            self._reply(request, encode(request.request_id, rejection.code, rejection.message), ERROR)

    def _reply(self, request: Request[Any], value: bytes, status: str) -> None:
        if request.topic is None:
            return
        key, headers, partition = request.request_id.encode(), request.headers, request.partition
        sent: list[tuple[str, bytes | None]] = [(CORRELATION_ID, headers.correlation_id or key)]
        if headers.traceparent is not None:
            sent.append((TRACEPARENT, headers.traceparent))
        if partition is None:
            targets = self._targets.get(request.topic) or self._look_up(request.topic)
            to = targets[partition_for(key, len(targets))]
        else:
            to = TopicPartition(request.topic, partition)
        self.outbox.put(Letter(to, key, value, sent, request, status))

    def _put_aside(self, request: Request[Any], rejection: Rejection) -> None:
        """The record as it came, and why, in headers of ours."""
        record = request.record
        why = {
            DeadLetterHeader.REASON: rejection.message,
            DeadLetterHeader.CODE: rejection.code.value,
            DeadLetterHeader.TOPIC: record.topic,
            DeadLetterHeader.PARTITION: str(record.partition),
            DeadLetterHeader.OFFSET: str(record.offset),
            DeadLetterHeader.TIMESTAMP: str(record.timestamp),
            DeadLetterHeader.WORKER: self._settings.worker_id,
        }
        headers = [*record.headers, *((name.value, text.encode()) for name, text in why.items())]
        topic = self._settings.topics.dead_letters
        targets = self._targets.get(topic) or self._look_up(topic)
        to = targets[partition_for(record.key or b"", len(targets))]
        self.outbox.put(Letter(to, record.key, record.value, headers, request, DEAD_LETTER))
        self._observer.dead_lettered(request.channel.intake, rejection.code)

    def _look_up(self, topic: str) -> list[TopicPartition]:
        """The partitions of a topic that the intake has resolved."""
        partitions = self.directory.partitions(topic) or 1
        self._targets[topic] = targets = [TopicPartition(topic, number) for number in range(partitions)]
        return targets


def _noting_the_loss(name: str, text: bytes | None) -> bytes | None:
    if name != DeadLetterHeader.REASON.value or text is None:
        return text
    return text + b" (the value is left out: it is larger than this topic takes)"
