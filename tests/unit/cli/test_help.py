"""The help answers without loading what the commands need, fits a terminal, and teaches."""

import json
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from workers.cli.app import app

COMMANDS = (
    "demo",
    "stack",
    "worker",
    "lookup",
    "store",
    "invalidate",
    "product-change",
    "import",
    "stats",
    "feedback send",
    "feedback export",
    "calibrate",
    "topics create",
    "model fetch",
)
HEAVY = {"pydantic", "aiokafka", "redis", "numpy", "fastembed", "faststream", "onnxruntime", "opentelemetry"}


def shown(arguments: str) -> str:
    result = CliRunner(env={"COLUMNS": "80", "TERM": "dumb"}).invoke(app, [*arguments.split(), "--help"])
    assert result.exit_code == 0, result.output
    return result.output


def test_lists_every_command_of_the_contract_and_the_exit_codes() -> None:
    text = shown("")
    assert all(command.split()[0] in text for command in COMMANDS)
    assert "Exit codes" in text


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_within_80_columns(command: str) -> None:
    lines = shown(command).splitlines()
    assert max(len(line) for line in lines) <= 80
    assert f"Usage: semantic-cache {command}" in " ".join(lines).replace("root ", "semantic-cache ")


@pytest.mark.parametrize("command", ["lookup", "store", "invalidate", "product-change", "import", "stats", "stack"])
def test_commands_with_options_show_examples(command: str) -> None:
    assert f"semantic-cache {command}" in shown(command).partition("Example")[2]


def test_the_help_loads_nothing_heavy() -> None:
    script = (
        "import json, sys\n"
        "from workers.cli.app import app\n"
        "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert HEAVY.isdisjoint(json.loads(done.stdout))


def test_shows_its_version() -> None:
    result = CliRunner().invoke(app, ["--version"])
    assert (result.exit_code, result.output.count(".")) == (0, 2)
