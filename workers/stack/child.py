"""One child process that cannot outlive its parent."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from workers.stack.errors import StackError

GUARD = Path(__file__).with_name("guarded.py")
LOG_TAIL_LINES = 25


class Child:
    """A command in a session of its own: Ctrl-C reaches the parent alone, which then stops its children in order.

    Three nets: `stop` and `kill` signal the child's whole process group; the kernel kills the child when the
    parent dies; and the child's log is a file, so no pipe of a dead parent can block it.

    The kernel's parent is the *thread* that starts the child, so start it from a thread that lives as long as the
    child should: the event loop's, never one of a pool.
    """

    def __init__(self, command: list[str], folder: Path, log: Path) -> None:
        self._log = log
        guarded = [sys.executable, "-I", "-S", str(GUARD), str(os.getpid()), *command]
        with log.open("ab") as output:
            self._process = subprocess.Popen(  # noqa: S603 - our own servers
                guarded, cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
            )

    @property
    def pid(self) -> int:
        """The process id, also of the session and the process group."""
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether it has not ended. A paused child is running."""
        return self._process.poll() is None

    def log_tail(self) -> str:
        """The last lines of what it said."""
        lines = self._log.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(lines[-LOG_TAIL_LINES:])

    async def ended(self) -> int:
        """Wait for the end; returns the exit code, negative for a signal."""
        if self._process.poll() is None:
            with suppress(ProcessLookupError):
                await _process_ended(self.pid)
        return self._process.wait()

    async def stop(self, grace_seconds: float) -> None:
        """Ask it to end, and kill it when the grace is over."""
        self._signal(signal.SIGCONT)
        self._signal(signal.SIGTERM)
        with suppress(TimeoutError):
            async with asyncio.timeout(grace_seconds):
                await self.ended()
        await self.kill()

    async def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        self._signal(signal.SIGKILL)
        await self.ended()

    def pause(self) -> None:
        """SIGSTOP: alive, connected, and silent."""
        self._signal_running(signal.SIGSTOP)

    def resume(self) -> None:
        """SIGCONT."""
        self._signal_running(signal.SIGCONT)

    def _signal_running(self, number: signal.Signals) -> None:
        if not self.is_running:
            raise StackError("The server is not running: start it before it is paused or resumed.")
        self._signal(number)

    def _signal(self, number: signal.Signals) -> None:
        # An ended but unreaped leader keeps its group's number, so no stranger can be hit.
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, number)


async def _process_ended(pid: int) -> None:
    """Wait for a child's end without a thread that no one can cancel."""
    loop = asyncio.get_running_loop()
    descriptor = os.pidfd_open(pid)
    ended = asyncio.Event()
    loop.add_reader(descriptor, ended.set)
    try:
        await ended.wait()
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)
