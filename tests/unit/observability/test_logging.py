import io
import json
import logging
from collections.abc import Iterator

import pytest

from workers.cache.config import ObservabilityConfig
from workers.observability.logging import JsonFormatter, TerminalFormatter, set_up_logging


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def restored_root() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def write(stream: io.StringIO, config: ObservabilityConfig | None = None) -> str:
    set_up_logging(config or ObservabilityConfig(), stream)
    logging.getLogger("workers.test").info("batch done", extra={"action": "batch", "records": 3, "prompt": "secret?"})
    return stream.getvalue()


def test_a_pipe_gets_one_json_object_a_line() -> None:
    line = json.loads(write(io.StringIO()))
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "level": "info",
        "logger": "workers.test",
        "message": "batch done",
        "action": "batch",
        "records": 3,
    }


def test_a_terminal_gets_a_line_for_people() -> None:
    line = write(Terminal())
    assert "batch done" in line
    assert "action=batch records=3" in line
    assert "{" not in line


@pytest.mark.parametrize("stream", [io.StringIO(), Terminal()])
def test_prompts_stay_out_unless_asked_for(stream: io.StringIO) -> None:
    assert "secret" not in write(stream)
    assert "secret" in write(type(stream)(), ObservabilityConfig(log_prompts=True))


def test_libraries_are_heard_from_warnings_on() -> None:
    stream = io.StringIO()
    set_up_logging(ObservabilityConfig(), stream)
    logging.getLogger("aiokafka.consumer").info("chatter")
    logging.getLogger("aiokafka.consumer").warning("trouble")
    assert "chatter" not in stream.getvalue()
    assert "trouble" in stream.getvalue()


@pytest.mark.parametrize("formatter", [JsonFormatter(), TerminalFormatter()])
def test_an_exception_comes_with_its_traceback(formatter: logging.Formatter) -> None:
    try:
        int("broken")
    except ValueError as exc:
        record = logging.LogRecord("w", logging.ERROR, __file__, 1, "failed", (), (type(exc), exc, exc.__traceback__))
    assert "ValueError: invalid literal" in formatter.format(record)
