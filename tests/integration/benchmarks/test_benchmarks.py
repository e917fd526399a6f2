"""Every part of the benchmarks still runs: tiny sizes, nothing timed."""

import math

import orjson
import pytest

from benchmarks.__main__ import PARTS
from benchmarks.figures import Report
from benchmarks.stage import Stage
from workers.stack import Stack

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
