"""Wheels made for a test, in a folder that pip takes for its only index."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from workers.downloads import WheelPin, sha256_of

VERSION = "1.0"


class LocalWheels:
    """The folder. pip reads where to look from its environment, as a deployment's mirror would be set."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        folder.mkdir()
        monkeypatch.setenv("PIP_NO_INDEX", "1")
        monkeypatch.setenv("PIP_FIND_LINKS", str(folder))

    def add(self, package: str, files: Mapping[str, bytes]) -> WheelPin:
        """Write a wheel that holds `files`; returns its pin."""
        information = f"{package}-{VERSION}.dist-info"
        content = {
            **files,
            f"{information}/METADATA": f"Metadata-Version: 2.1\nName: {package}\nVersion: {VERSION}\n".encode(),
            f"{information}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            f"{information}/RECORD": b"",
        }
        wheel = self.folder / f"{package}-{VERSION}-py3-none-any.whl"
        with zipfile.ZipFile(wheel, "w") as archive:
            for name, data in content.items():
                archive.writestr(name, data)
        return WheelPin(package, VERSION, sha256_of(wheel), megabytes=1)

    def remove_all(self) -> None:
        """From now on nothing can be downloaded."""
        for wheel in self.folder.glob("*.whl"):
            wheel.unlink()
