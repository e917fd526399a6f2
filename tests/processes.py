"""Looking at processes and waiting for what they do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

DEADLINE_SECONDS = 30
PAUSE_SECONDS = 0.01


def is_alive(pid: int) -> bool:
    """Whether a process is there and not a zombie that waits to be reaped."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return status.rpartition(") ")[2][0] != "Z"


async def until(condition: Callable[[], bool], deadline_seconds: float = DEADLINE_SECONDS) -> None:
    """Poll until `condition` holds; TimeoutError at the deadline."""
    async with asyncio.timeout(deadline_seconds):
        while not condition():  # noqa: ASYNC110 - what is waited for sets no event
            await asyncio.sleep(PAUSE_SECONDS)
