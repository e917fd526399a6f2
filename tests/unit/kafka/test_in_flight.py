"""What is in flight, and what may be committed: held to a simple model."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from aiokafka import ConsumerRecord, TopicPartition
from hypothesis import given, settings
from hypothesis import strategies as st

from workers.kafka.in_flight import InFlight, Span

PARTITIONS = [TopicPartition("t", number) for number in range(3)]


def record(partition: TopicPartition, offset: int) -> ConsumerRecord:
    return ConsumerRecord(*partition, offset, 0, 0, None, b"", None, -1, -1, ())


def batch(partition: TopicPartition, first: int, count: int) -> dict[TopicPartition, list[ConsumerRecord]]:
    return {partition: [record(partition, offset) for offset in range(first, first + count)]}


def in_flight(limit: int = 1000) -> InFlight:
    return InFlight(limit, lambda _: None)


def finish(span: Span) -> None:
    while span.pending:
        span.done()


def test_nothing_is_committable_before_the_first_records_are_done() -> None:
    tracker = in_flight()
    (span,) = tracker.begin(batch(PARTITIONS[0], 10, 3))
    span.done()
    span.done()
    assert tracker.committable() == {}
    span.done()
    assert tracker.committable() == {PARTITIONS[0]: 13}


def test_a_batch_done_early_waits_for_those_before_it() -> None:
    tracker = in_flight()
    (early,) = tracker.begin(batch(PARTITIONS[0], 0, 2))
    (late,) = tracker.begin(batch(PARTITIONS[0], 2, 2))
    finish(late)
    assert tracker.committable() == {}
    finish(early)
    assert tracker.committable() == {PARTITIONS[0]: 4}
    tracker.committed(tracker.committable())
    assert tracker.committable() == {}


def test_what_another_worker_has_is_not_committed_any_more() -> None:
    tracker = in_flight()
    (span,) = tracker.begin(batch(PARTITIONS[0], 0, 2))
    tracker.forget([PARTITIONS[0]])
    finish(span)
    assert tracker.committable() == {}
    assert tracker.count == 0


def test_a_partition_that_comes_back_starts_anew() -> None:
    tracker = in_flight()
    (old,) = tracker.begin(batch(PARTITIONS[0], 0, 2))
    tracker.forget([PARTITIONS[0]])
    (new,) = tracker.begin(batch(PARTITIONS[0], 50, 1))
    finish(old)
    assert tracker.committable() == {}
    finish(new)
    assert tracker.committable() == {PARTITIONS[0]: 51}


async def test_it_is_full_at_the_limit_and_has_room_again_at_half() -> None:
    tracker = in_flight(limit=4)
    (span,) = tracker.begin(batch(PARTITIONS[0], 0, 4))
    assert tracker.is_full
    span.done()
    assert tracker.is_full
    span.done()
    assert not tracker.is_full
    await asyncio.wait_for(tracker.room(), 1)


async def test_drained_waits_for_the_partitions_it_is_asked_about() -> None:
    tracker = in_flight()
    (one,) = tracker.begin(batch(PARTITIONS[0], 0, 1))
    (two,) = tracker.begin(batch(PARTITIONS[1], 0, 1))
    first = asyncio.create_task(tracker.drained([PARTITIONS[0]]))
    everything = asyncio.create_task(tracker.drained())
    await asyncio.sleep(0)
    one.done()
    await asyncio.wait_for(first, 1)
    assert not everything.done()
    two.done()
    await asyncio.wait_for(everything, 1)


@dataclass
class Model:
    """Every record on its own."""

    done: dict[TopicPartition, dict[int, bool]] = field(default_factory=dict)

    def watermark(self, partition: TopicPartition) -> int | None:
        """After the last record of which all before it are done."""
        mark = None
        for offset, is_done in sorted(self.done.get(partition, {}).items()):
            if not is_done:
                break
            mark = offset + 1
        return mark


steps = st.lists(
    st.one_of(
        st.tuples(st.just("begin"), st.integers(0, 2), st.integers(1, 4)),
        st.tuples(st.just("done"), st.integers(0, 2), st.integers(0, 30)),
        st.tuples(st.just("forget"), st.integers(0, 2), st.just(0)),
        st.tuples(st.just("commit"), st.just(0), st.just(0)),
    ),
    max_size=60,
)


@settings(max_examples=300)
@given(steps)
def test_never_more_is_committed_than_is_done_and_at_the_end_all_of_it(steps: list[tuple[str, int, int]]) -> None:
    tracker, model = in_flight(), Model()
    open_spans: dict[TopicPartition, list[tuple[Span, list[int]]]] = {p: [] for p in PARTITIONS}
    following = dict.fromkeys(PARTITIONS, 0)
    for step, number, amount in steps:
        partition = PARTITIONS[number]
        if step == "begin":
            offsets = list(range(following[partition], following[partition] + amount))
            following[partition] += amount
            (span,) = tracker.begin(batch(partition, offsets[0], amount))
            open_spans[partition].append((span, offsets))
            model.done.setdefault(partition, {}).update(dict.fromkeys(offsets, False))
        elif step == "done" and open_spans[partition]:
            index = amount % len(open_spans[partition])
            span, offsets = open_spans[partition][index]
            span.done()
            model.done.get(partition, {})[offsets.pop(0)] = True
            if not offsets:
                del open_spans[partition][index]
        elif step == "forget":
            tracker.forget([partition])
            model.done.pop(partition, None)
            open_spans[partition].clear()
        elif step == "commit":
            tracker.committed(tracker.committable())
        for each, mark in tracker.committable().items():
            true_mark = model.watermark(each)
            assert true_mark is not None
            assert mark <= true_mark
    for partition, spans in open_spans.items():
        for span, offsets in spans:
            finish(span)
            model.done[partition].update(dict.fromkeys(offsets, True))
    committed = {p: lane.watermark for p, lane in tracker._lanes.items() if lane.watermark is not None}
    expected = {partition: model.watermark(partition) for partition in model.done}
    assert committed == {partition: mark for partition, mark in expected.items() if mark is not None}
