"""Judging: verdicts on pairings are kept, told to all workers, and obeyed from memory."""

from dataclasses import replace

from schemas.feedback import Verdict
from workers.cache.l1 import L1Cache
from workers.cache.observer import CacheObserver
from workers.cache.ports import Address, CoherenceLog, SharedStore
from workers.cache.reader import is_shadowed
from workers.cache.verdicts import ForbiddenPairs, PairRuling, PairVerdict


class Judging:
    """Keeps this worker's memory of forbidden pairings, and L1 free of them."""

    def __init__(self, l1: L1Cache, observer: CacheObserver, shadow_share: float) -> None:
        self._l1 = l1
        self._observer = observer
        self._shadow_share = shadow_share
        self.forbidden = ForbiddenPairs()

    async def load(self, store: SharedStore) -> None:
        """Remember what the store has kept. Raises StoreUnavailableError."""
        self.forbidden.begin_load()
        verdicts = [v for namespace in sorted(await store.namespaces()) for v in await store.verdicts(namespace)]
        self.forbidden.end_load(v for v in verdicts if not v.is_own)

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
