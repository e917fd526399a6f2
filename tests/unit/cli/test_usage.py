"""What is wrong with a command line is said before anything is connected."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from workers.cli.app import app
from workers.cli.exit_codes import ExitCode

NOWHERE = ["--bootstrap-servers", "127.0.0.1:1"]


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["lookup", "?", "-c", "persona"], "NAME=VALUE"),
        (["lookup", "?", "--mode", "fuzzy"], "exact_then_semantic"),
        (["lookup", "?", "--min-similarity", "1.1"], "--min-similarity"),
        (["store", "?", "!", "--metadata", "[1]"], "JSON object"),
        (["store", "?", "!", "--metadata", "{"], "not JSON"),
        (["invalidate"], "--tag"),
        (["invalidate", "--tag", "a", "--everything"], "exactly one"),
        (["product-change", "p"], "change"),
        (["import", "no-such-file.jsonl"], "no-such-file.jsonl"),
        (["nonsense"], "nonsense"),
    ],
)
def test_wrong_options_are_usage_errors(arguments: list[str], named: str) -> None:
    result = CliRunner(env={"COLUMNS": "200"}).invoke(app, arguments)
    assert result.exit_code == ExitCode.USAGE
    assert named in result.stderr


@pytest.mark.parametrize(
    "arguments", [["lookup", "?"], ["store", "?", "!"], ["invalidate", "-t", "a"], ["product-change", "p", "updated"]]
)
def test_says_where_no_kafka_is(arguments: list[str]) -> None:
    result = CliRunner().invoke(app, [*arguments, *NOWHERE])
    assert result.exit_code == ExitCode.UNAVAILABLE
    assert "Kafka cannot be reached at 127.0.0.1:1" in result.stderr
    assert result.stdout == ""


def test_an_import_without_kafka_touches_no_line(tmp_path: Path) -> None:
    file = tmp_path / "answers.jsonl"
    file.write_text(json.dumps({"prompt": "?", "response": "!"}))
    result = CliRunner().invoke(app, ["import", str(file), *NOWHERE])
    assert result.exit_code == ExitCode.UNAVAILABLE


def test_says_where_no_worker_is() -> None:
    result = CliRunner().invoke(app, ["stats", "--url", "http://127.0.0.1:1"])
    assert result.exit_code == ExitCode.UNAVAILABLE
    assert "nothing answers at http://127.0.0.1:1/stats" in result.stderr


def test_a_misspelt_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEMANTIC_CACHE_KAFKA__BOOTSTRAP_SERVER", "x:1")
    result = CliRunner().invoke(app, ["lookup", "?"])
    assert result.exit_code == ExitCode.USAGE
    assert "did you mean SEMANTIC_CACHE_KAFKA__BOOTSTRAP_SERVERS?" in result.stderr
