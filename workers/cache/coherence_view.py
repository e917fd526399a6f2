"""A worker's view of the coherence log: the rules it has seen, and how lately it knew to have seen all of them."""

import asyncio
from collections import deque
from collections.abc import Callable
from enum import StrEnum

from workers.cache.clock import Clock
from workers.cache.config import CacheConfig
from workers.cache.recent_rules import RecentRules
from workers.cache.rules import PlacedRule, Replacement
from workers.cache.verdicts import PairRuling

Observer = Callable[[PlacedRule | Replacement], object]

RULINGS_KEPT = 10_000
"""Of those that are replayed before anybody listens: the log is followed before there is a cache."""


class Distrust(StrEnum):
    """Why a view may not be trusted at all for now."""

    NOT_STARTED = "not_started"
    NEWER_VERSION = "newer_version"


def make_view(config: CacheConfig, clock: Clock) -> "CoherenceView":
    """A view of a log, with the memory and the bound that the settings name."""
    recent = RecentRules(max_count=config.coherence.rule_memory_count)
    bound = config.coherence.max_staleness_ms / 1000
    return CoherenceView(recent, max_staleness_seconds=bound, clock=clock)


class CoherenceView:
    """Fed by whoever follows the log; asked by L1, by what L2 returns, and by stores.

    Freshness: whoever follows notes `monotonic()` as s, asks the log's end, and calls `mark_fresh(s)` once `position`
    has reached that end. The age counts from the asking, never from the answer (invariant L1Bounded).
    """

    def __init__(self, recent: RecentRules, *, max_staleness_seconds: float, clock: Clock) -> None:
        self.recent = recent
        self._bound = max_staleness_seconds
        self._clock = clock
        self._fresh_until = float("-inf")
        self._distrust: Distrust | None = Distrust.NOT_STARTED
        self._observers: list[Observer] = []
        self._resets: list[Callable[[], None]] = []
        self._losses: list[Callable[[], None]] = []
        self._ruling_observers: list[Callable[[PairRuling], object]] = []
        self._unheard: deque[PairRuling] = deque(maxlen=RULINGS_KEPT)
        self._moved = asyncio.Event()

    @property
    def position(self) -> int:
        """All rules below it have been seen."""
        return self.recent.position

    @property
    def distrust(self) -> Distrust | None:
        """Why L1 is passed over whatever the freshness; None if it is not."""
        return self._distrust

    def is_fresh(self, now: float) -> bool:
        """Whether L1 may answer at this monotonic time, in seconds."""
        return now <= self._fresh_until

    def age(self, now: float) -> float:
        """Seconds since the log was last known to be seen whole; infinite before the first time."""
        return now - (self._fresh_until - self._bound)

    def on_record(self, observer: Observer) -> None:
        """Call `observer` with each record, before the position passes it."""
        self._observers.append(observer)

    def on_reset(self, observer: Callable[[], None]) -> None:
        """Call `observer` when nothing seen before holds any more."""
        self._resets.append(observer)

    def on_loss(self, observer: Callable[[], None]) -> None:
        """Call `observer` when records of the log may have been missed: it is another one, or a part of it is lost."""
        self._losses.append(observer)

    def observe(self, record: PlacedRule | Replacement) -> None:
        """Take the next record: evict first, then count it as seen."""
        if record.offset < self.recent.position:
            return
        for observer in self._observers:
            observer(record)
        self.recent.add(record)
        self._moved.set()

    def on_ruling(self, observer: Callable[[PairRuling], object]) -> None:
        """Call `observer` with each ruling on a pairing, before the position passes it; at once with the replayed."""
        self._ruling_observers.append(observer)
        while self._unheard:
            observer(self._unheard.popleft())

    def observe_ruling(self, ruling: PairRuling) -> None:
        """Take the next record where it is a ruling: it kills no entry, so the memory of rules has no use for it."""
        if ruling.offset < self.recent.position:
            return
        for observer in self._ruling_observers:
            observer(ruling)
        if not self._ruling_observers:
            self._unheard.append(ruling)
        self.pass_to(ruling.offset + 1)

    async def reached(self, position: int) -> None:
        """Return once all rules below `position` have been seen."""
        while self.recent.position < position:
            self._moved.clear()
            await self._moved.wait()

    def pass_to(self, position: int) -> None:
        """Offsets below `position` hold nothing more for us."""
        self.recent.pass_to(position)
        self._moved.set()

    def mark_fresh(self, asked_at: float) -> None:
        """The position has reached what was the log's end at monotonic time `asked_at`."""
        if self._distrust is None:
            self._fresh_until = max(self._fresh_until, asked_at + self._bound)
            self._moved.set()

    async def freshened(self) -> None:
        """Return once L1 could answer."""
        while not self.is_fresh(self._clock.monotonic()):
            self._moved.clear()
            await self._moved.wait()

    def trust(self) -> None:
        """The recent past has been replayed; freshness may be claimed from now on."""
        self._distrust = None

    def doubt(self, reason: Distrust) -> None:
        """No L1 answer until `trust()`: the log says something that this version cannot read."""
        self._distrust = reason
        self._fresh_until = float("-inf")

    def drop_copies(self) -> None:
        """Copies may be older than what the store holds: it has lost something, and no rule tells what."""
        for observer in self._resets:
            observer()

    def reset(self, start: int, forgotten_ms: int = -1) -> None:
        """The log is another one, or a part of it is lost: all memory of it goes, L1 with it."""
        self._fresh_until = float("-inf")
        self.recent.reset(start, forgotten_ms)
        self.drop_copies()
        for observer in self._losses:
            observer()
