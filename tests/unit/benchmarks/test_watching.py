"""What is read of processes."""

import os
import time

import numpy as np
import pytest

from benchmarks.processes import TICKS_PER_SECOND, cpu_seconds
from benchmarks.watching import spread


def test_the_cpu_time_of_a_process_is_what_it_says_of_itself() -> None:
    before = time.process_time()
    told = cpu_seconds(os.getpid())
    after = time.process_time()

    assert before - 2 / TICKS_PER_SECOND <= told <= after + 2 / TICKS_PER_SECOND


def test_spread_is_the_largest_distance_from_the_median_as_a_share_of_it() -> None:
    assert spread(np.array([90.0, 100.0, 100.0, 125.0])) == pytest.approx(0.25)
    assert spread(np.array([100.0, 100.0])) == 0
