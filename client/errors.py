"""What a caller may meet. Each message says what to look at.

CacheClientError
├── BrokerUnavailableError    (retryable)
├── AccessRefusedError
├── TopicsMissingError        (retryable)
├── NoReplyError              (retryable; a TimeoutError)
├── RequestFailedError        (retryable if the worker says that its store is away)
├── InvalidMessageError       (a ValueError)
└── NotOpenError
"""

from typing import ClassVar

from schemas import ErrorCode


class CacheClientError(Exception):
    """The cache could not be asked, or said no."""

    retryable: bool = False


class BrokerUnavailableError(CacheClientError):
    """Kafka cannot be reached, or did not take the record."""

    retryable: bool = True


class AccessRefusedError(CacheClientError):
    """Kafka is there and lets nobody in like this: the sign-in, a certificate or the protocol. It will not pass."""


class TopicsMissingError(CacheClientError):
    """The deployment's topics are not there: no worker has run yet, or the prefix is another."""

    retryable: bool = True


class NoReplyError(CacheClientError, TimeoutError):
    """No worker answered in time. The request stays in its topic and may yet be served."""

    retryable: bool = True


class InvalidMessageError(CacheClientError, ValueError):
    """The request breaks a limit of the contract; it was not sent."""


class NotOpenError(CacheClientError):
    """The client is used before `open()` or after `aclose()`; use it as an async context manager."""


class RequestFailedError(CacheClientError):
    """A worker answered with an error."""

    _RETRYABLE: ClassVar[frozenset[ErrorCode]] = frozenset({ErrorCode.STORE_UNAVAILABLE, ErrorCode.INTERNAL})

    def __init__(self, code: ErrorCode, message: str) -> None:
        super().__init__(f"{code.value}: {message}")
        self.code = code
        self.message = message
        self.retryable = code in self._RETRYABLE
