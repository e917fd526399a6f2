"""How many may wait, by number and by time."""

from collections import deque

import pytest

from workers.backlog import Backlog

LIMIT = 1000


def worked_off(backlog: Backlog, rate: int, start: float, seconds: float) -> float:
    """So many leave a second; returns when."""
    for i in range(int(rate * seconds)):
        backlog.leave(start + i / rate)
    return start + seconds


def test_an_idle_worker_takes_a_burst_up_to_the_limit() -> None:
    assert Backlog(LIMIT, longest_wait=2).room(0, now=50) == LIMIT


def test_the_number_bounds_whatever_the_speed() -> None:
    backlog = Backlog(LIMIT, longest_wait=2)
    backlog.begin(100)

    assert backlog.room(LIMIT - 1, now=100.1) == 1
    assert backlog.room(LIMIT + 5, now=100.1) == 0


@pytest.mark.parametrize(("rate", "may_wait"), [(100, 200), (300, 600), (5000, LIMIT)])
def test_in_a_backlog_as_many_may_wait_as_leave_in_the_longest_wait(rate: int, may_wait: int) -> None:
    backlog = Backlog(LIMIT, longest_wait=2)
    backlog.begin(100)
    now = worked_off(backlog, rate, 100, 1)

    room = backlog.room(0, now)
    assert room == pytest.approx(may_wait, rel=0.05)
    assert backlog.room(150, now) == room - 150
    assert backlog.room(LIMIT, now) == 0


def test_those_who_leave_at_once_say_nothing_of_the_speed() -> None:
    backlog = Backlog(LIMIT, longest_wait=2)
    for i in range(20):
        group = backlog.begin(100 + i / 10)
        backlog.leave(100 + i / 10)
        backlog.end(group)
    backlog.begin(102)

    assert backlog.room(1, now=102.1) == LIMIT - 1


def test_nobody_joins_while_the_oldest_has_waited_for_too_long() -> None:
    backlog = Backlog(LIMIT, longest_wait=2)
    old = backlog.begin(100)
    backlog.begin(101.9)
    now = worked_off(backlog, 5000, 100, 2.1)

    assert backlog.room(1, now) == 0
    backlog.end(old)
    assert backlog.room(1, now) > 0


def test_between_two_slow_batches_nothing_is_concluded() -> None:
    backlog = Backlog(LIMIT, longest_wait=2)
    backlog.begin(100)

    assert backlog.room(1, now=101.5) == LIMIT - 1


def test_what_the_last_backlog_allows_is_held_then_doubles_then_is_forgotten() -> None:
    backlog = Backlog(LIMIT, longest_wait=2)
    group = backlog.begin(100)
    now = worked_off(backlog, 100, 100, 1)
    assert backlog.room(0, now) < LIMIT / 2
    backlog.end(group)

    assert backlog.room(0, now + 1) == pytest.approx(200, rel=0.05)
    assert backlog.room(0, now + 1.5) == pytest.approx(400, rel=0.05)
    assert backlog.room(0, now + 2) == pytest.approx(800, rel=0.05)
    assert backlog.room(0, now + 1000) == LIMIT


def test_what_left_long_ago_counts_no_more() -> None:
    backlog = Backlog(LIMIT, longest_wait=2)
    worked_off(backlog, 10_000, 98, 1)
    backlog.begin(100)
    worked_off(backlog, 100, 100, 1)

    assert backlog.room(0, now=101) == pytest.approx(200, rel=0.05)


def flood(offered: int, capacities: list[int], longest_wait: float) -> tuple[list[float], int]:
    """A queue, first come, first served: the waits of all who were let in, and how many were served.

    The capacity, in lookups a second, changes every ten seconds; arrivals and departures come every 20 ms.
    """
    step, start = 0.02, 100.0
    backlog = Backlog(2000, longest_wait)
    queue: deque[tuple[float, object]] = deque()
    waits: list[float] = []
    for tick in range(int(10 * len(capacities) / step)):
        now = start + tick * step
        for _ in range(int(capacities[int(tick * step / 10)] * step)):
            if queue:
                began, group = queue.popleft()
                waits.append(now - began)
                backlog.leave(now)
                backlog.end(group)
        for _ in range(min(int(offered * step), backlog.room(len(queue), now))):
            queue.append((now, backlog.begin(now)))
    return waits, len(waits)


@pytest.mark.parametrize("capacity", [100, 300, 700])
def test_a_flood_waits_for_as_long_as_is_allowed_once_the_speed_is_known_and_nobody_idles(capacity: int) -> None:
    waits, served = flood(offered=1500, capacities=[capacity] * 3, longest_wait=2)

    let_in_unknowing = 1500 * 0.5
    assert max(waits) <= max(let_in_unknowing / capacity + 0.2, 2.2)
    assert max(waits[len(waits) // 2 :]) <= 2.2
    assert served >= 0.95 * capacity * 30


def test_when_the_worker_slows_down_fewer_may_wait() -> None:
    waits, served = flood(offered=1500, capacities=[800, 200, 200], longest_wait=2)

    assert max(waits[-1000:]) <= 2.2
    assert served >= 0.95 * (8000 + 2000 + 2000)
