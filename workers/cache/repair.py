"""Repair: Redis as a view of the log, held to it. What it lost is applied again; what cannot be told is dropped."""

import asyncio
import logging
from collections import defaultdict, deque
from collections.abc import Iterable

from workers.cache.clock import Clock
from workers.cache.coherence_view import CoherenceView
from workers.cache.config import CoherenceConfig
from workers.cache.observer import CacheObserver
from workers.cache.ports import CoherenceLog, Progress, RuleStore
from workers.cache.rules import PlacedRule
from workers.errors import LogUnavailableError, StoreUnavailableError

log = logging.getLogger(__name__)

FULL_CHECK_SECONDS = 60.0
"""How often every namespace is compared whole, even if the store gives no sign of having lost anything."""


class Repair:
    """Compares the rules that this worker has seen with those that the store has marked as applied.

    A crash with a lost tail, a failover to a lagging replica and a restored snapshot all bring back an earlier state
    of the store: marks, deletions and watermark are gone together, since a mark is written only after its deletions
    (invariant RepairComplete). Every worker repairs; doing it twice is harmless.
    """

    def __init__(
        self,
        config: CoherenceConfig,
        store: RuleStore,
        log: CoherenceLog,
        view: CoherenceView,
        clock: Clock,
        observer: CacheObserver,
    ) -> None:
        self._config = config
        self._store = store
        self._log = log
        self._view = view
        self._clock = clock
        self._observer = observer
        self._incarnation = ""
        self._full_check_due = float("-inf")
        self._confirmed: dict[str, int] = {}
        """Namespace → all its remembered rules below this offset were seen to be applied in this incarnation."""
        self._floors: deque[tuple[float, int]] = deque()
        """This worker's floor at times past, monotonic seconds, oldest first."""

    async def run(self) -> None:
        """Check at every interval, for ever; an outage is waited for, anything else ends it."""
        is_reachable = True
        while True:
            try:
                await self.check()
                is_reachable = True
            except (StoreUnavailableError, LogUnavailableError) as exc:
                if is_reachable:
                    log.warning("repair waits", extra={"action": "repair_waits", "reason": str(exc)})
                is_reachable = False
            await asyncio.sleep(self._config.repair_interval_ms / 1000)

    async def check(self) -> int:
        """Compare once, and mend; the number of rules applied again.

        Raises:
            StoreUnavailableError, LogUnavailableError: nothing could be compared, or not all.
        """
        now = self._clock.monotonic()
        incarnation = await self._store.incarnation()
        is_full = incarnation != self._incarnation or now >= self._full_check_due
        rules = _by_namespace(self._view.recent.rules())
        names = rules.keys() | (await self._store.namespaces() if is_full else set())
        if is_full:
            self._confirmed.clear()
        if self._incarnation and incarnation != self._incarnation:
            # An answer that the store lost may be stored anew as the first of its kind, and announced to nobody.
            self._view.drop_copies()
        repaired = 0
        for namespace in names:
            repaired += await self._check_namespace(namespace, rules.get(namespace, []))
        if is_full:
            self._incarnation = incarnation
            self._full_check_due = now + FULL_CHECK_SECONDS
        if repaired:
            self._observer.repaired(repaired)
            log.warning("rules applied again", extra={"action": "repaired", "rules": repaired})
        return repaired

    async def _check_namespace(self, namespace: str, rules: list[PlacedRule]) -> int:
        position, floor = self._view.position, self._view.recent.floor
        since = max(self._confirmed.get(namespace, floor), floor)
        fresh = [placed for placed in rules if placed.offset >= since]
        if namespace in self._confirmed and not fresh:
            return 0
        ledger = await self._store.ledger(namespace, since)
        if ledger.watermark < self._confirmed.get(namespace, 0):
            del self._confirmed[namespace]
            return await self._check_namespace(namespace, rules)
        if ledger.watermark == 0 and not fresh:
            return 0
        stands, marked = await self._catch_up(namespace, ledger.watermark, floor)
        due = self._clock.wall() * 1000 - self._config.repair_after_ms
        missing = [placed for placed in fresh if ledger.applied.get(placed.offset) != placed.timestamp_ms]
        late = [placed for placed in missing if placed.timestamp_ms <= due]
        for placed in late:
            await self._store.apply(placed)
        reached = min((placed.offset for placed in missing if placed.timestamp_ms > due), default=position)
        applied = [placed for placed in fresh if placed.offset < reached]
        await self._confirm(namespace, stands, reached, [*marked, *applied])
        return len(late)

    async def _catch_up(self, namespace: str, watermark: int, floor: int) -> tuple[int, list[PlacedRule]]:
        """The store is older than this worker's memory: apply from the log what lies between, drop what it lost.

        A log that was replaced begins above all that the older one has numbered: the same case (NeverFromOldLog).
        Returns the watermark that stands then, and the rules applied, whose marks must still stand when it rises.
        """
        if watermark == 0 or watermark >= floor:
            return watermark, []
        begin = await self._log.begin()
        kept = await self._log.read(max(watermark, begin), floor)
        mine = [placed for placed in kept if placed.rule.namespace == namespace]
        for placed in mine:
            await self._store.apply(placed)
        if watermark >= begin:
            return watermark, mine
        removed = await self._store.forget(namespace, begin, begin)
        log.warning(
            "the store is older than the log: entries that cannot be verified dropped",
            extra={"action": "unverifiable_dropped", "namespace": namespace, "removed": removed},
        )
        return begin, mine

    async def _confirm(self, namespace: str, stands: int, reached: int, rules: list[PlacedRule]) -> None:
        """All remembered rules of the namespace below `reached` are applied: say so, and let old ones go.

        A store that has never been written to knows no rule below this worker's floor: fences below it are refused.
        """
        applied = tuple((placed.offset, placed.timestamp_ms) for placed in rules)
        trim = self._trim_below() if stands else self._view.recent.floor
        if await self._store.advance(namespace, Progress(reached, stands, applied, trim)):
            self._confirmed[namespace] = reached
        else:
            self._confirmed.pop(namespace, None)

    def _trim_below(self) -> int:
        """The floor of a whole memory ago: by then every worker's floor has passed it, whatever its clock says."""
        now, memory = self._clock.monotonic(), self._config.rule_memory_seconds
        if not self._floors or now - self._floors[-1][0] >= memory / 8:
            self._floors.append((now, self._view.recent.floor))
        while len(self._floors) > 1 and now - self._floors[1][0] >= memory:
            self._floors.popleft()
        noted, floor = self._floors[0]
        return floor if now - noted >= memory else 0


def _by_namespace(rules: Iterable[PlacedRule]) -> dict[str, list[PlacedRule]]:
    table: dict[str, list[PlacedRule]] = defaultdict(list)
    for placed in rules:
        table[placed.rule.namespace].append(placed)
    return table
