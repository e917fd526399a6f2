"""Dataclasses as groups of options."""

from dataclasses import dataclass
from typing import Annotated

import pytest
import typer
from typer.testing import CliRunner

from workers.cli.flatten import flatten


@dataclass(frozen=True, slots=True)
class Size:
    width: Annotated[int, typer.Option("--width", "-w", min=1)]
    unit: str = "mm"


@dataclass(frozen=True, slots=True)
class Paint:
    colour: Annotated[list[str] | None, typer.Option()] = None


def an_app(seen: list[object]) -> typer.Typer:
    app = typer.Typer()

    @app.command()
    @flatten
    def cut(name: str, size: Size, paint: Paint, twice: bool = False) -> None:
        """Cut."""
        seen.append((name, size, paint, twice))

    return app


def test_fields_become_options_and_come_back_as_values() -> None:
    seen: list[object] = []
    result = CliRunner().invoke(an_app(seen), ["plank", "-w", "3", "--colour", "red", "--colour", "blue", "--twice"])
    assert result.exit_code == 0, result.output
    assert seen == [("plank", Size(3, "mm"), Paint(["red", "blue"]), True)]


@pytest.mark.parametrize("arguments", [["plank"], ["plank", "-w", "0"], ["plank", "-w", "x"], ["-w", "3"]])
def test_what_is_missing_or_out_of_range_is_a_usage_error(arguments: list[str]) -> None:
    seen: list[object] = []
    assert CliRunner().invoke(an_app(seen), arguments).exit_code == 2
    assert seen == []
