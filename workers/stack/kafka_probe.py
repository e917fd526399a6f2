"""Asking a broker whether it serves."""

from __future__ import annotations

import asyncio

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

PROBE_MS = 5000


async def cluster_id_of(bootstrap_servers: str) -> str | None:
    """The cluster's id from a metadata answer that names a broker; None if there is no such answer yet."""
    if not await _listens(bootstrap_servers):
        return None
    client = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers, request_timeout_ms=PROBE_MS)
    try:
        await client.start()
        cluster = await client.describe_cluster()
    except (KafkaError, OSError):
        return None
    finally:
        await client.close()
    return str(cluster["cluster_id"]) if cluster["brokers"] else None


async def _listens(bootstrap_servers: str) -> bool:
    """Whether the first address takes connections: aiokafka would log an error for each that does not."""
    host, _, port = bootstrap_servers.partition(",")[0].rpartition(":")
    try:
        async with asyncio.timeout(PROBE_MS / 1000):
            _, writer = await asyncio.open_connection(host, int(port))
    except OSError:
        return False
    writer.close()
    await writer.wait_closed()
    return True
