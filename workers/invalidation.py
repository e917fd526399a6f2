"""`invalidation.requests`: these answers are no longer true. Acknowledged when they are gone from the shared store."""

import asyncio
from collections.abc import Coroutine, Sequence
from functools import partial
from typing import Any

from schemas import InvalidationRequest, InvalidationStatus
from workers.cache.rules import PlacedRule, Rule
from workers.desk import DeskParts, until_done
from workers.errors import InvalidRequestError
from workers.kafka.encoding import encode_invalidation
from workers.kafka.rejection import Rejection
from workers.kafka.request import Request

CONCURRENCY = 8
"""Rules that are applied at once: each may take several rounds of deletes."""

InvalidationRecord = Request[InvalidationRequest]


class InvalidationDesk:
    """Invalidates. The rules of a batch travel to the log together; each is applied and acknowledged on its own."""

    def __init__(self, parts: DeskParts) -> None:
        self._cache = parts.cache
        self._replies = parts.replies
        self._tasks = parts.tasks
        self._slots = asyncio.Semaphore(CONCURRENCY)

    async def answer(self, requests: Sequence[InvalidationRecord]) -> None:
        """Append the rules of a batch, once; apply each in a task."""
        wanted = []
        for request in requests:
            rule = rule_of(request.message)
            try:
                self._cache.check_rule(rule)
            except InvalidRequestError as exc:
                self._replies.refuse(request, Rejection.of(exc))
                continue
            if request.message.dry_run:
                self._begin(request, self._count(request, rule))
            else:
                wanted.append((request, rule))
        if wanted:
            placed = await until_done(partial(self._cache.announce, [rule for _, rule in wanted]))
            for (request, _), place in zip(wanted, placed, strict=True):
                self._begin(request, self._apply(request, place))

    def _begin(self, request: InvalidationRecord, work: Coroutine[Any, Any, None]) -> None:
        self._tasks.spawn(self._replies.answered([request], work), name="invalidation")

    async def _apply(self, request: InvalidationRecord, placed: PlacedRule) -> None:
        async with self._slots:
            done = await until_done(partial(self._cache.apply, placed))
        self._reply(request, done.removed, done.token)

    async def _count(self, request: InvalidationRecord, rule: Rule) -> None:
        async with self._slots:
            named = await until_done(partial(self._cache.count, rule))
        self._reply(request, named, None)

    def _reply(self, request: InvalidationRecord, removed: int, token: str | None) -> None:
        value = encode_invalidation(request.request_id, removed, token)
        self._replies.answer(request, value, InvalidationStatus.INVALIDATED)


def rule_of(message: InvalidationRequest) -> Rule:
    """What the request names."""
    return Rule(
        message.namespace,
        tags=frozenset(message.tags or ()),
        match_all=message.match_all,
        entry_ids=frozenset(message.entry_ids or ()),
        everything=message.everything is True,
    )
