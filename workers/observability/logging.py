"""Logs: readable on a terminal, one JSON object a line everywhere else.

A message is short and fixed; what varies goes into `extra`, with an `action` to search for. Prompts and answers go in
under the names below, and are left out unless the settings ask for them.
"""

import logging
import sys
from datetime import UTC, datetime
from typing import Any, TextIO

import orjson

from workers.cache.config import ObservabilityConfig

PRIVATE_FIELDS = frozenset({"prompt", "response", "matched_prompt", "prompts", "responses"})
"""Fields of `extra` that hold what people asked or were answered."""

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}
_CHATTY = ("aiokafka", "faststream", "uvicorn", "httpx", "opentelemetry", "fastembed", "asyncio")
"""Loggers of libraries: warnings and worse only, unless all is at debug."""
_COLOURS = {"DEBUG": "2", "INFO": "32", "WARNING": "33", "ERROR": "31", "CRITICAL": "31;1"}


class _Fields:
    """The extra fields of a record, without the private ones where those are not wanted."""

    def __init__(self, *, with_prompts: bool) -> None:
        self._hidden = _STANDARD if with_prompts else _STANDARD | PRIVATE_FIELDS

    def of(self, record: logging.LogRecord) -> dict[str, Any]:
        return {name: value for name, value in vars(record).items() if name not in self._hidden}


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, logger, message, and the extra fields."""

    def __init__(self, *, with_prompts: bool = False) -> None:
        super().__init__()
        self._fields = _Fields(with_prompts=with_prompts)

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        } | self._fields.of(record)
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return orjson.dumps(line, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


class TerminalFormatter(logging.Formatter):
    """Time, level, message, then the extra fields as `name=value`, dimmed."""

    def __init__(self, *, with_prompts: bool = False) -> None:
        super().__init__()
        self._fields = _Fields(with_prompts=with_prompts)

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end; a traceback follows on its own lines."""
        time = datetime.fromtimestamp(record.created).strftime("%H:%M:%S")
        level = f"\x1b[{_COLOURS.get(record.levelname, '0')}m{record.levelname.lower():<7}\x1b[0m"
        extras = " ".join(f"{name}={value}" for name, value in self._fields.of(record).items())
        line = f"{time} {level} {record.getMessage()}" + (f"  \x1b[2m{extras}\x1b[0m" if extras else "")
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def set_up_logging(config: ObservabilityConfig, stream: TextIO | None = None) -> None:
    """Send all logs to `stream` (standard error by default), replacing what was set up before."""
    stream = stream or sys.stderr
    formatter = TerminalFormatter if stream.isatty() else JsonFormatter
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter(with_prompts=config.log_prompts))
    level = config.log_level.upper()
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.DEBUG if level == "DEBUG" else logging.WARNING)
