"""Part `l1`: what an L1 answer costs in process, without Kafka and without Redis."""

import gc
import random
import time
import tracemalloc
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from aiokafka import ConsumerRecord
from numpy.typing import NDArray
from prometheus_client import CollectorRegistry

from benchmarks.figures import Report, at_most
from benchmarks.questions import ANSWER, catalogue
from benchmarks.stage import Stage, entry_of
from schemas import LookupRequest, LookupStatus, Topics
from schemas.lookup import Match
from workers.cache import SemanticCache
from workers.cache.config import CacheConfig, L1CacheConfig
from workers.cache.l1 import L1Cache, L1Record
from workers.cache.lookup import Asked, Lookup, LookupOutcome
from workers.cache.memory_store import MemoryStore
from workers.cache.ports import Vectors
from workers.cache.question import Questioner
from workers.cache.semantic_cache import Parts
from workers.kafka.channel import lookup_channel
from workers.kafka.encoding import encode_lookup
from workers.observability.prometheus_observers import PrometheusObserver
from workers.worker import COLLECT_AFTER

MEAN_BUDGET_US = 25.0
TAIL_BUDGET_US = 100.0
FOREVER = 1e12
CONTEXT = {"conversation_id": "c-1", "user_persona": "developer"}

Call = Callable[[Any], object]


@dataclass(frozen=True, slots=True)
class _Sizes:
    """How much of each."""

    calls: int
    l1_sizes: tuple[int, ...]
    usual: int
    """The size of L1 at which the rarer ways are measured."""
    weighed: int
    """Entries whose memory is measured."""


FULL = _Sizes(calls=200_000, l1_sizes=(1_000, 10_000, 100_000), usual=10_000, weighed=20_000)
QUICK = _Sizes(calls=500, l1_sizes=(50, 100), usual=100, weighed=100)


class _NoEmbedder:
    """Stands where an embedder must stand; nothing here reaches it."""

    dimensions = 2
    fingerprint = "0" * 16

    async def open(self) -> None:
        """There is nothing to load."""

    async def aclose(self) -> None:
        """There is nothing to free."""

    async def embed(self, prompts: Sequence[str]) -> Vectors:
        """Never called."""
        raise AssertionError(f"{len(prompts)} prompts left L1")


async def run(stage: Stage, rounds: int, report: Report) -> None:
    """Each way through L1, entries drawn evenly: the worst case for the processor's caches."""
    sizes = stage.pick(FULL, quick=QUICK)
    for size in sizes.l1_sizes:
        async with _filled(size) as cache:
            for turn in range(rounds):
                name = f"hit, L1 of {size:,}"
                _note(report, name, _time(_asker(cache), _lookups(_exact(size, sizes.calls, turn))))
    async with _filled(sizes.usual) as cache:
        for turn in range(rounds):
            _measure_other_ways(cache, sizes, report, turn)
    async with _filled(sizes.usual, CONTEXT) as cache:
        for turn in range(rounds):
            lookups = _lookups(_exact(sizes.usual, sizes.calls, turn), CONTEXT)
            _note(report, "hit, with a context", _time(_asker(cache), lookups))
    for name, tags in (("", ()), (", two tags", ("shop", "product:{}"))):
        memory, counted = _weigh(sizes.weighed, tags)
        report.figure(f"memory of an entry{name}", "bytes").add(memory)
        report.figure(f"counted by max_bytes{name}", "bytes", against=f"memory of an entry{name}").add(counted, memory)
    report.note(f"{sizes.calls:,} calls each, timed one by one (the clock itself takes 0.05–0.1 µs of each)")
    report.note(
        "with garbage collection as a worker tunes it; `max` is what the operating system takes a process away for"
    )
    report.note(f"an entry's prompt and answer have {len(_question(0)) + len(ANSWER)} characters")


def _measure_other_ways(cache: SemanticCache, sizes: _Sizes, report: Report, turn: int) -> None:
    size, calls = sizes.usual, sizes.calls
    exact, aliases = _exact(size, calls, turn), _aliases(size, calls, turn)
    _note(report, "alias", _time(_asker(cache), _lookups(aliases)))
    _note(report, "miss", _time(_asker(cache, LookupStatus.MISS), _lookups([f"{text} no" for text in exact])))
    whole = _time(_request_answerer(cache), _records(exact))
    _note(report, "hit, from request bytes to reply bytes", whole)


def _asker(cache: SemanticCache, expected: LookupStatus = LookupStatus.HIT) -> Call:
    """The entry point that a worker calls for each lookup; what comes out must be what is measured."""
    is_hit_expected = expected is LookupStatus.HIT

    def ask(lookup: Asked) -> LookupOutcome | None:
        outcome = cache.lookup_in_l1(lookup, time.monotonic())
        if (outcome is not None) is not is_hit_expected:
            raise RuntimeError(f"expected a {expected} for {lookup}")
        return outcome

    return ask


