"""Judging: verdicts on pairings are kept, told to all workers, and obeyed from memory."""

import asyncio
import logging
from dataclasses import replace

from schemas.feedback import Verdict
from workers.cache.l1 import L1Cache
from workers.cache.observer import CacheObserver
from workers.cache.ports import Address, CoherenceLog, SharedStore
from workers.cache.reader import is_shadowed
from workers.cache.verdicts import ForbiddenPairs, PairRuling, PairVerdict
from workers.errors import StoreUnavailableError

log = logging.getLogger(__name__)

NAMESPACES_AT_ONCE = 32
RETRY_SECONDS = 0.25


class Judging:
    """Keeps this worker's memory of forbidden pairings, and L1 free of them."""

    def __init__(self, l1: L1Cache, observer: CacheObserver, forbidden: ForbiddenPairs, shadow_share: float) -> None:
        self._l1 = l1
        self._observer = observer
        self._shadow_share = shadow_share
        self._missed = asyncio.Event()
        self.forbidden = forbidden

    async def load(self, store: SharedStore) -> None:
        """Remember what the store has kept, and give it back what it has lost. Raises StoreUnavailableError."""
        self._missed.clear()
        self.forbidden.begin_load()
        names = sorted(await store.namespaces())
        verdicts: list[PairVerdict] = []
        for start in range(0, len(names), NAMESPACES_AT_ONCE):
            group = names[start : start + NAMESPACES_AT_ONCE]
            verdicts += [v for kept in await asyncio.gather(*map(store.verdicts, group)) for v in kept]
        await self._give_back(store, {(v.namespace, v.question_id, v.entry_id) for v in verdicts})
        self.forbidden.end_load(v for v in verdicts if not v.is_own)

    async def _give_back(self, store: SharedStore, kept: set[tuple[str, str, str]]) -> None:
        """Pairings that are forbidden here and unknown there: a crash or a failover has taken the store's last moments.

        The log has no texts, so these are no pairs to calibrate on. Dated 0: any verdict with a time counts more.
        """
        lost = [pair for pair in self.forbidden.pairs() if pair not in kept]
        for namespace, question_id, entry_id in lost:
            await store.judge(PairVerdict(namespace, question_id, entry_id, Verdict.WRONG, "", None, at_ms=0))
        if lost:
            log.warning("verdicts given back", extra={"action": "verdicts_given_back", "pairings": len(lost)})

    def look_again(self) -> None:
        """The store may have lost something."""
        self._missed.set()

    def doubt(self) -> None:
        """Rulings may have been missed: the log is another one. The store has them, since it is told before the log."""
        self.forbidden.doubt()
        self._missed.set()

    async def keep_up(self, store: SharedStore) -> None:
        """Read the store again whenever either side may have missed something, for ever; an outage is waited for."""
        while True:
            await self._missed.wait()
            try:
                await self.load(store)
            except StoreUnavailableError:
                self._missed.set()
                await asyncio.sleep(RETRY_SECONDS)
            else:
                log.info("verdicts read again", extra={"action": "verdicts_loaded", "questions": len(self.forbidden)})

    def obey(self, ruling: PairRuling) -> None:
        """Take a ruling from the log: the alias of a forbidden pairing goes at once, and cannot come back."""
        self.forbidden.rule(ruling)
        if ruling.is_forbidden:
            self._l1.separate(ruling.question_id, ruling.entry_id)

    async def judge(self, verdict: PairVerdict, store: SharedStore, log: CoherenceLog) -> bool:
        """Keep a verdict, then tell all workers; True if instead the entry is to be invalidated.

        An answer that is wrong under its own question is no pairing to forbid: nobody could store a better one.

        Raises:
            StoreUnavailableError, LogUnavailableError: it is not in force everywhere; repeat it.
        """
        (found,) = await store.fetch([Address(verdict.namespace, verdict.entry_id)])
        if found.entry is not None:
            verdict = replace(verdict, cached=found.entry.prompt)
        stands = await store.judge(verdict)
        if stands and not verdict.is_own:
            await log.announce_ruling(verdict)
        shadowed = not verdict.is_own and is_shadowed(verdict.question_id, self._shadow_share)
        self._observer.verdict_given(verdict.verdict, shadowed=shadowed)
        return stands and verdict.is_own and verdict.verdict is Verdict.WRONG and found.entry is not None
