"""Apache Kafka's jars: fetched by Maven, checked, kept."""

from __future__ import annotations

import asyncio
import re
import shutil
import tempfile
from pathlib import Path

from workers.downloads import (
    CacheFolder,
    ChecksumMismatchError,
    Checksums,
    DownloadFailedError,
    Progress,
    ToolMissingError,
    read_checksums,
)
from workers.downloads.checksums import faults

FILES = Path(__file__).with_name("kafka_files")
KAFKA_VERSION = "4.3.0"
CACHE_NAME = f"kafka/{KAFKA_VERSION}"
MEGABYTES = 46
OLDEST_JAVA = 17
_JAVA_VERSION = re.compile(r'version "(\d+)')


def expected_jars() -> Checksums:
    """The jars that this version was tested with."""
    return read_checksums(FILES / "jars.sha256")


async def why_not_apache(cache: CacheFolder) -> str | None:
    """Why Apache Kafka cannot run here, as a clause; None if it can."""
    java = shutil.which("java")
    if java is None:
        return "there is no java on the PATH"
    version = await _java_version(java)
    if version < OLDEST_JAVA:
        return f"it needs Java {OLDEST_JAVA}, and the java on the PATH is {version or 'unreadable'}"
    fetched = not await asyncio.to_thread(faults, cache.path(CACHE_NAME), expected_jars())
    return None if fetched or shutil.which("mvn") else "there is no mvn on the PATH to fetch it with"


async def ensure_kafka_jars(cache: CacheFolder, progress: Progress) -> Path:
    """The folder with Kafka's jars, whole and checked; fetched first if they are not there (46 MB).

    Raises FetchError where that cannot be done.
    """
    folder = cache.path(CACHE_NAME)
    async with cache.locked(CACHE_NAME):
        if await asyncio.to_thread(faults, folder, expected_jars()):
            async with cache.replacing(CACHE_NAME) as filling:
                await _fetch(filling, progress)
    return folder


async def _fetch(folder: Path, progress: Progress) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise ToolMissingError("Apache Kafka is fetched by Maven, and there is no mvn on the PATH: install Maven.")
    await _copy_dependencies(maven, folder, progress, [])
    if not await asyncio.to_thread(faults, folder, expected_jars()):
        return
    # Maven trusts what its own cache holds. A damaged jar there would come back for ever: go round it, once.
    with tempfile.TemporaryDirectory(prefix="semantic-cache-") as repository:
        await _copy_dependencies(maven, folder, progress, [f"-Dmaven.repo.local={repository}"])
    if wrong := await asyncio.to_thread(faults, folder, expected_jars()):
        raise ChecksumMismatchError(
            f"{', '.join(wrong)}: not the jars that this version was tested with. Nothing was installed."
        )


async def _copy_dependencies(maven: str, folder: Path, progress: Progress, options: list[str]) -> None:
    progress(f"Fetching Apache Kafka {KAFKA_VERSION} ({MEGABYTES} MB)")
    process = await asyncio.create_subprocess_exec(
        *(maven, "--batch-mode", "--quiet", "--strict-checksums", "--file", str(FILES / "pom.xml"), *options),
        *("dependency:copy-dependencies", "-DincludeScope=runtime", "-DoverWriteReleases=true"),
        f"-DoutputDirectory={folder}",
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        said, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        tail = "\n".join(said.decode(errors="replace").splitlines()[-15:])
        raise DownloadFailedError(f"Maven could not fetch Apache Kafka {KAFKA_VERSION}. It said:\n{tail}")


async def _java_version(java: str) -> int:
    """The major version, 0 if the program does not say."""
    process = await asyncio.create_subprocess_exec(
        java, "-version", stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await process.communicate()
    match = _JAVA_VERSION.search(said.decode(errors="replace"))
    return int(match[1]) if match else 0
