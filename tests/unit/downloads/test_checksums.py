from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from workers.downloads import read_checksums
from workers.downloads.checksums import faults


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_faults_names_what_is_absent_or_differs(tmp_path: Path) -> None:
    (tmp_path / "right").write_bytes(b"right")
    (tmp_path / "wrong").write_bytes(b"wrong")
    (tmp_path / "extra").write_bytes(b"nobody asks")
    expected = {"right": digest(b"right"), "wrong": digest(b"right"), "absent": digest(b"")}
    assert faults(tmp_path, expected) == ["wrong", "absent"]


def test_a_folder_that_is_not_there_lacks_everything(tmp_path: Path) -> None:
    assert faults(tmp_path / "nowhere", {"a": digest(b"")}) == ["a"]


def test_a_listing_is_read(tmp_path: Path) -> None:
    listing = tmp_path / "sums"
    listing.write_text(f"{digest(b'a')}  a.jar\n{digest(b'b')}  b c.jar\n")
    assert read_checksums(listing) == {"a.jar": digest(b"a"), "b c.jar": digest(b"b")}


@pytest.mark.parametrize("line", ["", "a.jar", "abc  a.jar", f"{digest(b'')} a.jar", f"{digest(b'')}  "])
def test_a_damaged_listing_is_an_error(tmp_path: Path, line: str) -> None:
    listing = tmp_path / "sums"
    listing.write_text(line + "\n")
    with pytest.raises(ValueError, match="not a checksum line"):
        read_checksums(listing)
