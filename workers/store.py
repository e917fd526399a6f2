"""`store.requests`: answers to keep. An outage is waited for; nothing is acknowledged that is not stored."""

from collections.abc import Sequence
from functools import partial

import orjson

from schemas import StoreRequest
from workers.cache.lookup import Store
from workers.desk import DeskParts, until_done
from workers.errors import InvalidRequestError
from workers.kafka.encoding import encode_store
from workers.kafka.rejection import Rejection
from workers.kafka.request import Request

GROUP_SIZE = 64
"""Stores that share an embedding batch and a round trip. Small enough that the first are soon acknowledged."""
LOG_APPEND_TIME = 1

StoreRecord = Request[StoreRequest]


class StoreDesk:
    """Stores batches in their order, so that of two answers to one question the later one stays."""

    def __init__(self, parts: DeskParts, *, has_broker_time: bool) -> None:
        self._cache = parts.cache
        self._replies = parts.replies
        self._has_broker_time = has_broker_time

    async def answer(self, requests: Sequence[StoreRecord]) -> None:
        """Store a batch, group by group; the next batch is not taken before this one is done."""
        sound = []
        for request in requests:
            try:
                store = self._store_of(request)
                self._cache.check_store(store)
            except InvalidRequestError as exc:
                self._replies.refuse(request, Rejection.of(exc))
            else:
                sound.append((request, store))
        for start in range(0, len(sound), GROUP_SIZE):
            group = sound[start : start + GROUP_SIZE]
            outcomes = await until_done(partial(self._cache.store_many, [store for _, store in group]))
            for (request, _), outcome in zip(group, outcomes, strict=True):
                value = encode_store(request.request_id, outcome.status, outcome.entry_id, outcome.reason)
                self._replies.answer(request, value, outcome.status)

    def _store_of(self, request: StoreRecord) -> Store:
        message = request.message
        return Store(
            message.prompt,
            message.response,
            message.namespace,
            message.context,
            tuple(message.tags or ()),
            message.ttl_seconds,
            _metadata_of(message),
            message.fence,
            message.stale_if_error_seconds,
            self._timestamp_of(request),
        )

    def _timestamp_of(self, request: StoreRecord) -> int:
        """When the broker got the record. A time that its producer made up orders nothing: 0, before all rules."""
        is_brokers = request.record.timestamp_type == LOG_APPEND_TIME
        return int(request.record.timestamp) if is_brokers or not self._has_broker_time else 0


def _metadata_of(message: StoreRequest) -> str | None:
    if message.metadata is None:
        return None
    try:
        return orjson.dumps(message.metadata).decode()
    except (orjson.JSONEncodeError, UnicodeError) as exc:
        raise InvalidRequestError(f"metadata: cannot be kept ({exc})") from exc
