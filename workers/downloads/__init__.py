"""Fetching what is not installed with the package, once, checked, into one folder of the user's."""

from workers.downloads.cache_folder import CacheFolder
from workers.downloads.checksums import Checksums, read_checksums, sha256_of
from workers.downloads.errors import ChecksumMismatchError, DownloadFailedError, FetchError, ToolMissingError
from workers.downloads.progress import Progress, silent
from workers.downloads.wheels import WheelPin, fetch_wheel

__all__ = [
    "CacheFolder",
    "ChecksumMismatchError",
    "Checksums",
    "DownloadFailedError",
    "FetchError",
    "Progress",
    "ToolMissingError",
    "WheelPin",
    "fetch_wheel",
    "read_checksums",
    "sha256_of",
    "silent",
]
