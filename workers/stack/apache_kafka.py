"""One node of Apache Kafka, broker and controller in one (KRaft), small enough for a laptop."""

from __future__ import annotations

import asyncio
import base64
import uuid
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

from workers.stack.errors import StackError
from workers.stack.kafka_jars import ensure_kafka_jars
from workers.stack.kafka_probe import cluster_id_of
from workers.stack.ports import LOOPBACK, free_port
from workers.stack.server import EmbeddedServer, ServerOptions

HEAP_MEGABYTES = 512
LOG_LEVEL = "WARN"

SMALL_NODE = {
    "auto.create.topics.enable": "false",
    "default.replication.factor": "1",
    "group.initial.rebalance.delay.ms": "0",
    "offsets.topic.num.partitions": "8",
    "offsets.topic.replication.factor": "1",
    "transaction.state.log.num.partitions": "1",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "share.coordinator.state.topic.num.partitions": "1",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    # A killed broker may not come back before its controller has given it up: the default is 9 s.
    "broker.session.timeout.ms": "3000",
    "broker.heartbeat.interval.ms": "500",
    "num.network.threads": "2",
    "num.io.threads": "2",
    "background.threads": "2",
    "log.segment.bytes": str(64 << 20),
    # Allocated in full for each partition's last segment: the default's 10 MB make topics slow to create.
    "log.index.size.max.bytes": str(1 << 20),
    "log.cleaner.dedupe.buffer.size": str(8 << 20),
}


class ApacheKafka(EmbeddedServer):
    """The real broker on two ports: one for clients, one for its own controller. Up in some 4 s."""

    name: ClassVar[str] = "Kafka"

    def __init__(self, options: ServerOptions | None = None) -> None:
        super().__init__(options)
        self._controller_port = 0
        self._cluster_id = ""
        self._jars = Path()

    @property
    def bootstrap_servers(self) -> str:
        """For clients, and for the setting `kafka.bootstrap_servers`."""
        return f"{LOOPBACK}:{self.port}"

    async def _provision(self) -> None:
        self._jars = await ensure_kafka_jars(self._options.cache, self._options.progress)

    async def _command(self) -> list[str]:
        if self._port is None:
            self._port = free_port(self._options.preferred_port)
        self._controller_port = free_port()
        properties = self.folder / "server.properties"
        await asyncio.to_thread(properties.write_text, self._properties(), encoding="ascii")
        await self._format(properties)
        return [*self._java(f"-Xmx{HEAP_MEGABYTES}m"), "kafka.Kafka", str(properties)]

    def _java(self, *options: str) -> list[str]:
        return ["java", *options, f"-Dorg.apache.logging.log4j.level={LOG_LEVEL}", "-cp", f"{self._jars}/*"]

    def _properties(self) -> str:
        lines = {
            **SMALL_NODE,
            "process.roles": "broker,controller",
            "node.id": "1",
            "controller.quorum.voters": f"1@{LOOPBACK}:{self._controller_port}",
            "controller.listener.names": "CONTROLLER",
            "listeners": f"CLIENTS://{LOOPBACK}:{self.port},CONTROLLER://{LOOPBACK}:{self._controller_port}",
            "advertised.listeners": f"CLIENTS://{LOOPBACK}:{self.port}",
            "inter.broker.listener.name": "CLIENTS",
            "listener.security.protocol.map": "CLIENTS:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "log.dirs": str(self.folder / "log"),
        }
        return "".join(f"{name}={value}\n" for name, value in lines.items())

    async def _format(self, properties: Path) -> None:
        """Give the data folder its cluster id, unless it has one."""
        self._cluster_id = await asyncio.to_thread(_cluster_id, self.folder / "log")
        if self._cluster_id:
            return
        self._cluster_id = new_cluster_id()
        process = await asyncio.create_subprocess_exec(
            *self._java("-XX:TieredStopAtLevel=1", "-Xshare:auto"),
            *("kafka.tools.StorageTool", "format", "-t", self._cluster_id, "-c", str(properties)),
            *self._first_users(),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await process.communicate()
        if process.returncode != 0:
            raise StackError(f"Kafka's data folder could not be formatted:\n{said.decode(errors='replace')}")

    def _first_users(self) -> list[str]:
        """Options that give a new data folder its users; a broker for this machine alone needs none."""
        return []

    async def _answers(self) -> bool:
        """A metadata request, answered for the cluster of this data folder."""
        return await cluster_id_of(self.bootstrap_servers) == self._cluster_id


def new_cluster_id() -> str:
    """Kafka's spelling of a UUID: 22 characters of URL-safe base64, none that its command line takes for an option."""
    while (text := base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")).startswith("-"):
        pass
    return text


def _cluster_id(log: Path) -> str:
    """What an earlier start wrote into the data folder, else nothing."""
    with suppress(FileNotFoundError):
        for line in (log / "meta.properties").read_text(encoding="ascii").splitlines():
            name, _, value = line.partition("=")
            if name == "cluster.id":
                return value
    return ""