def _request_answerer(cache: SemanticCache) -> Call:
    read, ask = lookup_channel(Topics()).read, _asker(cache)

    def answer(record: ConsumerRecord) -> bytes:
        message: LookupRequest = read(record)
        outcome = ask(message)
        if not isinstance(outcome, LookupOutcome):
            raise TypeError("not in L1")
        return encode_lookup(message.request_id, outcome)

    return answer


# --- what is asked ------------------------------------------------------------------------------------------------


def _question(i: int) -> str:
    return f"{KINDS[i % len(KINDS)]} ({i // len(KINDS)})"


KINDS = catalogue(1000)


def _exact(size: int, calls: int, seed: int) -> list[str]:
    return [_question(i) for i in random.Random(seed).choices(range(size // 2), k=calls)]


def _aliases(size: int, calls: int, seed: int) -> list[str]:
    return [_alias(i) for i in random.Random(seed).choices(range(size // 2), k=calls)]


def _alias(i: int) -> str:
    return f"Hi, {_question(i)}"


def _lookups(prompts: Sequence[str], context: Mapping[str, str] | None = None) -> list[Lookup]:
    return [Lookup(prompt, context=dict(context) if context else None) for prompt in prompts]


def _records(prompts: Sequence[str]) -> list[ConsumerRecord]:
    bodies = (LookupRequest(request_id=f"q-{i}", prompt=prompt).encode() for i, prompt in enumerate(prompts))
    return [ConsumerRecord("t", 0, 0, 0, 1, None, body, None, 0, len(body), ()) for body in bodies]


# --- the cache ----------------------------------------------------------------------------------------------------


@asynccontextmanager
async def _filled(size: int, context: Mapping[str, str] | None = None) -> AsyncIterator[SemanticCache]:
    """A cache as a worker has it, its L1 full: half entries of one context, half aliases of them."""
    config = CacheConfig(l1=L1CacheConfig(max_size=size))
    observer = PrometheusObserver(CollectorRegistry())
    async with SemanticCache(config, Parts(MemoryStore(), _NoEmbedder(), observer=observer)) as cache:
        questioner = Questioner(config)
        for i in range(size // 2):
            entry = entry_of(_question(i), ANSWER, 0, ("shop", f"product:{i % 100}"))
            key = questioner.ask(Lookup(_question(i), context=context)).entry_id
            cache.l1.put(key, L1Record(entry, FOREVER, Match.EXACT, 1.0))
            alias = questioner.ask(Lookup(_alias(i))).entry_id
            cache.l1.put(alias, L1Record(entry, FOREVER, Match.SEMANTIC, 0.93))
        yield cache


def _weigh(count: int, tags: tuple[str, ...]) -> tuple[float, float]:
    """Bytes that an entry takes in an L1 (as tracemalloc sees them), and bytes that its bound counts for it."""
    gc.collect()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        l1 = L1Cache(L1CacheConfig(max_size=count, max_bytes=10**12))
        for i in range(count):
            entry = entry_of(_question(i), _own(ANSWER), 0, tuple(tag.format(i % 100) for tag in tags))
            l1.put(entry.entry_id, L1Record(entry, FOREVER, Match.EXACT, 1.0))
        del entry
        gc.collect()
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return (after - before) / count, l1.bytes / count


def _own(text: str) -> str:
    """A copy, as every reply of Redis makes one."""
    return text.encode().decode()


# --- timing -------------------------------------------------------------------------------------------------------


def _time(call: Call, arguments: Sequence[object]) -> NDArray[np.float64]:
    """Microseconds of each call, after a tenth of them unmeasured."""
    for argument in arguments[: len(arguments) // 10]:
        call(argument)
    clock, took = time.perf_counter_ns, [0] * len(arguments)
    with _collector_of_a_worker():
        for i, argument in enumerate(arguments):
            began = clock()
            call(argument)
            took[i] = clock() - began
    return np.array(took) / 1000


@contextmanager
def _collector_of_a_worker() -> Iterator[None]:
    """The garbage collector as a worker sets it."""
    usual = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()


def _note(report: Report, name: str, took: NDArray[np.float64]) -> None:
    report.figure(f"{name}: mean", "µs", budget=at_most(MEAN_BUDGET_US)).add(float(took.mean()))
    p50, p99, p999 = (float(value) for value in np.percentile(took, (50, 99, 99.9)))
    report.figure(f"{name}: p50", "µs").add(p50)
    report.figure(f"{name}: p99", "µs").add(p99)
    report.figure(f"{name}: p99.9", "µs", budget=at_most(TAIL_BUDGET_US)).add(p999)
    report.figure(f"{name}: max", "µs").add(float(took.max()))
