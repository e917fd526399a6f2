"""What is worked out from an open loop's samples."""

from dataclasses import astuple

import numpy as np
import pytest

from benchmarks.figures import Report
from benchmarks.open_loop import Percentiles, Seen, all_answered, median_of, note_lateness, shares, steady
from benchmarks.overload import DEGRADED, recovery


def seen(due: list[float], milliseconds: list[float], said: list[str] | None = None, late: float = 0.0) -> Seen:
    words = said or ["hit l1 exact"] * len(due)
    kinds = ["slow"] * len(due)
    arrays = np.array(due), np.array(milliseconds), np.full(len(due), late)
    return Seen(0.0, *arrays, np.array(words), np.array(kinds))


def every_tenth(seconds: float) -> list[float]:
    return [i / 10 for i in range(int(seconds * 10))]


def test_a_steady_rate_is_due_at_even_times_from_its_start() -> None:
    timed = steady([{"prompt": "a"}, {"prompt": "b"}, {"prompt": "c"}], 4, start=2, kind="fast")

    assert [(each.due, each.body["prompt"], each.kind) for each in timed] == [
        (2, "a", "fast"),
        (2.25, "b", "fast"),
        (2.5, "c", "fast"),
    ]


def test_percentiles_are_those_of_all_samples() -> None:
    found = Percentiles.of(np.arange(1001, dtype=float))

    assert astuple(found) == pytest.approx((500, 950, 990, 999, 1000))


def test_the_median_of_rounds_is_taken_of_each_percentile() -> None:
    rounds = [Percentiles(1, 2, 3, 4, 50), Percentiles(2, 3, 4, 5, 6), Percentiles(3, 1, 9, 9, 9)]

    assert median_of(rounds) == Percentiles(2, 2, 4, 5, 9)


def test_samples_are_told_apart_by_time_and_by_answer() -> None:
    all_of_them = seen([0, 1, 2, 3], [10, 20, 30, 40], ["miss", "hit", "miss", "hit"])

    assert all_of_them.between(1, 3).milliseconds.tolist() == [20, 30]
    assert all_of_them.saying("hit").milliseconds.tolist() == [20, 40]
    assert shares(all_of_them.statuses, without="hit") == "50.0% miss"


def test_a_request_without_a_reply_is_counted_and_refused() -> None:
    lost = seen([0, 1], [5, float("nan")], ["hit", ""])

    assert lost.unanswered == 1
    with pytest.raises(RuntimeError, match="1 of 2 requests have no reply"):
        all_answered(lost)


@pytest.mark.parametrize(("late", "notes"), [(0.9, 0), (1.1, 1)])
def test_a_late_sender_is_told_of(late: float, notes: int) -> None:
    report = Report("latency")

    note_lateness(report, "echo", seen([0, 1], [5, 5], late=late))

    assert len(report.notes) == notes


def test_recovery_ends_with_the_last_window_that_is_not_normal() -> None:
    due = every_tenth(10)
    slow_until_six_and_a_half = [50.0 if at < 6.5 else 10.0 for at in due]

    assert recovery(seen(due, slow_until_six_and_a_half), load_ends=5, calm_p99=20) == pytest.approx(1.5)


def test_recovery_is_not_over_while_lookups_are_turned_away_however_fast() -> None:
    due = every_tenth(10)
    said = [DEGRADED if at == 7.1 else "miss" for at in due]

    assert recovery(seen(due, [1.0] * len(due), said), load_ends=5, calm_p99=20) == pytest.approx(2.25)


def test_recovery_takes_no_time_where_nothing_was_slow() -> None:
    due = every_tenth(8)

    assert recovery(seen(due, [12.0] * len(due)), load_ends=5, calm_p99=20) == 0


def test_recovery_is_never_over_for_what_is_never_answered() -> None:
    due = every_tenth(6)

    assert recovery(seen(due, [float("nan")] * len(due)), load_ends=5, calm_p99=20) == pytest.approx(1)
