"""A worker as the demo runs it: `semantic-cache worker` in a process of its own."""

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, ClassVar

from schemas.topics import DEFAULT_PREFIX
from workers.cache.config import RedisConfig
from workers.cli.http import get_json, is_ok
from workers.downloads import Progress, silent
from workers.kafka.security import KafkaSecurityConfig
from workers.settings import ENV_PREFIX
from workers.stack.ports import LOOPBACK, free_ports
from workers.stack.server import EmbeddedServer, ServerOptions

STOP_SECONDS = 15
FLOOR = 0.0
"""Cosine. All questions are about a few products and lie close together; the policy tells them apart by itself."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """What the workers of one demo share."""

    kafka_bootstrap_servers: str
    redis_url: str
    topic_prefix: str = DEFAULT_PREFIX
    key_prefix: str = RedisConfig().key_prefix
    """Of the keys in Redis."""

    def variables(self) -> dict[str, str]:
        """Settings by name, without the prefix: all that the story depends on, whatever the user has set."""
        return {
            "KAFKA__BOOTSTRAP_SERVERS": self.kafka_bootstrap_servers,
            "KAFKA__TOPIC_PREFIX": self.topic_prefix,
            "KAFKA__CREATE_TOPICS": "true",
            **{f"KAFKA__SECURITY__{name.upper()}": "" for name in KafkaSecurityConfig.model_fields},
            "REDIS__URL": self.redis_url,
            "REDIS__KEY_PREFIX": self.key_prefix,
            "L1__ENABLED": "true",
            "L1__MAX_SIZE": "1000",
            "ENABLE_CONTEXT_HASHING": "true",
            "CONTEXT_FIELDS": "conversation_id,user_persona,session_id",
            "ENABLE_TAGS": "true",
            "POLICY__MIN_SIMILARITY": str(FLOOR),
            "PRODUCT_CHANGES__ENABLED": "true",
            "HTTP__ENABLED": "true",
            "HTTP__HOST": LOOPBACK,
        }


class WorkerProcess(EmbeddedServer):
    """One worker; ready when its block begins, gone when it ends, whatever happens to this process."""

    name: ClassVar[str] = "Worker"

    def __init__(self, worker_id: str, deployment: Deployment, progress: Progress = silent) -> None:
        super().__init__(ServerOptions(progress=progress))
        self.worker_id = worker_id
        self._deployment = deployment

    @property
    def url(self) -> str:
        """Its HTTP port."""
        return f"http://{LOOPBACK}:{self.port}"

    async def stats(self) -> dict[str, Any]:
        """What it has counted."""
        return await get_json(f"{self.url}/stats")

    async def aclose(self) -> None:
        """SIGTERM, so that it finishes and leaves its group; SIGKILL after 15 s; then its log goes."""
        await self.stop()
        if self._folder is not None:
            await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)
            self._folder = None

    async def _provision(self) -> None:
        """Nothing: the model is in place before the first worker starts."""

    async def _command(self) -> list[str]:
        if self._port is None:
            (self._port,) = free_ports(1)
        variables = self._deployment.variables() | {"HTTP__PORT": str(self._port), "WORKER_ID": self.worker_id}
        settings = [f"{ENV_PREFIX}{name}={value}" for name, value in variables.items()]
        # `env` sets the variables and becomes the worker: the death signal that the child asked for survives.
        return ["env", *settings, sys.executable, "-m", "workers.cli", "worker"]

    async def _answers(self) -> bool:
        return await is_ok(f"{self.url}/health/ready")


@asynccontextmanager
async def running(
    deployment: Deployment, names: Sequence[str], progress: Progress = silent
) -> AsyncIterator[list[WorkerProcess]]:
    """Workers of these names: started side by side, ready when the block begins, stopped side by side."""
    workers = [WorkerProcess(name, deployment, progress) for name in names]
    try:
        started = await asyncio.gather(*(worker.start() for worker in workers), return_exceptions=True)
        for failure in (each for each in started if each is not None):
            raise failure
        yield workers
    finally:
        await asyncio.gather(*(worker.aclose() for worker in workers))
