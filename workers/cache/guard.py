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
        entry = fetched.entry
        return entry is not None and self._is_alive(entry, fetched.watermark)

    def may_keep(self, entry: Entry, since: int, watermark: int = -1) -> bool:
        """Whether an entry read or written when the position was `since` may enter L1 (invariant L1WithToken).

        `watermark` is the store's, read with the entry; an entry just written has none, and must be covered by memory.
        Where the memory no longer reaches back to `since`, a replacement may have been forgotten: refused.
        """
        recent = self._view.recent
        return since >= recent.floor and self._is_alive(entry, watermark) and not recent.is_superseded(entry, since)

    def _is_alive(self, entry: Entry, watermark: int) -> bool:
        recent = self._view.recent
        if recent.newest_kill(entry) is not None:
            return False
        return recent.covers(entry.fence) or watermark >= recent.floor
