"""The tree of errors. A class's docstring is what its reader should do; `code` is what goes on the wire.

SemanticCacheError
├── InvalidRequestError
│   └── PayloadTooLargeError
├── StoreUnavailableError         (retryable)
│   └── StoreTimeoutError         (retryable)
├── LogUnavailableError           (retryable)
├── OverloadedError               (retryable)
├── NotOpenError
└── ConfigurationError
    ├── AccessRefusedError
    ├── ModelUnavailableError
    ├── TopicSetupError
    └── UnsafeStoreError
"""

from typing import ClassVar

from schemas import ErrorCode


class SemanticCacheError(Exception):
    """Something went wrong in the cache."""

    code: ClassVar[ErrorCode] = ErrorCode.INTERNAL
    retryable: ClassVar[bool] = False


class InvalidRequestError(SemanticCacheError):
    """The request cannot be served as it is; the message names the field. Do not retry it unchanged."""

    code = ErrorCode.INVALID_REQUEST


class PayloadTooLargeError(InvalidRequestError):
    """The request or its reply is larger than a record may be; store a reference instead."""

    code = ErrorCode.PAYLOAD_TOO_LARGE


class StoreUnavailableError(SemanticCacheError):
    """Redis cannot be asked now. Nothing is known about the entry: this is an outage, not an absence."""

    code = ErrorCode.STORE_UNAVAILABLE
    retryable = True


class StoreTimeoutError(StoreUnavailableError):
    """Redis did not answer in time."""


class LogUnavailableError(SemanticCacheError):
    """The coherence log cannot be written or read now; nothing was acknowledged."""

    code = ErrorCode.STORE_UNAVAILABLE
    retryable = True


class OverloadedError(SemanticCacheError):
    """More work waits than the worker may hold; try again later."""

    code = ErrorCode.STORE_UNAVAILABLE
    retryable = True


class NotOpenError(SemanticCacheError):
    """The object is used before `open()` or after `aclose()`; use it as an async context manager."""


class ConfigurationError(SemanticCacheError):
    """A setting or the surroundings do not allow a start; the message says what to change."""


class AccessRefusedError(ConfigurationError):
    """Kafka answers and lets nobody in with these settings; the message says which of them to look at."""


class ModelUnavailableError(ConfigurationError):
    """The embedding model cannot be had; fetch it with `semantic-cache model fetch`."""


class TopicSetupError(ConfigurationError):
    """A topic is missing or unfit and may not be created; create it with `semantic-cache topics create`."""


class UnsafeStoreError(ConfigurationError):
    """Redis is set up so that it could forget rules; the message says which setting to change."""
