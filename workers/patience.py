"""Patience: at start a part that is away is waited for, and everybody is told which one and where."""

import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from aiokafka.errors import KafkaError
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, wait_exponential_jitter

from workers.errors import SemanticCacheError
from workers.observability.readiness import Condition, Readiness

log = logging.getLogger(__name__)

T = TypeVar("T")

FIRST_WAIT_SECONDS = 0.2
LONGEST_WAIT_SECONDS = 5.0


async def patiently(attempt: Callable[[], Awaitable[T]], condition: Condition, where: str, readiness: Readiness) -> T:
    """Repeat until it is done, waiting longer each time. What waiting cannot help is raised.

    Args:
        attempt: may be called again after a failure.
        condition: what is not met meanwhile.
        where: the address, for people.
        readiness: told of each failure.
    """

    def tell(state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        reason = f"{condition} at {where} is away: {error}"
        readiness.fails(condition, reason)
        log.warning("waiting", extra={"action": "start_waits", "for": str(condition), "reason": reason})

    retrying = AsyncRetrying(
        retry=retry_if_exception(_is_outage),
        wait=wait_exponential_jitter(initial=FIRST_WAIT_SECONDS, max=LONGEST_WAIT_SECONDS),
        before_sleep=tell,
        reraise=True,
    )

    async def once() -> T:
        return await attempt()

    return await retrying(once)


def _is_outage(error: BaseException) -> bool:
    if isinstance(error, KafkaError):
        return True
    return isinstance(error, SemanticCacheError) and error.retryable
