"""`feedback`: verdicts on pairings. Nobody waits for a reply; a verdict is committed when it is in force everywhere."""

from collections.abc import Sequence
from functools import partial

from schemas import Feedback
from workers.cache.lookup import Lookup
from workers.cache.verdicts import PairVerdict
from workers.desk import DeskParts, until_done
from workers.errors import InvalidRequestError
from workers.kafka.rejection import Rejection
from workers.kafka.request import Request

FeedbackRecord = Request[Feedback]


class FeedbackDesk:
    """Takes verdicts in their order, so that of two on the same pairing the later one stands."""

    def __init__(self, parts: DeskParts) -> None:
        self._cache = parts.cache
        self._replies = parts.replies
        self._clock = parts.clock

    async def answer(self, requests: Sequence[FeedbackRecord]) -> None:
        """Judge a batch, one by one; what cannot be judged goes to the dead letters."""
        for request in requests:
            try:
                verdict = self._verdict_in(request)
            except InvalidRequestError as exc:
                self._replies.refuse(request, Rejection.of(exc))
            else:
                await until_done(partial(self._cache.judge, verdict))
                self._replies.finish(request)

    def _verdict_in(self, request: FeedbackRecord) -> PairVerdict:
        message = request.message
        asked = Lookup(message.prompt, message.namespace, message.context)
        return self._cache.verdict_on(asked, message.entry_id, message.verdict, self._given_at(request))

    def _given_at(self, request: FeedbackRecord) -> int:
        """Unix ms. The record's time may be its producer's: one from the future would outlast every later verdict."""
        said, now = int(request.record.timestamp), int(self._clock.wall() * 1000)
        return said if 0 <= said <= now else now
