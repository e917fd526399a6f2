"""The one folder that downloads and the built model live in."""

from __future__ import annotations

import asyncio
import fcntl
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from platformdirs import user_cache_path
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

LOCK_POLL_SECONDS = 0.1


class CacheFolderSettings(BaseSettings):
    """The setting that moves the folder: `SEMANTIC_CACHE_CACHE_DIR`."""

    model_config = SettingsConfigDict(env_prefix="SEMANTIC_CACHE_", frozen=True)

    cache_dir: Path = Field(default_factory=lambda: user_cache_path("semantic-cache"))


class CacheFolder:
    """The root of all fetched things: the user's cache folder, unless told otherwise.

    Folders appear in it whole or not at all: they are filled under a temporary name, then renamed, by one
    process at a time.
    """

    def __init__(self, root: Path | None = None) -> None:
        self.root = (root or CacheFolderSettings().cache_dir).expanduser().absolute()

    def path(self, name: str) -> Path:
        """Where `name` (`models/…`, `kafka/…`) is or would be."""
        return self.root / name

    @asynccontextmanager
    async def locked(self, name: str) -> AsyncIterator[None]:
        """Hold `name` against other processes. The kernel frees the lock however its holder dies."""
        lock = self.path(".locks") / f"{name.replace('/', '-')}.lock"
        lock.parent.mkdir(parents=True, exist_ok=True)
        with lock.open("w") as file:
            # Tried again rather than waited for in a thread: a thread in flock() cannot be cancelled by Ctrl-C.
            while not _try_lock(file.fileno()):  # noqa: ASYNC110 - no event crosses processes
                await asyncio.sleep(LOCK_POLL_SECONDS)
            yield

    @asynccontextmanager
    async def replacing(self, name: str) -> AsyncIterator[Path]:
        """An empty folder to fill, which becomes `name` when the block ends without an error.

        Call it under `locked(name)`: remains of a filling that was killed are swept away first.
        """
        target = self.path(name)
        _sweep(target)
        filling = Path(tempfile.mkdtemp(prefix=_prefix(target), dir=target.parent))
        try:
            yield filling
            _swap(filling, target)
        finally:
            _sweep(target)


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _prefix(target: Path) -> str:
    return f".{target.name}."


def _sweep(target: Path) -> None:
    """Make the parent folder; remove what stands in it under temporary names of `target`."""
    target.parent.mkdir(parents=True, exist_ok=True)
    for remains in target.parent.glob(f"{_prefix(target)}*"):
        shutil.rmtree(remains)


def _swap(filling: Path, target: Path) -> None:
    """Put `filling` where `target` is or was."""
    filling.chmod(0o755)
    if target.exists():
        target.rename(filling.with_name(f"{filling.name}.old"))
    filling.rename(target)
