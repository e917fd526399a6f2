"""Every error of the driver leaves as one of ours, an outage as an outage, and a mistake as a mistake."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest
from redis import exceptions as redis_errors

from workers.cache.l2.outages import (
    CommandUnknownError,
    IndexExistsError,
    IndexMissingError,
    ScriptMissingError,
    WrongDatabaseError,
    WrongPasswordError,
    translate,
)
from workers.errors import SemanticCacheError, StoreTimeoutError, StoreUnavailableError

WHERE = "redis.example:6380"
OUTAGES: dict[type[BaseException], type[SemanticCacheError]] = {
    redis_errors.ConnectionError: StoreUnavailableError,
    redis_errors.BusyLoadingError: StoreUnavailableError,
    redis_errors.MaxConnectionsError: StoreUnavailableError,
    redis_errors.TimeoutError: StoreTimeoutError,
    redis_errors.AuthenticationError: WrongPasswordError,
    redis_errors.AuthorizationError: WrongPasswordError,
    redis_errors.AuthenticationWrongNumberOfArgsError: WrongPasswordError,
    redis_errors.ExternalAuthProviderError: WrongPasswordError,
    redis_errors.NoPermissionError: WrongPasswordError,
    redis_errors.InvalidResponse: StoreUnavailableError,
    redis_errors.NoScriptError: ScriptMissingError,
    redis_errors.OutOfMemoryError: StoreUnavailableError,
    redis_errors.ReadOnlyError: StoreUnavailableError,
    redis_errors.TryAgainError: StoreUnavailableError,
    redis_errors.ClusterError: StoreUnavailableError,
    redis_errors.ClusterDownError: StoreUnavailableError,
    redis_errors.MasterDownError: StoreUnavailableError,
    redis_errors.SlotNotCoveredError: StoreUnavailableError,
}
MISTAKES = {
    "RedisError",
    "ResponseError",
    "DataError",
    "PubSubError",
    "WatchError",
    "ExecAbortError",
    "ModuleError",
    "NoSuchFieldsetError",
    "LockError",
    "LockNotOwnedError",
    "ChildDeadlockedError",
    "RedisClusterException",
    "AskError",
    "MovedError",
    "ClusterCrossSlotError",
    "CrossSlotTransactionError",
    "InvalidPipelineStack",
    "IncorrectPolicyType",
}
"""Ours, or a deployment that was never meant (a cluster behind a plain client): not to be waited for."""


def make(kind: type[BaseException]) -> BaseException:
    if issubclass(kind, redis_errors.AskError):
        return kind("MOVED 1234 127.0.0.1:7000".partition(" ")[2])
    return kind("words")


def test_no_error_of_the_driver_is_unaccounted_for() -> None:
    known = {
        name for name, kind in vars(redis_errors).items() if isinstance(kind, type) and issubclass(kind, BaseException)
    }
    assert known == {kind.__name__ for kind in OUTAGES} | MISTAKES


@pytest.mark.parametrize(("raised", "expected"), OUTAGES.items(), ids=lambda kind: kind.__name__)
def test_an_outage_is_an_outage(raised: type[BaseException], expected: type[SemanticCacheError]) -> None:
    error = translate(make(raised), WHERE)
    assert type(error) is expected
    assert error.retryable
    assert WHERE in str(error)


@pytest.mark.parametrize("name", sorted(MISTAKES))
def test_a_mistake_stays_one(name: str) -> None:
    error = translate(make(getattr(redis_errors, name)), WHERE)
    assert type(error) is SemanticCacheError
    assert not error.retryable


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (TimeoutError(), StoreTimeoutError),
        (socket.gaierror(-2, "Name or service not known"), StoreUnavailableError),
        (ConnectionResetError("reset"), StoreUnavailableError),
        (asyncio.IncompleteReadError(b"", 3), StoreUnavailableError),
        (OSError("broken"), StoreUnavailableError),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_the_system_raises(raised: Exception, expected: type[SemanticCacheError]) -> None:
    assert type(translate(raised, WHERE)) is expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("LOADING Redis is loading the dataset in memory", StoreUnavailableError),
        ("READONLY You can't write against a read only replica.", StoreUnavailableError),
        ("OOM command not allowed when used memory > 'maxmemory'.", StoreUnavailableError),
        ("MASTERDOWN Link with MASTER is down", StoreUnavailableError),
        ("CLUSTERDOWN Hash slot not served", StoreUnavailableError),
        ("TRYAGAIN Multiple keys request during rehashing of slot", StoreUnavailableError),
        ("NOREPLICAS Not enough good replicas to write.", StoreUnavailableError),
        ("MISCONF Redis is configured to save RDB snapshots, but it is unable to persist", StoreUnavailableError),
        ("BUSY Redis is busy running a script.", StoreUnavailableError),
        ("NOAUTH Authentication required.", WrongPasswordError),
        ("WRONGPASS invalid username-password pair", WrongPasswordError),
        ("NOPERM this user has no permissions to run the 'ft.search' command", WrongPasswordError),
        ("sc1:vec:ff: no such index", IndexMissingError),
        ("Unknown index name", IndexMissingError),
        ("Unknown Index name", IndexMissingError),
        ("SEARCH_INDEX_NOT_FOUND Index not found: sc1:vec:ff", IndexMissingError),
        ("Index with name 'sc1:vec:ff' not found in database 0", IndexMissingError),
        ("Index already exists", IndexExistsError),
        ("Index sc1:vec:ff in database 0 already exists.", IndexExistsError),
        ("unknown command 'FT._LIST', with args beginning with: ", CommandUnknownError),
        ("Cannot create index on db != 0", WrongDatabaseError),
        ("Timeout limit was reached", StoreTimeoutError),
        ("Syntax error at offset 5 near x", SemanticCacheError),
        ("WRONGTYPE Operation against a key holding the wrong kind of value", SemanticCacheError),
        ("user_script:3: Script attempted to access nonexistent global variable", SemanticCacheError),
    ],
)
def test_what_redis_says(words: str, expected: type[SemanticCacheError]) -> None:
    error: Any = translate(redis_errors.ResponseError(words), WHERE)
    assert type(error) is expected
    assert words in str(error)
