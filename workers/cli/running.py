"""From a coroutine to an exit code: every error that a user can meet becomes a sentence and a number."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, TypeVar

import typer

from workers.cli.exit_codes import ExitCode
from workers.cli.output import stop

T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end.

    Raises:
        typer.Exit: for every error of the cache, its client, its settings and its set-up, after saying it.
    """
    _quiet_drivers()
    try:
        return asyncio.run(work)
    except KeyboardInterrupt:
        raise typer.Exit(ExitCode.INTERRUPTED) from None
    except typer.Exit:
        raise
    except Exception as exc:
        code = exit_code(exc)
        if code is None:
            raise
        raise stop(str(exc), code) from exc


def exit_code(error: Exception) -> ExitCode | None:
    """Which exit an error makes; None for a defect of ours, which deserves its traceback."""
    from client.errors import AccessRefusedError, CacheClientError, InvalidMessageError
    from workers.cache.policy.calibration import CalibrationError
    from workers.cache.policy.parameters import PolicyFileError
    from workers.cli.http import HttpUnavailableError
    from workers.downloads.errors import FetchError
    from workers.errors import ConfigurationError, SemanticCacheError
    from workers.stack.errors import StackError

    if isinstance(error, (FetchError, StackError)):  # their base is ConfigurationError, but no option is wrong
        return ExitCode.FAILED
    if isinstance(error, (AccessRefusedError, InvalidMessageError, ConfigurationError)):
        return ExitCode.USAGE
    if isinstance(error, CalibrationError):
        return ExitCode.FAILED
    if isinstance(error, PolicyFileError):
        return ExitCode.USAGE
    if isinstance(error, HttpUnavailableError):
        return ExitCode.UNAVAILABLE
    if isinstance(error, (CacheClientError, SemanticCacheError)):
        return ExitCode.UNAVAILABLE if error.retryable else ExitCode.FAILED
    return None


def _quiet_drivers() -> None:
    """A command says what went wrong once, in its own words; aiokafka would say it again and again."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
