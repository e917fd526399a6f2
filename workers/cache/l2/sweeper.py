"""Takes the vectors of deleted entries out of the index: in small doses, for each costs Redis a third of a millisecond.

Nothing waits for it: without its entry a vector is a candidate that is not there any more. What is still to be done
stands in Redis, so that any worker can go on with it.
"""

import asyncio
import logging
import uuid

from workers.cache.l2.link import RedisLink
from workers.cache.l2.redis_commands import Keys, Script, call
from workers.errors import SemanticCacheError

log = logging.getLogger(__name__)

DOSE = 16
"""Vectors in one script: some 5 ms during which Redis answers nobody else."""
PAUSE_FACTOR = 2.0
"""After each dose it rests twice as long as the dose took, so that most of Redis is left to others."""
LEASE_MS = 5000
"""One sweeper a namespace; if it dies, another may go on after so long."""


class Sweeper:
    """At most one task, for all namespaces that this process has been told of."""

    def __init__(self, link: RedisLink, keys: Keys, timeout_ms: int) -> None:
        self._link = link
        self._keys = keys
        self._timeout_ms = timeout_ms
        self._me = uuid.uuid4().hex
        self._waiting: dict[str, None] = {}
        self._task: asyncio.Task[None] | None = None

    def start(self, namespace: str) -> None:
        """There is garbage in this namespace."""
        self._waiting[namespace] = None
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run(), name="vector-sweeper")
            self._task.add_done_callback(_report)

    async def idle(self) -> None:
        """Wait until it has nothing to do, or has given up."""
        if self._task is not None:
            await asyncio.wait([self._task])

    async def aclose(self) -> None:
        """Stop; what is left is left to others."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])

    async def _run(self) -> None:
        try:
            while self._waiting:
                namespace = next(iter(self._waiting))
                await self._sweep(namespace)
                del self._waiting[namespace]
        except SemanticCacheError as exc:
            # The next invalidation or the next look at the ledger starts it again.
            log.warning("sweeping stopped", extra={"action": "sweep_stopped", "reason": str(exc)})

    async def _sweep(self, namespace: str) -> None:
        loop = asyncio.get_running_loop()
        while await self._may_sweep(namespace):
            started = loop.time()
            if not await self._dose(namespace):
                return
            await asyncio.sleep((loop.time() - started) * PAUSE_FACTOR)

    async def _may_sweep(self, namespace: str) -> bool:
        """Take or keep the lease. The pair is not atomic: two sweepers for a moment do no harm."""
        lease = self._keys.sweeping(namespace)
        taken, holder = await self._link.run(
            [("SET", lease, self._me, "NX", "PX", LEASE_MS), ("GET", lease)], self._timeout_ms
        )
        is_mine: bool = holder == self._me.encode()
        if is_mine and taken is None:
            await self._link.run([("PEXPIRE", lease, LEASE_MS)], self._timeout_ms)
        return is_mine

    async def _dose(self, namespace: str) -> bool:
        garbage = self._keys.garbage(namespace)
        (members,) = await self._link.run([("SRANDMEMBER", garbage, DOSE)], self._timeout_ms)
        if not members:
            await self._link.run([("DEL", self._keys.sweeping(namespace))], self._timeout_ms)
            return False
        entry, vector = self._keys.entry_prefix.encode(), self._keys.vector_prefix.encode()
        pairs = [key for member in members for key in (entry + member, vector + member)]
        await self._link.run([call(Script.SWEEP, (garbage, *pairs), members)], self._timeout_ms)
        return True


def _report(task: "asyncio.Task[None]") -> None:
    """A mistake of ours is heard of; the cache is right without the sweeper, so nothing stops for it."""
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("sweeper failed", exc_info=error, extra={"action": "sweep_failed"})
