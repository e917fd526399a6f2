"""What the embedded servers have in common: a folder, a port, a child process and a probe."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

from workers.downloads import CacheFolder, Progress, silent
from workers.stack.child import Child
from workers.stack.errors import PortTakenError, ServerDiedError, StackError

START_SECONDS = 90
STOP_SECONDS = 15
PROBE_PAUSE_SECONDS = 0.05
PORT_ATTEMPTS = 5


@dataclass(frozen=True)
class ServerOptions:
    """Where a server listens, what it keeps, and whom it tells."""

    port: int | None = None
    """On the loopback interface; absent: a free one."""
    preferred_port: int | None = None
    """Without `port`: taken if it is free."""
    data_dir: Path | None = None
    """Kept after the end; absent: a temporary folder."""
    cache: CacheFolder = field(default_factory=CacheFolder)
    """Where what it is made of is kept."""
    progress: Progress = silent


class EmbeddedServer(ABC):
    """A server that lives as long as its `async with` block, and can be hurt for tests in between.

    The port is chosen free at the first start unless given, and kept over restarts. Data live in `data_dir`, or in
    a temporary folder that goes with the block.
    """

    name: ClassVar[str]
    port_taken_words: ClassVar[str] = "Address already in use"
    """What its log says when another process has the port."""

    def __init__(self, options: ServerOptions | None = None) -> None:
        self._options = options or ServerOptions()
        self._port = self._options.port
        self._folder: Path | None = None
        self._child: Child | None = None

    async def __aenter__(self) -> Self:
        try:
            await self.start()
        except BaseException:
            await self.aclose()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    @property
    def port(self) -> int:
        """The port it listens on, on the loopback interface."""
        if self._port is None:
            raise StackError(f"{self.name} has no port before its first start.")
        return self._port

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._running_child().pid

    @property
    def folder(self) -> Path:
        """Where its data and its log are."""
        if self._folder is None:
            raise StackError(f"{self.name} has no folder before its first start.")
        return self._folder

    def log_tail(self) -> str:
        """The last lines of what it said since its folder was made."""
        return self._running_child().log_tail()

    @property
    def is_running(self) -> bool:
        """Whether the child has not ended; true while it is paused."""
        return self._child is not None and self._child.is_running

    async def start(self) -> None:
        """Start it on its data and return when it answers; nothing happens if it runs.

        Raises ServerDiedError with the end of its log, StackError if it does not answer in 90 s, and FetchError
        when something it needs cannot be fetched.
        """
        if self.is_running:
            return
        await self._prepare_folder()
        await self._provision()
        for attempts_left in reversed(range(PORT_ATTEMPTS)):
            try:
                await self._start_once()
            except PortTakenError:
                # Somebody took the free port between its choice and its use.
                if self._options.port is not None or attempts_left == 0:
                    raise
                self._port = None
            else:
                return

    async def stop(self) -> None:
        """SIGTERM, and SIGKILL after 15 s. Data stay."""
        if self._child is not None:
            await self._child.stop(STOP_SECONDS)

    async def kill(self) -> None:
        """SIGKILL: as a machine loses its power, but for the operating system's buffers. Data stay."""
        if self._child is not None:
            await self._child.kill()

    async def restart(self) -> None:
        """Stop it and start it again on the same port and data."""
        await self.stop()
        await self.start()

    def pause(self) -> None:
        """SIGSTOP: connections stay open and nothing is answered."""
        self._running_child().pause()

    def resume(self) -> None:
        """SIGCONT."""
        self._running_child().resume()

    async def ended(self) -> str:
        """Wait until the child ends, for whatever reason; returns the end of its log."""
        child = self._running_child()
        await child.ended()
        return child.log_tail()

    async def aclose(self) -> None:
        """Stop it and remove its temporary folder. Without data to keep there is nothing to stop gently for."""
        if self._options.data_dir is None:
            await self.kill()
            if self._folder is not None:
                await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)
                self._folder = None
        else:
            await self.stop()

    @abstractmethod
    async def _provision(self) -> None:
        """Fetch what the server is made of."""

    @abstractmethod
    async def _command(self) -> list[str]:
        """Choose ports where there are none, write the configuration; returns the command to run."""

    @abstractmethod
    async def _answers(self) -> bool:
        """Ask it something that only its child, ready, answers right."""

    async def _prepare_folder(self) -> None:
        if self._folder is None:
            self._folder = self._options.data_dir or Path(tempfile.mkdtemp(prefix="semantic-cache-"))
            await asyncio.to_thread(self._folder.mkdir, parents=True, exist_ok=True)

    async def _start_once(self) -> None:
        self._options.progress(f"Starting {self.name}")
        command = await self._command()
        child = self._child = Child(command, self.folder, self.folder / f"{self.name.lower()}.log")
        try:
            async with asyncio.timeout(START_SECONDS):
                await self._answering(child)
        except BaseException as error:
            await child.kill()
            if isinstance(error, TimeoutError):
                raise StackError(
                    f"{self.name} did not answer within {START_SECONDS} s. Its log ends:\n{child.log_tail()}"
                ) from error
            raise

    async def _answering(self, child: Child) -> None:
        """Wait until the child answers; at once an error when it ends, whoever else may hold a probe up."""
        probe = asyncio.create_task(self._probe(), name=f"probe {self.name}")
        end = asyncio.create_task(child.ended(), name=f"watch {self.name}")
        try:
            await asyncio.wait({probe, end}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            probe.cancel()
            end.cancel()
            await asyncio.gather(probe, end, return_exceptions=True)
        if not probe.cancelled():
            return probe.result()
        said = child.log_tail()
        kind = PortTakenError if self.port_taken_words in said else ServerDiedError
        raise kind(f"{self.name} ended while it was starting. Its log ends:\n{said}")

    async def _probe(self) -> None:
        while not await self._answers():  # noqa: ASYNC110 - another process's readiness sets no event
            await asyncio.sleep(PROBE_PAUSE_SECONDS)

    def _running_child(self) -> Child:
        if self._child is None:
            raise StackError(f"{self.name} is not running: start it, or use it as an async context manager.")
        return self._child
