"""Time, as something that can be handed in."""

import time
from dataclasses import dataclass
from typing import Protocol

_BOOT_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


class Clock(Protocol):
    """Two clocks: one that never jumps, one that people read."""

    def monotonic(self) -> float:
        """Seconds, never set back; goes on while the machine sleeps, where the system offers that."""
        ...

    def wall(self) -> float:
        """Unix time in seconds."""
        ...


class SystemClock:
    """The machine's clocks. CLOCK_BOOTTIME counts suspended time, which time.monotonic() on Linux does not."""

    def monotonic(self) -> float:
        """Seconds since boot."""
        return time.clock_gettime(_BOOT_CLOCK)

    def wall(self) -> float:
        """Unix time in seconds."""
        return time.time()


@dataclass(slots=True)
class ManualClock:
    """A clock that moves when told, for tests and models."""

    now: float = 1_000.0
    epoch: float = 1_700_000_000.0

    def monotonic(self) -> float:
        """Seconds."""
        return self.now

    def wall(self) -> float:
        """Unix time in seconds."""
        return self.epoch + self.now

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds
