"""Redis with the query engine, as a child process."""

from __future__ import annotations

import os
from enum import StrEnum
from typing import ClassVar

from redis.asyncio import Redis
from redis.exceptions import RedisError

from workers.stack.ports import LOOPBACK, free_port
from workers.stack.redis_binaries import RedisBinary, choose_redis
from workers.stack.server import EmbeddedServer, ServerOptions

PROBE_SECONDS = 2


class Persistence(StrEnum):
    """What a crash may cost."""

    NONE = "none"
    """Everything."""
    EVERY_SECOND = "everysec"
    """About the last second of writes."""
    ALWAYS = "always"
    """Nothing that was acknowledged."""


class EmbeddedRedis(EmbeddedServer):
    """A Redis of its own: a `redis-server` on the PATH that has the query engine, else the fetched one."""

    name: ClassVar[str] = "Redis"

    def __init__(
        self, options: ServerOptions | None = None, persistence: Persistence = Persistence.EVERY_SECOND
    ) -> None:
        super().__init__(options)
        self._persistence = persistence
        self._binary: RedisBinary | None = None

    @property
    def url(self) -> str:
        """For clients, and for the setting `redis.url`."""
        return f"redis://{LOOPBACK}:{self.port}"

    async def _provision(self) -> None:
        self._binary = self._binary or await choose_redis(self._options.cache, self._options.progress)

    async def _command(self) -> list[str]:
        if self._port is None:
            self._port = free_port(self._options.preferred_port)
        if self._binary is None:
            raise RuntimeError("_provision comes before _command")
        return [*self._binary.command, *self._arguments()]

    def _arguments(self) -> list[str]:
        arguments = ["--bind", LOOPBACK, "--port", str(self.port), "--dir", str(self.folder)]
        # Snapshots off: the append-only file says it all, and a fork of a large process stalls a small machine.
        arguments += ["--save", "", "--enable-debug-command", "local"]
        if self._persistence is Persistence.NONE:
            return [*arguments, "--appendonly", "no"]
        return [*arguments, "--appendonly", "yes", "--appendfsync", self._persistence.value]

    async def _answers(self) -> bool:
        """A process of the child's group, and a word from the query engine; not while it loads its data."""
        try:
            async with Redis(host=LOOPBACK, port=self.port, socket_timeout=PROBE_SECONDS, retry=None) as client:
                information = await client.info("server")
                await client.execute_command("FT._LIST")
        except (RedisError, OSError):  # OSError: also a process of another user's
            return False
        return os.getpgid(information["process_id"]) == self.pid
