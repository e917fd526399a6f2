"""The backlog: who waits beyond L1, for how long already, and how many more may join. Pure: it is told the time."""

from collections import deque

WINDOW_SHARE = 0.25
"""Of the longest wait: so long a look back tells how fast the backlog is worked off."""
SLICES = 8
"""Of that time; those who left are counted by slice."""
HELD_WINDOWS, FORGOTTEN_WINDOWS = 2, 12
"""Without a backlog, what the speed seen last allows is held for so many windows, so that a backlog just worked off
lets no new flood in; then it doubles with each, so that a moment's standstill does not turn lookups away for long; then
it says nothing."""


class Backlog:
    """Bounds those who wait by number and by time.

    A number alone is no bound: what two thousand lookups wait for is two seconds on one machine and ten on another.
    While somebody has waited throughout the last window, work was always at hand, so as many as left in it are as
    many as can leave; times the longest wait, that is how many may wait (Little's law).
    """

    def __init__(self, limit: int, longest_wait: float) -> None:
        """`limit` in lookups, `longest_wait` in seconds."""
        self._limit = limit
        self._longest_wait = longest_wait
        self._window = longest_wait * WINDOW_SHARE
        self._slice = self._window / SLICES
        self._begun: dict[object, float] = {}
        self._left: deque[tuple[int, int]] = deque()
        """Slices of time and how many left in each, the oldest first."""
        self._pace = 0.0
        """Lookups that leave in a second, as seen last."""
        self._pace_seen = float("-inf")

    def begin(self, now: float) -> object:
        """A group begins to wait; returns what to end it with."""
        group = object()
        self._begun[group] = now
        return group

    def end(self, group: object) -> None:
        """All of the group have left."""
        self._begun.pop(group, None)

    def leave(self, now: float) -> None:
        """One lookup has its answer."""
        this = int(now / self._slice)
        if self._left and self._left[-1][0] == this:
            self._left[-1] = (this, self._left[-1][1] + 1)
            return
        self._left.append((this, 1))
        self._forget(this)

    def room(self, waiting: int, now: float) -> int:
        """How many more may join the `waiting`."""
        age = now - next(iter(self._begun.values()), now)
        if age >= self._window:
            self._measure(now)
        if age > self._longest_wait:
            return 0
        may_wait, quiet = self._limit, (now - self._pace_seen) / self._window
        if quiet < FORGOTTEN_WINDOWS:
            allowed = self._pace * self._longest_wait * 2 ** max(quiet - HELD_WINDOWS, 0)
            may_wait = min(may_wait, int(allowed))
        return max(may_wait - waiting, 0)

    def _measure(self, now: float) -> None:
        self._forget(int(now / self._slice))
        left = sum(count for _, count in self._left)
        if left:  # else between two slow batches: how fast they are is not to be seen
            self._pace = left / (self._window - self._slice + now % self._slice)
            self._pace_seen = now

    def _forget(self, this: int) -> None:
        while self._left and self._left[0][0] <= this - SLICES:
            self._left.popleft()
