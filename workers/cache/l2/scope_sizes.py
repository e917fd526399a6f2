"""How large a scope is, as far as the way to search it depends on that."""

from collections import OrderedDict
from math import isqrt

from workers.cache.clock import Clock

SMALL_INDEX = 2_000
"""Below so many vectors any way of searching is quick."""
CROSSOVER = 17
"""A scope of S vectors among N is compared one by one in S × 0.11 µs; to walk the graph until enough of the scope are
met takes 0.2 ms if S is N, and 0.29, 0.36, 0.57, 0.90 ms if it is a 7th, a 12th, a 21st, a 41st of it (seen at 384
dimensions and 9 neighbours). They meet near S = 17 × √N."""
LARGE_SECONDS = 1.0
"""How soon a large scope is measured again: walking the graph for a scope that has shrunk is dear."""
SMALL_SECONDS = 5.0
REMEMBERED_SCOPES = 10_000


class ScopeSizes:
    """Which scopes (namespace and context) are large against the whole, as measured a moment ago.

    The engine's own choice compared 10,000 one by one: 1.07 ms instead of 0.20.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: OrderedDict[str, tuple[bool, float]] = OrderedDict()

    def policy(self, scope: str) -> str:
        """The engine's word for how to search it; empty: not known, let the engine choose."""
        known = self._known.get(scope)
        if known is None:
            return ""
        return "BATCHES" if known[0] else "ADHOC_BF"

    def is_due(self, scope: str) -> bool:
        """Whether it should be measured again."""
        known = self._known.get(scope)
        return known is None or self._clock.monotonic() >= known[1]

    def note(self, scope: str, *, is_large: bool) -> None:
        """Remember a measurement."""
        due = self._clock.monotonic() + (LARGE_SECONDS if is_large else SMALL_SECONDS)
        self._known[scope] = (is_large, due)
        self._known.move_to_end(scope)
        if len(self._known) > REMEMBERED_SCOPES:
            self._known.popitem(last=False)


def large_from(documents: int) -> int:
    """Vectors beyond which a scope counts as large in an index of so many."""
    return CROSSOVER * isqrt(documents)
