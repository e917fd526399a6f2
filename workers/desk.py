"""What the desks share; a desk answers the requests of one topic: it calls the cache and replies, nothing else."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from workers.cache import SemanticCache
from workers.cache.clock import Clock
from workers.errors import SemanticCacheError
from workers.kafka.replies import Replies
from workers.observability.worker_observer import WorkerObserver
from workers.tasks import Tasks

log = logging.getLogger(__name__)

T = TypeVar("T")

FIRST_WAIT_SECONDS = 0.05
LONGEST_WAIT_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class DeskParts:
    """What every desk works with."""

    cache: SemanticCache
    replies: Replies
    tasks: Tasks
    clock: Clock
    observer: WorkerObserver


async def until_done(attempt: Callable[[], Awaitable[T]]) -> T:
    """Repeat while the failure is an outage, waiting longer each time: what waits is not acknowledged, nor lost.

    Raises:
        SemanticCacheError: one that repeating cannot help.
    """
    wait = FIRST_WAIT_SECONDS
    while True:
        try:
            return await attempt()
        except SemanticCacheError as exc:
            if not exc.retryable:
                raise
            if wait == FIRST_WAIT_SECONDS:
                log.warning("waiting", extra={"action": "desk_waits", "reason": str(exc)})
        await asyncio.sleep(wait)
        wait = min(wait * 2, LONGEST_WAIT_SECONDS)
