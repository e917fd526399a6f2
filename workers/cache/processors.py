"""How many processors this process may use: fewer than the machine has, in a container or with an affinity."""

import os
from math import floor
from pathlib import Path

CGROUP_LIMIT = Path("/sys/fs/cgroup/cpu.max")
"""Of cgroup v2, as a container sees its own: quota and period in microseconds, or `max` for no quota."""


def usable_processors(*, at_most: int, limit: Path = CGROUP_LIMIT) -> int:
    """At least 1. More threads than the quota allows would use it up at once, and all of them would be stopped."""
    # Not everywhere: macOS and Windows have no affinity.
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(min(allowed, at_most, _quota(limit) or at_most), 1)


def _quota(limit: Path) -> int:
    """Whole processors of the quota; 0: none is set."""
    try:
        quota, period = limit.read_text(encoding="ascii").split()
        return max(floor(int(quota) / int(period)), 1)
    except (OSError, ValueError):
        return 0
