"""The log of a cache that is used as a library: one process, one order, no broker."""

from collections.abc import Sequence

from schemas.feedback import Verdict
from workers.cache.clock import Clock
from workers.cache.coherence_view import CoherenceView
from workers.cache.entry import Entry
from workers.cache.rules import PlacedRule, Replacement, Rule
from workers.cache.verdicts import PairRuling, PairVerdict


def birth_number(clock: Clock) -> int:
    """The first number of a log born now: above every number of an older one that grew by under 256 rules a ms."""
    return int(clock.wall() * 1000) * 256


class LocalLog:
    """Numbers start at the birth time in milliseconds × 256, above those of any earlier process, and rise by one.

    Appending is observing: the view has seen a record when `append` returns, so it is always fresh.
    """

    def __init__(self, view: CoherenceView, clock: Clock) -> None:
        self._view = view
        self._clock = clock
        self._start = 0

    def start(self) -> None:
        """Begin behind everything that an earlier process may have appended."""
        self._start = birth_number(self._clock)
        self._view.reset(self._start)
        self._view.trust()
        self._view.mark_fresh(float("inf"))

    async def append(self, rules: Sequence[Rule]) -> list[PlacedRule]:
        """Order the rules and let the view see them."""
        placed = []
        for rule in rules:
            placed.append(PlacedRule(self._view.position, self._now_ms(), rule))
            self._view.observe(placed[-1])
        return placed

    async def gave(self, number: int) -> bool:
        """It is never replaced."""
        return number >= self._start

    async def announce(self, replaced: Sequence[Entry]) -> list[Replacement]:
        """Order the replacements and let the view see them."""
        records = []
        for entry in replaced:
            records.append(
                Replacement(self._view.position, self._now_ms(), entry.namespace, entry.entry_id, entry.version)
            )
            self._view.observe(records[-1])
        return records

    async def announce_ruling(self, verdict: PairVerdict) -> PairRuling:
        """Order the ruling and let the view see it."""
        ruling = PairRuling(
            self._view.position,
            self._now_ms(),
            verdict.namespace,
            verdict.question_id,
            verdict.entry_id,
            verdict.verdict is Verdict.WRONG,
        )
        self._view.observe_ruling(ruling)
        return ruling

    async def end(self) -> int:
        """The offset after the last record."""
        return self._view.position

    async def begin(self) -> int:
        """0 while the memory reaches back to the start, else its floor.

        Rules of an earlier process were applied before they were acknowledged, so nothing before the start is missing.
        """
        floor = self._view.recent.floor
        return 0 if floor == self._start else floor

    async def read(self, start: int, stop: int) -> list[PlacedRule]:
        """The remembered rules from `start` up to, not including, `stop`."""
        return [placed for placed in self._view.recent.rules() if start <= placed.offset < stop]

    def _now_ms(self) -> int:
        return int(self._clock.wall() * 1000)
