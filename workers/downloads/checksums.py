"""SHA-256 sums of files, in the format of `sha256sum`: hex, two blanks, name."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

Checksums = Mapping[str, str]
"""File name to lower-case hex SHA-256."""


def sha256_of(path: Path) -> str:
    """Hex SHA-256 of a file's bytes. Reads about 1 GB/s: a blocking call for anything large."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_checksums(listing: Path) -> Checksums:
    """The sums of a listing. Raises ValueError on a line that is not one."""
    sums = {}
    for line in listing.read_text(encoding="ascii").splitlines():
        digest, _, name = line.partition("  ")
        if len(digest) != hashlib.sha256().digest_size * 2 or not name:
            raise ValueError(f"{listing.name}: not a checksum line: {line!r}")
        sums[name] = digest
    return sums


def write_checksums(listing: Path, sums: Checksums) -> None:
    """Write a listing that `sha256sum --check` accepts."""
    listing.write_text("".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items())), encoding="ascii")


def faults(folder: Path, expected: Checksums) -> list[str]:
    """Names of the expected files that are absent from `folder` or differ; empty if all is well."""
    return [
        name for name, digest in expected.items() if not (folder / name).is_file() or sha256_of(folder / name) != digest
    ]
