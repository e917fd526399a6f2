"""librdkafka's mock cluster as a child process, for machines without Java."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar

from workers.downloads import ToolMissingError
from workers.stack.errors import StackError
from workers.stack.kafka_probe import cluster_id_of
from workers.stack.server import EmbeddedServer, ServerOptions

SCRIPT = Path(__file__).with_name("mock_broker.py")
ADDRESS_MARK = "mock broker at "


class MockKafka(EmbeddedServer):
    """Serves producers, consumers and groups. It keeps nothing over a restart and chooses its own port each time."""

    name: ClassVar[str] = "Kafka (mock)"

    def __init__(self, options: ServerOptions | None = None) -> None:
        super().__init__(options)
        if self._options.port is not None:
            raise StackError("The mock broker chooses its own port: leave the port out, or take Apache Kafka.")
        self._bootstrap_servers = ""

    @property
    def bootstrap_servers(self) -> str:
        """For clients, and for the setting `kafka.bootstrap_servers`. Another one after each start."""
        if not self._bootstrap_servers:
            raise StackError("The mock broker has no address before its first start.")
        return self._bootstrap_servers

    async def _provision(self) -> None:
        if find_spec("confluent_kafka") is None:
            raise ToolMissingError(
                "The mock broker needs the package confluent-kafka: install semantic-cache[embedded]."
            )

    async def _command(self) -> list[str]:
        return [sys.executable, str(SCRIPT)]

    async def _answers(self) -> bool:
        """It has said its address, and answers a metadata request there."""
        said = [line for line in self.log_tail().splitlines() if line.startswith(ADDRESS_MARK)]
        if not said:
            return False
        self._bootstrap_servers = said[-1].removeprefix(ADDRESS_MARK)
        self._port = int(self._bootstrap_servers.rpartition(":")[2])
        return await cluster_id_of(self._bootstrap_servers) is not None
