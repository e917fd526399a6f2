"""Processes under measurement: a real worker with settings of one's choice, and echoes to compare it with."""

import asyncio
import os
import shutil
import sys
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from benchmarks.echo_process import READY, EchoKind
from workers.cli.http import get_json, is_ok
from workers.settings import ENV_PREFIX
from workers.stack.ports import LOOPBACK, free_ports
from workers.stack.server import EmbeddedServer, ServerOptions

ROOT = Path(__file__).parent.parent
BYTES_OF_PAGE = os.sysconf("SC_PAGE_SIZE")
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
USER_TICKS, SYSTEM_TICKS = 11, 12
"""Places in /proc/PID/stat behind the name of the program, see proc(5)."""


def cpu_seconds(pid: int) -> float:
    """Of all threads of a process since its start, to a hundredth of a second."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[USER_TICKS]) + int(fields[SYSTEM_TICKS])) / TICKS_PER_SECOND


class _Process(EmbeddedServer):
    """A child without data: ready when its block begins."""

    def __init__(self) -> None:
        super().__init__(ServerOptions())

    async def aclose(self) -> None:
        """End it gently: it leaves its groups. Then its log goes."""
        await self.stop()
        if self._folder is not None:
            await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)
            self._folder = None

    async def _provision(self) -> None:
        """Nothing to fetch."""

    @property
    def memory_bytes(self) -> int:
        """Resident memory now."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * BYTES_OF_PAGE


class Worker(_Process):
    """`semantic-cache worker`."""

    name: ClassVar[str] = "Worker"

    def __init__(self, settings: Mapping[str, str]) -> None:
        """`settings` by name, without their prefix: `{"L1__ENABLED": "false"}`."""
        super().__init__()
        self._settings = dict(settings)
        self._id = f"bench-{uuid.uuid4().hex[:8]}"

    async def stats(self) -> dict[str, object]:
        """What it has counted."""
        return await get_json(f"http://{LOOPBACK}:{self.port}/stats")

    async def _command(self) -> list[str]:
        if self._port is None:
            (self._port,) = free_ports(1)
        fixed = {"HTTP__HOST": LOOPBACK, "HTTP__PORT": str(self._port), "WORKER_ID": self._id}
        variables = [f"{ENV_PREFIX}{name}={value}" for name, value in (self._settings | fixed).items()]
        return ["env", *variables, sys.executable, "-m", "workers.cli", "worker"]

    async def _answers(self) -> bool:
        return await is_ok(f"http://{LOOPBACK}:{self.port}/health/ready")


class Echo(_Process):
    """Sends back what comes in; see `echo_process`."""

    name: ClassVar[str] = "Echo"

    def __init__(self, kind: EchoKind, servers: str, asked: str, answered: str) -> None:
        super().__init__()
        self._arguments = [kind.value, servers, asked, answered]

    async def _command(self) -> list[str]:
        self._port = self._port or 0
        return ["env", f"PYTHONPATH={ROOT}", sys.executable, "-m", "benchmarks.echo_process", *self._arguments]

    async def _answers(self) -> bool:
        return READY in (self.folder / "echo.log").read_text(encoding="utf-8", errors="replace")
