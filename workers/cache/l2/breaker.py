"""A circuit breaker: after failures in a row nobody waits any more; now and then one call finds out."""

from enum import StrEnum

from workers.cache.clock import Clock


class BreakerState(StrEnum):
    """Whether calls go through."""

    CLOSED = "closed"
    OPEN = "open"


class Breaker:
    """Opens after so many failures in a row; open, it admits one call each interval; a success closes it.

    Pure but for its clock: whoever asks it makes the calls, and logs the changes that it reports.
    """

    def __init__(self, *, failures: int, probe_seconds: float, clock: Clock) -> None:
        self._limit = failures
        self._probe_seconds = probe_seconds
        self._clock = clock
        self._failures = 0
        self._next_probe = float("-inf")
        self.state = BreakerState.CLOSED

    def admit(self) -> bool:
        """Whether a call may be tried now. While open, a yes is for one caller until the next interval."""
        if self.state is BreakerState.CLOSED:
            return True
        now = self._clock.monotonic()
        if now < self._next_probe:
            return False
        self._next_probe = now + self._probe_seconds
        return True

    def succeeded(self) -> bool:
        """A call was answered; whether that closed it."""
        self._failures = 0
        has_closed = self.state is BreakerState.OPEN
        self.state = BreakerState.CLOSED
        return has_closed

    def failed(self) -> bool:
        """A call failed; whether that opened it."""
        self._failures += 1
        if self.state is BreakerState.OPEN or self._failures < self._limit:
            return False
        self.state = BreakerState.OPEN
        self._next_probe = self._clock.monotonic() + self._probe_seconds
        return True
