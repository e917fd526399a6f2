"""The guard: what may be served, and what may be kept in L1, by what the worker knows of the log now."""

from workers.cache.coherence_view import CoherenceView
from workers.cache.entry import Entry
from workers.cache.ports import Fetched


class Guard:
    """Asks the recent rules before an entry goes anywhere. No awaits: nothing can change between check and use."""

    def __init__(self, view: CoherenceView) -> None:
        self._view = view

    def may_serve(self, fetched: Fetched) -> bool:
        """Whether what L2 returned is known not to be killed (invariants L2WhileLost, RepairComplete).

        The rules in memory are asked first. Those below the memory's floor must have been applied by the store
        itself, which its watermark says; where neither can tell, the entry is not served: an old snapshot of Redis
        may hold what a rule, forgotten here since, has killed.
        """
        entry, recent = fetched.entry, self._view.recent
        if entry is None or recent.newest_kill(entry) is not None:
            return False
        return recent.covers(entry.fence) or fetched.watermark >= recent.floor

    def may_keep(self, entry: Entry, since: int) -> bool:
        """Whether an entry read or written when the position was `since` may enter L1 (invariant L1WithToken)."""
        recent = self._view.recent
        return recent.newest_kill(entry) is None and not recent.is_superseded(entry, since)
