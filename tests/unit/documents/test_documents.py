"""The documents say what is so: generated parts are current, and names, links and commands lead somewhere."""

import ast
import importlib
import re
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from typer.main import get_command

from docs.generate import generated
from workers.cli.app import app
from workers.observability.prometheus_observers import PrometheusObserver, PrometheusWorkerObserver
from workers.settings_table import all_settings

ROOT = Path(__file__).parents[3]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
OURS = [d for d in DOCUMENTS if d.name not in ("HIT_QUALITY.md", "PERFORMANCE.md")]
each_document = pytest.mark.parametrize("document", OURS, ids=lambda path: path.name)


@pytest.mark.parametrize(("path", "text"), generated().items(), ids=lambda value: getattr(value, "name", ""))
def test_what_is_generated_is_current(path: Path, text: str) -> None:
    assert path.read_text("utf-8") == text, f"{path.name} is not what the code says; write it anew: make docs"


@each_document
def test_links_to_files_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)", document.read_text("utf-8")):
        if "://" not in target:
            assert (document.parent / target).exists(), f"{document.name} links to {target}, which is not there"


@each_document
def test_settings_that_are_named_exist(document: Path) -> None:
    known = {setting.name for setting in all_settings()}
    named = set(re.findall(r"SEMANTIC_CACHE_[A-Z0-9_]*[A-Z0-9]", document.read_text("utf-8")))
    assert named <= known, f"{document.name} names settings that do not exist: {sorted(named - known)}"


@each_document
def test_make_commands_that_are_named_exist(document: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"(?:^    |`)make ([a-z]+)", document.read_text("utf-8"), re.MULTILINE))
    assert named <= targets


@each_document
def test_subcommands_that_are_named_exist(document: Path) -> None:
    known = set(get_command(app).commands)  # type: ignore[attr-defined]  # typer gives a group
    named = set(re.findall(r"(?:^    |`)semantic-cache ([a-z-]+)", document.read_text("utf-8"), re.MULTILINE))
    assert named <= known


def test_the_metrics_are_all_described_and_no_others() -> None:
    registry = CollectorRegistry()
    PrometheusObserver(registry)
    PrometheusWorkerObserver(registry)
    exposed = {m.name + ("_total" if m.type == "counter" else "") for m in registry.collect()}
    text = (ROOT / "docs" / "OPERATIONS.md").read_text("utf-8")
    assert set(re.findall(r"semantic_cache_[a-z0-9_]+[a-z0-9]", text)) == exposed


def test_every_setting_says_what_it_does() -> None:
    assert [setting.name for setting in all_settings() if not setting.meaning] == []


def test_the_examples_of_the_readme_are_python_and_import_what_exists() -> None:
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    assert len(blocks) == 2
    for block in blocks:
        for node in ast.walk(ast.parse(block)):
            if isinstance(node, ast.ImportFrom):
                module = importlib.import_module(node.module or "")
                assert all(hasattr(module, alias.name) for alias in node.names)


def test_the_map_names_what_is_there() -> None:
    """Every file of workers/ and workers/cache/ is on the map, and nothing else."""
    text = (ROOT / "docs" / "ARCHITECTURE.md").read_text("utf-8")
    map_of_code = text.partition("## The map")[2]
    named = set(re.findall(r"(\w+\.py)\b", map_of_code))
    workers = ROOT / "workers"
    there = {p.name for folder in (workers, workers / "cache") for p in folder.glob("*.py")} - {"__init__.py"}
    assert there - named == set(), "files that the map does not name"
    assert named - there == set(), "files that the map names and that are not there"
