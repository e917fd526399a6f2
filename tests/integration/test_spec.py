"""The specification of the coherence protocol: TLC on its small instances, and that it and the code name each other."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SPEC = ROOT / "docs" / "spec"
TOOL_IS_MISSING = 2

MODULES = sorted(path.stem for path in SPEC.glob("*.cfg"))


@pytest.mark.timeout(300)
@pytest.mark.parametrize("module", MODULES)
async def test_the_small_instances_hold_and_the_mutants_do_not(module: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, SPEC / "check.py", "--small", "--only", f"{module}:"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        said = (await process.communicate())[0].decode()
    finally:
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
    if process.returncode == TOOL_IS_MISSING:
        pytest.skip(said)
    assert process.returncode == 0, said


def _listed(kind: str) -> list[dict[str, str]]:
    listed: list[dict[str, str]] = tomllib.loads((SPEC / "checks.toml").read_text())[kind]
    return listed


@pytest.mark.parametrize("module", MODULES)
def test_every_safeguard_has_a_mutant(module: str) -> None:
    safeguards = set(re.findall(r"^  (\w+) = TRUE$", (SPEC / f"{module}.cfg").read_text(), re.MULTILINE))
    assert safeguards == {mutant["without"] for mutant in _listed("mutant") if mutant["module"] == module}


@pytest.mark.parametrize("module", MODULES)
def test_every_promise_is_broken_by_a_mutant(module: str) -> None:
    promises = re.findall(r"^INVARIANTS (.*)$", (SPEC / f"{module}.cfg").read_text(), re.MULTILINE)[0].split()
    assert set(promises) <= {mutant["violates"] for mutant in _listed("mutant") if mutant["module"] == module}


def test_the_code_names_only_what_the_specification_promises() -> None:
    specified = {
        name for path in SPEC.glob("*.tla") for name in re.findall(r"^(\w+) ==", path.read_text(), re.MULTILINE)
    }
    sources = [path for suffix in ("*.py", "*.lua") for path in (ROOT / "workers").rglob(suffix)]
    named = {
        name
        for path in sources
        for names in re.findall(r"\(invariants? ([A-Z]\w+(?:, [A-Z]\w+)*)\)", path.read_text())
        for name in names.split(", ")
    }
    assert named, "no safeguard in the code says which invariant it serves"
    assert named <= specified
