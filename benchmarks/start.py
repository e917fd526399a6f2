"""Part `start`: how long a worker takes from its process's start to ready, where the time goes, and its memory."""

import asyncio
import re
import statistics
import sys
import time
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

import orjson

from benchmarks.figures import Report, at_most
from benchmarks.processes import ROOT, Worker, cpu_seconds
from benchmarks.questions import ANSWER, catalogue
from benchmarks.stage import Stage

READY = "spawn → ready"
BUDGET_SECONDS = 2.0
IMPORTS = "import os, workers.cli.app, workers.worker; os._exit(0)"
"""Without the interpreter's end, which a start has not."""
MODEL = """
import asyncio, time
from workers.cache.config import EmbeddingConfig
from workers.cache.embedding import FastembedEmbedder

async def open_once():
    embedder = FastembedEmbedder(EmbeddingConfig())
    started = time.perf_counter()
    await embedder.open()
    print(time.perf_counter() - started)
    await embedder.aclose()

asyncio.run(open_once())
"""
SHOWN_PACKAGES = 10
BYTES_OF_MB = 1_000_000
LOGGED_SECONDS, LOOK_AGAIN_SECONDS = 5.0, 0.02


@dataclass(frozen=True, slots=True)
class _Sizes:
    """How much of each."""

    starts: int
    questions: int
    lookups: int


FULL = _Sizes(starts=5, questions=1000, lookups=100_000)
QUICK = _Sizes(starts=1, questions=50, lookups=200)


async def run(stage: Stage, rounds: int, report: Report) -> None:
    """Start workers one after the other on topics that exist; then one that answers until its L1 is full."""
    sizes = stage.pick(FULL, quick=QUICK)
    deployment = await stage.deployment()
    first = await _start(deployment.settings)
    report.figure("spawn → ready, the first of a deployment", "s").add(first.seconds)
    for _ in range(rounds):
        starts = [await _start(deployment.settings) for _ in range(sizes.starts)]
        seconds = statistics.median(start.seconds for start in starts)
        report.figure(READY, "s", budget=at_most(BUDGET_SECONDS)).add(seconds)
        bare = await _seconds_of("pass")
        report.figure("of it: a bare interpreter", "s", against=READY).add(bare, seconds)
        report.figure("of it: imports", "s", against=READY).add(await _seconds_of(IMPORTS) - bare, seconds)
        model = float((await _python("-c", MODEL)).decode())
        report.figure("of it: the model, beside connecting", "s", against=READY).add(model, seconds)
        processor = statistics.median(start.processor_seconds for start in starts)
        report.figure("processor time until ready", "s", against=READY).add(processor, seconds)
        memory = statistics.median(start.memory_bytes for start in starts)
        report.figure("memory when ready", "MB").add(memory / BYTES_OF_MB)
    await _memory_in_use(stage, sizes, report)
    report.note(f"imports by package, ms, slowed by being counted: {await _by_package()}")
    report.note(f"each round's start is the median of {sizes.starts}, the model on disk and the topics there already")


@dataclass(frozen=True, slots=True)
class _Started:
    """One start."""

    seconds: float
    """From spawning to the line that says ready, which is the last thing a worker does."""
    processor_seconds: float
    """Of all threads: what a start takes where others are busy as well."""
    memory_bytes: int
    """Resident."""


async def _start(settings: dict[str, str]) -> _Started:
    worker = Worker(settings)
    spawned = time.time()
    async with worker:
        return _Started(await _ready_at(worker) - spawned, cpu_seconds(worker.pid), worker.memory_bytes)


async def _ready_at(worker: Worker) -> float:
    """Unix time in seconds, by the worker's own log, so that nobody's polling counts."""
    async with asyncio.timeout(LOGGED_SECONDS):  # its probe may be answered a moment before it says so
        while (at := _logged_ready(worker)) is None:  # noqa: ASYNC110 - a file
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
        return at


def _logged_ready(worker: Worker) -> float | None:
    for line in (worker.folder / "worker.log").read_text(encoding="utf-8").splitlines(keepends=True):
        if line.startswith("{") and line.endswith("\n") and (told := orjson.loads(line)).get("action") == "ready":
            return datetime.fromisoformat(told["time"]).timestamp()
    return None


async def _memory_in_use(stage: Stage, sizes: _Sizes, report: Report) -> None:
    questions = catalogue(sizes.questions)
    settings = {"L1__MAX_SIZE": str(sizes.questions), "OVERLOAD__POLICY": "wait"}
    async with stage.filled(questions, ANSWER, **settings) as running:
        bodies = [{"prompt": question} for question in questions]
        await running.lookups.run(bodies)
        drained = await running.lookups.run(bodies * (sizes.lookups // sizes.questions))
        if drained.statuses["hit l1 exact"] < sizes.lookups:
            raise RuntimeError(f"L1 was not full: {drained.statuses}")
        memory = running.worker.memory_bytes / BYTES_OF_MB
        report.figure(f"memory after {sizes.lookups:,} lookups, {sizes.questions:,} in L1", "MB").add(memory)


async def _seconds_of(code: str) -> float:
    started = time.perf_counter()
    await _python("-c", code)
    return time.perf_counter() - started


async def _python(*arguments: str) -> bytes:
    child = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    output, said = await child.communicate()
    if child.returncode:
        raise RuntimeError(said.decode(errors="replace"))
    return output or said


async def _by_package() -> str:
    """What `-X importtime` says, summed over each distribution's modules, the dearest first."""
    told = (await _python("-X", "importtime", "-c", IMPORTS)).decode(errors="replace")
    spent: Counter[str] = Counter()
    for microseconds, module in re.findall(r"import time:\s+(\d+) \|\s+\d+ \|\s*(\S+)", told):
        spent[module.split(".")[0]] += int(microseconds)
    total = spent.total() / 1000
    dearest = ", ".join(f"{name} {us / 1000:.0f}" for name, us in spent.most_common(SHOWN_PACKAGES))
    return f"{dearest}; all {total:.0f}"
