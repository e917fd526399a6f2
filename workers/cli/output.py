"""What the commands say: answers and JSON on standard output, all else on standard error."""

import json
from typing import Any

import typer
from rich.console import Console

from workers.cli.exit_codes import ExitCode


def notes() -> Console:
    """For people: standard error, so that a pipe gets the answer alone."""
    return Console(stderr=True, highlight=False)


def note(text: str) -> None:
    """A line for people. Not markup: it may hold what users wrote."""
    notes().print(text, markup=False, soft_wrap=True)


def json_line(value: dict[str, Any]) -> None:
    """One line of JSON for programs."""
    typer.echo(json.dumps(value, ensure_ascii=False))


def stop(message: str, code: ExitCode) -> typer.Exit:
    """Say why, and make the exit to raise."""
    note(f"semantic-cache: {message}")
    return typer.Exit(code)
