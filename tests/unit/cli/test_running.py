"""From errors to exit codes."""

import pytest
import typer

from client import BrokerUnavailableError, InvalidMessageError, NoReplyError, RequestFailedError
from schemas import ErrorCode
from workers.cli.exit_codes import ExitCode
from workers.cli.running import run
from workers.downloads import FetchError
from workers.errors import ConfigurationError, StoreUnavailableError
from workers.stack import StackError


async def _raise(error: Exception) -> None:
    raise error


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InvalidMessageError("prompt: too long"), ExitCode.USAGE),
        (ConfigurationError("L1: too small"), ExitCode.USAGE),
        (BrokerUnavailableError("no Kafka"), ExitCode.UNAVAILABLE),
        (NoReplyError("nobody"), ExitCode.UNAVAILABLE),
        (StoreUnavailableError("no Redis"), ExitCode.UNAVAILABLE),
        (RequestFailedError(ErrorCode.STORE_UNAVAILABLE, "no Redis"), ExitCode.UNAVAILABLE),
        (RequestFailedError(ErrorCode.INVALID_REQUEST, "context.x: unknown"), ExitCode.FAILED),
        (FetchError("no network"), ExitCode.FAILED),
        (StackError("no Java"), ExitCode.FAILED),
    ],
)
def test_every_error_that_a_user_can_meet_is_a_sentence_and_a_number(
    error: Exception, code: ExitCode, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit) as caught:
        run(_raise(error))
    assert caught.value.exit_code == code
    assert capsys.readouterr().err == f"semantic-cache: {error}\n"


def test_a_defect_of_ours_keeps_its_traceback() -> None:
    with pytest.raises(ZeroDivisionError):
        run(_raise(ZeroDivisionError()))


def test_ctrl_c_has_its_own_number() -> None:
    async def interrupted() -> None:
        raise KeyboardInterrupt

    with pytest.raises(typer.Exit) as caught:
        run(interrupted())
    assert caught.value.exit_code == ExitCode.INTERRUPTED
