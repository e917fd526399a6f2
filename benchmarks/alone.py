"""The embedder alone, in a process of its own: what there is to compare a worker's lookups by meaning with."""

import asyncio
import sys
from collections.abc import Sequence

from benchmarks.embedder_process import Way


async def in_batches(texts: Sequence[str]) -> float:
    """Texts a second: one thread, like lengths together."""
    return await _ask(Way.BATCHES, texts)


async def one_at_a_time(texts: Sequence[str]) -> float:
    """Milliseconds of one text, the median; one right after the other, so everything is warm."""
    return await _ask(Way.SINGLY, texts)


async def a_hundred_a_second(texts: Sequence[str]) -> float:
    """The same at a hundred a second: between two of them, the processor's caches belong to others."""
    return await _ask(Way.PACED, texts)


async def _ask(way: Way, texts: Sequence[str]) -> float:
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.embedder_process", way.value),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await child.communicate("\n".join(texts).encode())
    return float(output)
