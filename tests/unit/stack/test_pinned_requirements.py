"""The pinned requirements say what pyproject.toml asks for, by hash, and name no index."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[3]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PINNED_FILES = sorted((ROOT / "requirements").glob("*.txt"))
PINNED_LINE = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)(?: ; [^\\]+)? \\$")
HOST_NAME = re.compile(r"://|\b[\w-]+\.(?:org|com|io|net|dev)\b")


def pins(name: str) -> dict[str, set[str]]:
    """Package to its pinned versions: a package may have one for each Python."""
    found: dict[str, set[str]] = {}
    for line in (ROOT / "requirements" / name).read_text(encoding="ascii").splitlines():
        if match := PINNED_LINE.match(line):
            found.setdefault(canonicalize_name(match[1]), set()).add(match[2])
    return found


def wanted(*tables: list[str]) -> list[Requirement]:
    return [Requirement(line) for table in tables for line in table]


WORKER = wanted(PYPROJECT["project"]["dependencies"])
DEV = WORKER + wanted(PYPROJECT["project"]["optional-dependencies"]["embedded"], PYPROJECT["dependency-groups"]["dev"])


@pytest.mark.parametrize(("file", "requirements"), [("worker.txt", WORKER), ("dev.txt", DEV)])
def test_every_dependency_is_pinned_within_its_range(file: str, requirements: list[Requirement]) -> None:
    pinned = pins(file)
    unfit = [
        str(each)
        for each in requirements
        if not pinned.get(canonicalize_name(each.name))
        or not all(each.specifier.contains(version) for version in pinned[canonicalize_name(each.name)])
    ]
    assert not unfit, "run `make lock`"


def test_what_a_worker_runs_is_what_was_tested() -> None:
    worker, dev = pins("worker.txt"), pins("dev.txt")
    assert {name: dev.get(name) for name in worker} == worker


@pytest.mark.parametrize("file", PINNED_FILES, ids=lambda path: path.name)
def test_every_pin_has_hashes_and_no_line_names_a_host(file: Path) -> None:
    lines = file.read_text(encoding="ascii").splitlines()
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        assert not HOST_NAME.search(line), line
        assert not line.startswith("-"), line
        if "==" in line:
            assert PINNED_LINE.match(line), line
            assert following.strip().startswith("--hash=sha256:"), line
