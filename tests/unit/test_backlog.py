"""How many may wait, by number and by time."""

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
    assert backlog.room(1, now) == LIMIT - 1


def test_between_two_slow_batches_nothing_is_concluded() -> None:
    backlog = Backlog(LIMIT, longest_wait=2)
    backlog.begin(100)

    assert backlog.room(1, now=101.5) == LIMIT - 1


def test_what_left_long_ago_counts_no_more() -> None:
    backlog = Backlog(LIMIT, longest_wait=2)
    worked_off(backlog, 10_000, 98, 1)
    backlog.begin(100)
    worked_off(backlog, 100, 100, 1)

    assert backlog.room(0, now=101) == pytest.approx(200, rel=0.05)
