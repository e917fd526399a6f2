from __future__ import annotations

from workers.cache.clock import ManualClock
from workers.cache.l2.breaker import Breaker, BreakerState


def make(failures: int = 3) -> tuple[Breaker, ManualClock]:
    clock = ManualClock()
    return Breaker(failures=failures, probe_seconds=0.5, clock=clock), clock


def test_it_opens_after_failures_in_a_row_and_says_so_once() -> None:
    breaker, _ = make()
    assert [breaker.failed() for _ in range(5)] == [False, False, True, False, False]
    assert breaker.state is BreakerState.OPEN


def test_a_success_between_starts_the_count_anew() -> None:
    breaker, _ = make()
    assert not breaker.failed()
    assert not breaker.failed()
    assert not breaker.succeeded()
    assert not breaker.failed()
    assert not breaker.failed()
    assert breaker.admit()
    assert breaker.failed()


def test_open_it_lets_one_call_through_each_interval() -> None:
    breaker, clock = make(failures=1)
    breaker.failed()
    assert not breaker.admit()
    clock.advance(0.49)
    assert not breaker.admit()
    clock.advance(0.01)
    assert [breaker.admit(), breaker.admit()] == [True, False]
    breaker.failed()
    assert not breaker.admit()
    clock.advance(0.5)
    assert breaker.admit()


def test_a_probe_that_never_returns_does_not_keep_it_open() -> None:
    breaker, clock = make(failures=1)
    breaker.failed()
    clock.advance(0.5)
    assert breaker.admit()
    clock.advance(0.5)
    assert breaker.admit()


def test_a_success_closes_it_and_says_so_once() -> None:
    breaker, clock = make(failures=1)
    breaker.failed()
    clock.advance(0.5)
    assert breaker.admit()
    assert [breaker.succeeded(), breaker.succeeded()] == [True, False]
    assert [breaker.admit(), breaker.admit()] == [True, True]
    assert breaker.state is BreakerState.CLOSED
