"""The coherence log on a real broker: order, replay, freshness, junk, newer versions, a log that is replaced."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial

import pytest
import pytest_asyncio
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from workers.cache.clock import SystemClock
from workers.cache.coherence_view import CoherenceView, Distrust
from workers.cache.entry import Entry
from workers.cache.recent_rules import RecentRules
from workers.cache.rules import PlacedRule, Replacement, Rule
from workers.coherence import KafkaLog
from workers.kafka.connection import KafkaConnection
from workers.kafka.log_ends import LogEnds
from workers.kafka.log_follower import LogFollower
from workers.kafka.log_identity import LogIdentity
from workers.kafka.log_options import LogOptions
from workers.kafka.log_records import encode_rule
from workers.kafka.log_writer import LogWriter
from workers.observability.readiness import Condition, Readiness
from workers.observability.worker_observer import LogRecord, NullWorkerObserver
from workers.tasks import Tasks

BOUND_SECONDS = 0.3
DEADLINE_SECONDS = 20.0
RULE = Rule("shop", tags=frozenset(["product:a", "ü|*"]))
ENTRY = Entry("0" * 32, "shop", "-", "q?", "a", fence=0, created_at=0.0, expires_at=1.0).with_version()


class Counting(NullWorkerObserver):
    """Counts records by how they were met."""

    def __init__(self) -> None:
        self.met = dict.fromkeys(LogRecord, 0)

    def log_records(self, met: LogRecord, records: int = 1) -> None:
        self.met[met] += records


@dataclass
class Following:
    """A log that is open, and its view."""

    log: KafkaLog
    view: CoherenceView
    readiness: Readiness
    counted: Counting
    seen: list[PlacedRule | Replacement]
    resets: list[int]

    @property
    def is_fresh(self) -> bool:
        return self.view.is_fresh(SystemClock().monotonic())


@pytest_asyncio.fixture(loop_scope="function")
async def options(kafka_bootstrap: str) -> LogOptions:
    made = LogOptions(
        KafkaConnection(kafka_bootstrap),
        f"log-{uuid.uuid4().hex[:12]}",
        memory_seconds=3600,
        max_staleness_seconds=BOUND_SECONDS,
        origin="test",
    )
    await create(made)
    return made


@asynccontextmanager
async def admin_of(options: LogOptions) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(**options.kafka.options())
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()


async def create(options: LogOptions) -> None:
    """Create the log, again and again: a deletion takes its time."""
    async with admin_of(options) as admin, asyncio.timeout(DEADLINE_SECONDS):
        while True:
            configs = {"message.timestamp.type": "LogAppendTime"}
            response = await admin.create_topics([NewTopic(options.topic, 1, 1, topic_configs=configs)])
            if response.topic_errors[0][1] == 0:
                return
            await asyncio.sleep(0.05)


async def recreate(options: LogOptions) -> None:
    async with admin_of(options) as admin:
        await admin.delete_topics([options.topic])
    await create(options)


async def produce(options: LogOptions, *values: bytes | None) -> None:
    producer = AIOKafkaProducer(**options.kafka.options())
    await producer.start()
    try:
        for value in values:
            await producer.send_and_wait(options.topic, value, key=b"", partition=0)
    finally:
        await producer.stop()


@asynccontextmanager
async def following(options: LogOptions) -> AsyncIterator[Following]:
    clock = SystemClock()
    view = CoherenceView(RecentRules(max_count=10_000), max_staleness_seconds=BOUND_SECONDS, clock=clock)
    seen: list[PlacedRule | Replacement] = []
    resets: list[int] = []
    view.on_record(seen.append)
    view.on_reset(lambda: resets.append(view.position))
    counted, readiness = Counting(), Readiness()
    log = KafkaLog(options, view, clock, counted)
    async with Tasks() as tasks:
        try:
            await log.open(tasks, readiness)
            yield Following(log, view, readiness, counted, seen, resets)
        finally:
            await log.aclose()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(DEADLINE_SECONDS):
        while not condition():  # noqa: ASYNC110 - no event covers every condition
            await asyncio.sleep(0.01)


def has_seen(follower: Following, expected: list[PlacedRule | Replacement]) -> bool:
    return follower.seen == expected


async def test_what_is_appended_is_followed_by_all_in_one_order(options: LogOptions) -> None:
    async with following(options) as one, following(options) as other:
        placed = [*await one.log.append([RULE, RULE]), *await other.log.append([RULE])]
        announced = await one.log.announce([ENTRY])
        expected: list[PlacedRule | Replacement] = [*placed, *announced]
        for follower in (one, other):
            await until(partial(has_seen, follower, expected))
            assert follower.view.position == announced[0].offset + 1 == await follower.log.end()
        assert [p.offset for p in placed] == sorted(p.offset for p in placed)
        assert announced[0].version == ENTRY.version


async def test_a_newcomer_replays_the_recent_past_before_it_is_trusted(options: LogOptions) -> None:
    async with following(options) as early:
        placed = await early.log.append([RULE] * 100)
    async with following(options) as late:
        assert late.seen == placed
        assert late.view.distrust is None
        assert late.view.recent.covers(placed[0].offset)
        assert late.counted.met[LogRecord.REPLAYED] > 100
        assert await late.log.read(placed[10].offset, placed[20].offset) == placed[10:20]
        assert await late.log.begin() <= placed[0].offset


async def test_what_is_older_than_the_memory_is_not_replayed_and_not_claimed(options: LogOptions) -> None:
    async with following(options) as early:
        old = await early.log.append([RULE])
    await until(lambda: time.time() * 1000 > old[0].timestamp_ms + 1100)
    async with following(replace(options, memory_seconds=1)) as late:
        assert late.seen == []
        assert not late.view.recent.covers(old[0].offset)
        assert late.view.recent.position_at(old[0].timestamp_ms) is None
        assert await late.log.read(old[0].offset, old[0].offset + 1) == old


async def test_the_view_grows_fresh_and_stays_so_only_while_the_end_is_asked(options: LogOptions) -> None:
    async with following(options) as follower:
        await until(lambda: follower.is_fresh)
        assert Condition.LOG not in follower.readiness.failing
    await until(lambda: not follower.is_fresh)


async def test_junk_is_passed_over(options: LogOptions) -> None:
    junk = [b"junk", None, b"{}", b"[]", b'{"kind": "invalidated", "namespace": "a b", "origin": "x"}']
    selectors = {"version": 1, "kind": "invalidated", "origin": "x", "tags": ["a"], "everything": True}
    async with following(options) as follower:
        await produce(options, *junk, json.dumps(selectors).encode())
        placed = await follower.log.append([RULE])
        await until(lambda: follower.seen == placed)
        assert follower.counted.met[LogRecord.JUNK] == len(junk) + 1
        assert follower.view.distrust is None
        await until(lambda: follower.is_fresh)


async def test_a_newer_version_makes_every_view_fail_safe_and_newcomers_too(options: LogOptions) -> None:
    newer = {"version": 2, "kind": "invalidated", "namespace": "shop", "wildcard": "product:*", "origin": "x"}
    async with following(options) as follower:
        await until(lambda: follower.is_fresh)
        await produce(options, json.dumps(newer).encode())
        await until(lambda: follower.view.distrust is Distrust.NEWER_VERSION)
        assert not follower.is_fresh
        placed = await follower.log.append([RULE])
        await until(lambda: follower.seen == placed)
        assert not follower.is_fresh
    async with following(options) as newcomer:
        assert newcomer.view.distrust is Distrust.NEWER_VERSION
        assert newcomer.seen == placed


async def test_fields_that_are_not_known_are_ignored(options: LogOptions) -> None:
    grown = {"version": 1, "kind": "invalidated", "namespace": "shop", "tags": ["x"], "origin": "x", "why": "later"}
    async with following(options) as follower:
        await produce(options, json.dumps(grown).encode())
        await until(lambda: len(follower.seen) == 1)
        record = follower.seen[0]
        assert isinstance(record, PlacedRule)
        assert record.rule == Rule("shop", tags=frozenset(["x"]))


@pytest.mark.parametrize("regrown", [0, 3, 20])
async def test_a_replaced_log_is_noticed_however_far_it_has_grown(options: LogOptions, regrown: int) -> None:
    async with following(options) as follower:
        old = await follower.log.append([RULE] * 10)
        await until(lambda: len(follower.seen) == 10)
        await until(lambda: follower.is_fresh)
        await recreate(options)
        async with following(options) as other:
            new = await other.log.append([RULE] * regrown) if regrown else []
            await until(lambda: len(follower.resets) > 1)
            await until(lambda: follower.view.position == other.view.position)
            assert follower.view.recent.rules() == new
            assert not follower.view.recent.covers(old[-1].offset)
            assert all(placed.offset > old[-1].offset for placed in new)
            mine = await follower.log.append([RULE])
            await until(lambda: other.seen[-1:] == mine)
            await until(lambda: follower.is_fresh)


async def test_appending_to_a_log_that_was_replaced_is_not_acknowledged_with_an_old_place(
    options: LogOptions,
) -> None:
    async with following(options) as follower:
        old = await follower.log.append([RULE] * 10)
        await until(lambda: len(follower.seen) == 10)
        await recreate(options)
        places: list[PlacedRule] = []
        while not places:
            try:
                places = await follower.log.append([RULE])
            except Exception as exc:  # noqa: BLE001 - whichever it is, it must be one that asks for another try
                assert getattr(exc, "retryable", False), repr(exc)  # noqa: PT017
                await asyncio.sleep(0.05)
        assert places[0].offset > old[-1].offset


async def test_records_of_a_new_log_that_name_the_old_one_do_not_bear_witness_for_it(options: LogOptions) -> None:
    """Others append to the new log before they notice, and a follower reads on at its place."""
    view = CoherenceView(RecentRules(max_count=100), max_staleness_seconds=BOUND_SECONDS, clock=SystemClock())
    ends = LogEnds(options.kafka, options.topic)
    writer = LogWriter(options.kafka, options.topic, has_broker_time=True)
    follower = LogFollower(options, ends, writer, view, NullWorkerObserver())
    identity = LogIdentity(ends, follower, has_broker_time=True)
    async with AsyncExitStack() as stack:
        for part in (ends, writer, follower):
            stack.push_async_callback(part.aclose)
            await part.open()
        record = encode_rule(RULE, follower.base, "other")
        assert await identity.is_known()
        await recreate(options)
        await produce(options, *[record] * 5)
        (follower.last,) = [taken async for taken in ends.read(4, 5)]
        assert not await identity.is_known()
        await follower.begin()
        assert await identity.is_known()
