"""Wheels are downloaded by the real pip, from a folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.unit.downloads.local_wheels import LocalWheels
from workers.downloads import DownloadFailedError, fetch_wheel, silent


@pytest.fixture
def into(tmp_path: Path) -> Path:
    folder = tmp_path / "into"
    folder.mkdir()
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


async def test_the_wanted_member_is_taken_out_and_nothing_else(wheels: LocalWheels, into: Path) -> None:
    pin = wheels.add("carrier", {"carrier/a/wanted.bin": b"\x00wanted", "carrier/other.bin": b"other"})
    await fetch_wheel(pin, {"carrier/a/wanted.bin": "wanted.bin"}, into, silent)
    assert contents(into) == {"wanted.bin": b"\x00wanted"}


async def test_another_content_than_the_pinned_one_is_refused(wheels: LocalWheels, into: Path) -> None:
    pin = wheels.add("carrier", {"carrier/wanted.bin": b"as pinned"})
    wheels.add("carrier", {"carrier/wanted.bin": b"tampered with"})
    with pytest.raises(DownloadFailedError, match=r"(?s)could not download carrier.*[Hh]ash"):
        await fetch_wheel(pin, {"carrier/wanted.bin": "wanted.bin"}, into, silent)
    assert contents(into) == {}


async def test_a_version_that_is_nowhere_is_named(wheels: LocalWheels, into: Path) -> None:
    pin = replace(wheels.add("carrier", {"carrier/wanted.bin": b""}), version="9.9")
    with pytest.raises(DownloadFailedError, match=r"(?s)carrier 9\.9.*It said"):
        await fetch_wheel(pin, {"carrier/wanted.bin": "wanted.bin"}, into, silent)


async def test_the_step_is_told_before_it_is_done(wheels: LocalWheels, into: Path) -> None:
    told: list[str] = []

    def progress(step: str, fraction: float | None = None) -> None:
        assert fraction is None or 0 <= fraction <= 1
        assert contents(into) == {}
        told.append(step)

    pin = wheels.add("carrier", {"carrier/wanted.bin": b"x"})
    await fetch_wheel(pin, {"carrier/wanted.bin": "wanted.bin"}, into, progress)
    assert set(told) == {"Downloading carrier 1.0 (1 MB)"}
