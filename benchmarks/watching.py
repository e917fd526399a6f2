"""Watching a worker while it is under load: its memory, and who uses the processors."""

import asyncio
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.open_loop import Floats
from benchmarks.processes import TICKS_PER_SECOND, Worker, cpu_seconds
from benchmarks.stage import Stage

SAMPLE_SECONDS = 0.25
MACHINE = "machine"
IDLE_TICKS = slice(3, 5)
"""Places of idle and iowait in the first line of /proc/stat, see proc(5)."""
ALL_TICKS = slice(0, 8)
"""What comes behind is contained in these."""


@dataclass(frozen=True, slots=True)
class Sample:
    """How things stood at one moment."""

    at: float
    """On the monotonic clock (`time.perf_counter`)."""
    megabytes: float
    """The worker's resident memory."""
    cpu: dict[str, float]
    """CPU seconds since its start of each process, and of the whole machine."""


class Watch:
    """Samples of one worker's run; times are those of the monotonic clock."""

    def __init__(self, stage: Stage, worker: Worker) -> None:
        self._worker = worker
        self._servers = stage.stack.servers
        self._samples: list[Sample] = []

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Take samples during the block."""
        task = asyncio.create_task(self._watch(), name="watch")
        try:
            yield
        finally:
            task.cancel()

    def memory(self, start: float, end: float) -> Floats:
        """Megabytes, of the samples in [start, end)."""
        return np.array([sample.megabytes for sample in self._between(start, end)])

    def cores(self, start: float, end: float) -> str:
        """A sentence: how many processors each process kept busy, and what else did."""
        samples = self._between(start, end)
        first, last = samples[0], samples[-1]
        seconds = last.at - first.at
        busy = {name: (last.cpu[name] - first.cpu[name]) / seconds for name in first.cpu}
        machine = busy.pop(MACHINE)
        told = ", ".join(f"{name} {cores:.2f}" for name, cores in busy.items())
        rest = machine - sum(busy.values())
        return f"{told}, the sender and all else {rest:.2f}, together {machine:.2f} of {os.cpu_count()} processors"

    def _between(self, start: float, end: float) -> list[Sample]:
        return [sample for sample in self._samples if start <= sample.at < end]

    async def _watch(self) -> None:
        while True:
            cpu = {server.name: cpu_seconds(server.pid) for server in (self._worker, *self._servers)}
            cpu[MACHINE] = _machine_seconds()
            self._samples.append(Sample(time.perf_counter(), self._worker.memory_bytes / 1e6, cpu))
            await asyncio.sleep(SAMPLE_SECONDS)


def _machine_seconds() -> float:
    """CPU seconds that all processors together were busy."""
    ticks = [int(field) for field in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]]
    return (sum(ticks[ALL_TICKS]) - sum(ticks[IDLE_TICKS])) / TICKS_PER_SECOND


def spread(values: Floats) -> float:
    """The largest distance from the median, as a share of it."""
    middle = np.median(values)
    return float(np.max(np.abs(values - middle)) / middle)
