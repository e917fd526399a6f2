"""Ask the semantic cache from another service: look up, store, invalidate, or all of it in `answer`."""

from client.answering import Answer, AnswerSource, Compute, NewAnswer
from client.client import SemanticCacheClient
from client.errors import (
    AccessRefusedError,
    BrokerUnavailableError,
    CacheClientError,
    InvalidMessageError,
    NoReplyError,
    NotOpenError,
    RequestFailedError,
    TopicsMissingError,
)
from client.options import CallOptions, FeedbackOptions, LookupOptions, Selection, StoreOptions

__all__ = [
    "AccessRefusedError",
    "Answer",
    "AnswerSource",
    "BrokerUnavailableError",
    "CacheClientError",
    "CallOptions",
    "Compute",
    "FeedbackOptions",
    "InvalidMessageError",
    "LookupOptions",
    "NewAnswer",
    "NoReplyError",
    "NotOpenError",
    "RequestFailedError",
    "Selection",
    "SemanticCacheClient",
    "StoreOptions",
    "TopicsMissingError",
]
