"""Every part of the benchmarks still runs: tiny sizes, nothing timed."""

import math

import orjson
import pytest

from benchmarks.__main__ import PARTS
from benchmarks.figures import Report
from benchmarks.stage import Stage
from workers.stack import Stack

SAID = {
    "throughput": ["L1 hits: 100% hit l1 exact", "stores: 100% stored", "misses: 100% miss"],
    "workers": ["one worker, L1 hits: 100.0% hit l1 exact", "two workers, L1 hits: 100.0% hit l1 exact"],
    "mix": ["100% known to L1: 100.0% hit l1 exact"],
}
"""Sentences of the reports that are so at any size."""

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.usefixtures("model_files")
@pytest.mark.parametrize("part", PARTS)
async def test_a_part_yields_its_figures(part: str, stack: Stack) -> None:
    report = Report(part)

    await PARTS[part](Stage(stack, is_quick=True), 1, report)

    assert report.figures
    for figure in report.figures:
        assert figure.values, figure.name
        assert all(math.isfinite(value) and value >= 0 for value in figure.values), figure.name
        assert figure.ratios or not figure.against, f"{figure.name} is compared with nothing"
    assert orjson.loads(report.json_line())["part"] == part
    for plot in report.plots:
        assert all(points for points in plot.series.values()), plot.name
    assert set(SAID.get(part, ())) <= set(report.notes)
    for figure in report.figures:
        assert figure.name != "unanswered" or figure.values == [0]
