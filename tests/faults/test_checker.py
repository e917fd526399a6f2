"""The checker bites."""

from __future__ import annotations

import pytest

from tests.faults.history import Change, History, Read, Value, Write, judge


def a_read(version: int, *, sent: float, layer: str = "l1", needs: tuple[int, int] | None = None) -> Read:
    return Read(0, sent, sent + 0.01, layer, Value(0, version, 1), degraded=False, needs=needs)


def a_history(*reads: Read, losses: list[tuple[float, float]] | None = None) -> History:
    return History(1.0, changes=[Change(0, 2, 10.0)], reads=list(reads), losses=losses or [])


@pytest.mark.parametrize(
    ("read", "is_stale"),
    [
        (a_read(1, sent=10.9), False),
        (a_read(1, sent=11.1), True),
        (a_read(2, sent=11.1), False),
        (a_read(1, sent=10.1, layer="l2"), True),
        (a_read(1, sent=9.9, layer="l2"), False),
        (a_read(1, sent=10.1, needs=(0, 2)), True),
    ],
)
def test_stale_reads(read: Read, is_stale: bool) -> None:
    assert bool(judge(a_history(read), {}).stale) == is_stale


def test_while_a_loss_is_not_repaired_l2_has_the_bound_too() -> None:
    assert not judge(a_history(a_read(1, sent=10.5, layer="l2"), losses=[(10.0, 12.0)]), {}).stale
    assert judge(a_history(a_read(1, sent=11.5, layer="l2"), losses=[(10.0, 12.0)]), {}).stale


@pytest.mark.parametrize(
    ("found", "losses", "is_lost"),
    [
        (Value(0, 2, 5), [], False),
        (None, [], True),
        (Value(0, 1, 4), [], True),
        (None, [(11.0, 13.0)], False),
    ],
)
def test_lost_writes(found: Value | None, losses: list[tuple[float, float]], is_lost: bool) -> None:
    history = a_history(losses=losses)
    history.writes.append(Write(0, Value(0, 2, 5), 11.9, 12.0, "stored"))
    final = {0: Read(0, 20.0, 20.0, None if found is None else "l2", found, degraded=False)}
    assert bool(judge(history, final).lost) == is_lost


def test_a_write_that_a_later_change_concerns_may_be_gone() -> None:
    history = a_history()
    history.writes.append(Write(0, Value(0, 1, 5), 9.0, 9.5, "stored"))
    assert not judge(history, {0: Read(0, 20.0, 20.0, None, None, degraded=False)}).lost


def test_no_reply_breaks_the_promise() -> None:
    history = a_history()
    history.unanswered.append("lookup of 1")
    assert not judge(history, {}).is_kept
