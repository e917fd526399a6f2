"""From what redis-py raises to what this project raises: one table."""

import re
from typing import Final

from redis import exceptions as redis_errors

from workers.errors import ConfigurationError, SemanticCacheError, StoreTimeoutError, StoreUnavailableError


class IndexMissingError(StoreUnavailableError):
    """Redis has lost the index; it is created again at once, and the same call works later."""


class IndexBuildingError(StoreUnavailableError):
    """The index does not hold everything yet: what it does not find may be there. Exact repeats are found."""


class IndexExistsError(SemanticCacheError):
    """Another worker has created the index a moment ago."""


class CommandUnknownError(SemanticCacheError):
    """The server lacks a command, most likely the query engine's."""


class WrongDatabaseError(ConfigurationError):
    """The query engine serves database 0 only: leave the number out of `redis.url`, and set `redis.key_prefix`."""


class ScriptMissingError(StoreUnavailableError):
    """Redis forgets its scripts as fast as they are loaded; somebody runs SCRIPT FLUSH over and over."""


class WrongPasswordError(StoreUnavailableError):
    """Redis refuses the user or the password in `redis.url`, or the user lacks a permission."""


_PATTERNS: Final[tuple[tuple[re.Pattern[str], type[SemanticCacheError]], ...]] = (
    (
        re.compile(r"no such index|unknown index name|index not found|index with name .* not found", re.I),
        IndexMissingError,
    ),
    (re.compile(r"index.* already exists", re.I), IndexExistsError),
    (re.compile(r"index on db", re.I), WrongDatabaseError),
    (re.compile(r"unknown command", re.I), CommandUnknownError),
    (re.compile(r"timeout limit was reached|search_timeout", re.I), StoreTimeoutError),
)
"""Engines word the same error differently."""
OUTAGE_WORDS: Final = frozenset(
    {"LOADING", "READONLY", "OOM", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN", "NOREPLICAS", "MISCONF", "BUSY"}
)
"""First words of error replies that say that the server cannot serve now."""
REFUSED_WORDS: Final = frozenset({"NOAUTH", "WRONGPASS", "NOPERM"})

ERROR_TABLE: Final[tuple[tuple[type[BaseException], type[SemanticCacheError]], ...]] = (
    (redis_errors.AuthenticationError, WrongPasswordError),
    (redis_errors.AuthorizationError, WrongPasswordError),
    (redis_errors.AuthenticationWrongNumberOfArgsError, WrongPasswordError),
    (redis_errors.ExternalAuthProviderError, WrongPasswordError),
    (redis_errors.NoPermissionError, WrongPasswordError),
    (redis_errors.TimeoutError, StoreTimeoutError),
    (TimeoutError, StoreTimeoutError),
    (redis_errors.NoScriptError, ScriptMissingError),
    (redis_errors.OutOfMemoryError, StoreUnavailableError),
    (redis_errors.ReadOnlyError, StoreUnavailableError),
    (redis_errors.TryAgainError, StoreUnavailableError),
    (redis_errors.ClusterError, StoreUnavailableError),
    (redis_errors.SlotNotCoveredError, StoreUnavailableError),
    # A reply that cannot be read is a broken connection: it has been closed.
    (redis_errors.InvalidResponse, StoreUnavailableError),
    (redis_errors.ConnectionError, StoreUnavailableError),
    (OSError, StoreUnavailableError),
    (EOFError, StoreUnavailableError),
)
"""First match wins; what is not in it is a mistake of ours and stays one."""


def translate(exc: BaseException, where: str) -> SemanticCacheError:
    """The error to raise `from exc`. `where` is host and port: the sentence is for whoever operates Redis."""
    words = str(exc)
    if isinstance(exc, redis_errors.ResponseError):
        kind = _kind_of_reply(words)
        if kind is not None:
            return kind(f"{_SENTENCES[kind]} Redis at {where} says: {words}")
    for raised, kind in ERROR_TABLE:
        if isinstance(exc, raised):
            return kind(f"{_SENTENCES[kind]} ({where}: {words or type(exc).__name__})")
    return SemanticCacheError(f"Redis at {where} refused a command that it should know: {words}")


def _kind_of_reply(words: str) -> type[SemanticCacheError] | None:
    first = words.partition(" ")[0]
    if first in OUTAGE_WORDS:
        return StoreUnavailableError
    if first in REFUSED_WORDS:
        return WrongPasswordError
    return next((kind for pattern, kind in _PATTERNS if pattern.search(words)), None)


_SENTENCES: Final[dict[type[SemanticCacheError], str]] = {
    StoreUnavailableError: "Redis cannot be asked now.",
    StoreTimeoutError: "Redis did not answer in time.",
    WrongPasswordError: "Redis refuses this user: check user and password in redis.url, and the user's permissions.",
    IndexExistsError: "The index is there already.",
    WrongDatabaseError: (
        "The query engine serves database 0 only: leave the number out of redis.url, and part deployments by"
        " redis.key_prefix."
    ),
    CommandUnknownError: "The server lacks a command.",
    IndexMissingError: "Redis has lost the index; it is created again.",
    ScriptMissingError: "Redis has forgotten a script that was loaded a moment ago.",
}
