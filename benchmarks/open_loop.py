"""An open loop: requests at fixed times, latencies counted from when each *should* have been sent.

A closed loop, or one that counts from the actual sending, leaves out what waits while the other side is slow
("coordinated omission", Gil Tene). Percentiles are those of all samples, exact: there are never so many of them that
they would have to be put into buckets.
"""

import asyncio
import itertools
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from benchmarks.figures import Report
from benchmarks.load import Lane
from benchmarks.open_loop_process import Job
from benchmarks.stage import Stage

Floats = NDArray[np.float64]
Words = NDArray[np.str_]

DRAIN_SECONDS = 30.0
LATE_MS = 1.0
"""A run whose sender was later than this, at the 99th percentile, says so: part of its latencies is the sender's."""


@dataclass(frozen=True, slots=True)
class Timed:
    """A request that is due at some time."""

    due: float
    """Seconds from the start."""
    body: dict[str, Any]
    kind: str = ""
    """For telling apart what a run mixes."""


def steady(bodies: Iterable[dict[str, Any]], rate: float, *, start: float = 0.0, kind: str = "") -> list[Timed]:
    """One request every 1 / rate seconds."""
    return [Timed(start + i / rate, body, kind) for i, body in enumerate(bodies)]


def bodies(prompts: Iterable[str]) -> list[dict[str, Any]]:
    """Lookups of these prompts."""
    return [{"prompt": prompt} for prompt in prompts]


@dataclass(frozen=True, slots=True)
class Percentiles:
    """Of latencies, in milliseconds."""

    p50: float
    p95: float
    p99: float
    p999: float
    longest: float

    @classmethod
    def of(cls, milliseconds: Floats) -> "Percentiles":
        """Over all samples; at least one."""
        return cls(*(float(value) for value in np.percentile(milliseconds, (50, 95, 99, 99.9, 100))))

    def __str__(self) -> str:
        return (
            f"p50 {self.p50:.2f}, p95 {self.p95:.2f}, p99 {self.p99:.2f}, p99.9 {self.p999:.2f}, "
            f"max {self.longest:.2f} ms"
        )


def median_of(rounds: Sequence[Percentiles]) -> Percentiles:
    """The median of each percentile over the rounds."""
    return Percentiles(*(float(value) for value in np.median([astuple(each) for each in rounds], axis=0)))


@dataclass(frozen=True, slots=True)
class Seen:
    """What became of the requests of one run, in the order of their times; arrays of one length."""

    started: float
    """On the monotonic clock (`time.perf_counter`), which all processes of a machine share."""
    due: Floats
    """Seconds from the start."""
    milliseconds: Floats
    """From then to the reply; NaN: none came."""
    late: Floats
    """How much later than due each was sent, in milliseconds."""
    said: Words
    """`hit l1 exact`, `miss degraded`, …; empty: no reply."""
    kind: Words

    def __len__(self) -> int:
        return len(self.due)

    def where(self, mask: NDArray[np.bool_]) -> "Seen":
        """Some of them."""
        due, milliseconds, late = self.due[mask], self.milliseconds[mask], self.late[mask]
        return Seen(self.started, due, milliseconds, late, self.said[mask], self.kind[mask])

    def of_kind(self, kind: str) -> "Seen":
        """Those of one kind."""
        return self.where(self.kind == kind)

    def saying(self, *words: str) -> "Seen":
        """Those answered in one of these ways."""
        return self.where(np.isin(self.said, words))

    def between(self, start: float, end: float) -> "Seen":
        """Those that were due in [start, end)."""
        return self.where((self.due >= start) & (self.due < end))

    @property
    def unanswered(self) -> int:
        """Requests without a reply."""
        return int(np.isnan(self.milliseconds).sum())

    @property
    def statuses(self) -> Counter[str]:
        """Replies by what they say."""
        return Counter(self.said.tolist())

    @property
    def percentiles(self) -> Percentiles:
        """Of the latencies of those that were answered."""
        return Percentiles.of(self.milliseconds[~np.isnan(self.milliseconds)])


def shares(statuses: Counter[str], *, without: str = "") -> str:
    """How much was answered in which way, the commonest first."""
    total = statuses.total()
    return ", ".join(f"{count / total:.1%} {said}" for said, count in statuses.most_common() if said != without)


async def send(stage: Stage, lane: Lane, requests: Sequence[Timed]) -> Seen:
    """Send them when they are due, partitions in turn, from a process of its own; wait for the replies."""
    ordered = sorted(requests, key=lambda request: request.due)
    partitions = itertools.cycle(range(lane.partitions))
    schedule = [(request.due, next(partitions), request.body) for request in ordered]
    job = Job(stage.kafka, lane.asked, lane.answered, lane.partitions, DRAIN_SECONDS, schedule)
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.open_loop_process"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        output, _ = await child.communicate(orjson.dumps(job))
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode:
        raise RuntimeError(f"the sender ended with {child.returncode}")
    told = orjson.loads(output)
    return Seen(
        told["started"],
        np.array([request.due for request in ordered]),
        np.array(told["waited"], dtype=np.float64) * 1000,
        np.array(told["late"]) * 1000,
        np.array(told["said"]),
        np.array([request.kind for request in ordered]),
    )


def all_answered(seen: Seen) -> Seen:
    """The same.

    Raises:
        RuntimeError: some requests have no reply.
    """
    if seen.unanswered:
        raise RuntimeError(f"{seen.unanswered} of {len(seen)} requests have no reply after {DRAIN_SECONDS:.0f} s")
    return seen


def note_lateness(report: Report, run: str, seen: Seen) -> None:
    """Say so where the sender itself was late."""
    late = float(np.percentile(seen.late, 99))
    if late > LATE_MS:
        report.note(f"{run}: the sender itself was late by {late:.1f} ms at its p99 (more than {LATE_MS:g} ms)")
