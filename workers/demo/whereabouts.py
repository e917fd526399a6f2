"""Which worker answers for which partition, found out from outside: ask through each and see who counted it."""

import asyncio
from collections.abc import Sequence
from typing import Any, Protocol

from client import NoReplyError, SemanticCacheClient
from schemas import LookupMode
from workers.demo.catalogue import NAMESPACE

SETTLE_SECONDS = 30.0
PAUSE_SECONDS = 0.1


class Counting(Protocol):
    """What is asked of a worker here."""

    @property
    def worker_id(self) -> str:
        """Its name."""
        ...

    async def stats(self) -> dict[str, Any]:
        """Its `/stats`."""
        ...


class NotSettledError(Exception):
    """The workers did not share the partitions in time."""


async def find_partitions(
    client: SemanticCacheClient, workers: Sequence["Counting"], partitions: int
) -> dict[str, int]:
    """A partition of each worker's own, by worker id, once every worker has one.

    Asks with prompts that nobody else uses, in exact mode, so nothing is embedded. Only sound while nobody else asks.

    Raises:
        NotSettledError: after 30 s.
    """
    found: dict[str, int] = {}
    try:
        async with asyncio.timeout(SETTLE_SECONDS):
            while len(found) < len(workers):
                found = {}
                for partition in range(partitions):
                    owner = await _owner_of(client, workers, partition)
                    if owner is not None:
                        found.setdefault(owner, partition)
                await asyncio.sleep(PAUSE_SECONDS)
    except TimeoutError as exc:
        raise NotSettledError(f"only {', '.join(found) or 'none'} of the workers answers lookups") from exc
    return found


async def _owner_of(client: SemanticCacheClient, workers: Sequence["Counting"], partition: int) -> str | None:
    before = await _counts(workers)
    try:
        await client.lookup(
            "Is anybody there?",
            namespace=f"{NAMESPACE}-probe",
            mode=LookupMode.EXACT,
            partition=partition,
            timeout_seconds=3,
        )
    except NoReplyError:
        return None  # the partitions are changing hands
    after = await _counts(workers)
    grown = [worker.worker_id for worker in workers if after[worker.worker_id] > before[worker.worker_id]]
    return grown[0] if len(grown) == 1 else None


async def _counts(workers: Sequence["Counting"]) -> dict[str, int]:
    counted = await asyncio.gather(*(worker.stats() for worker in workers))
    return {worker.worker_id: stats["total_queries"] for worker, stats in zip(workers, counted, strict=True)}
