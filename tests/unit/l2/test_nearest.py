from __future__ import annotations

from workers.cache.clock import ManualClock
from workers.cache.l2.scope_sizes import LARGE_SECONDS, REMEMBERED_SCOPES, SMALL_SECONDS, ScopeSizes


def test_an_unmeasured_scope_is_left_to_the_engine() -> None:
    sizes = ScopeSizes(ManualClock())
    assert sizes.policy("s") == ""
    assert sizes.is_due("s")


def test_a_measured_scope_is_searched_as_suits_its_size_and_measured_again() -> None:
    clock = ManualClock()
    sizes = ScopeSizes(clock)
    sizes.note("large", is_large=True)
    sizes.note("small", is_large=False)
    assert (sizes.policy("large"), sizes.policy("small")) == ("BATCHES", "ADHOC_BF")
    assert not sizes.is_due("large")
    clock.advance(LARGE_SECONDS)
    assert sizes.is_due("large")
    assert not sizes.is_due("small")
    clock.advance(SMALL_SECONDS - LARGE_SECONDS)
    assert sizes.is_due("small")
    assert sizes.policy("large") == "BATCHES"
    sizes.note("large", is_large=False)
    assert sizes.policy("large") == "ADHOC_BF"


def test_no_more_scopes_are_remembered_than_the_bound() -> None:
    sizes = ScopeSizes(ManualClock())
    for number in range(REMEMBERED_SCOPES + 1):
        sizes.note(str(number), is_large=True)
    assert sizes.policy("0") == ""
    assert sizes.policy("1") == "BATCHES"
