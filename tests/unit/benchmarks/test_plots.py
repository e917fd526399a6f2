"""Drawing, and doing without."""

import sys
from pathlib import Path

import pytest

from benchmarks.plots import Plot, draw

PLOT = Plot("curve", "A curve", "requests per second", "ms", {"one": [(2, 3), (1, 2)], "two": [(1, 5)]}, is_x_log=True)
PNG = b"\x89PNG"


def test_a_plot_becomes_a_picture_of_its_name(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="the dependency group `bench` is not installed")

    told = draw([PLOT], tmp_path / "plots")

    picture = tmp_path / "plots" / "curve.png"
    assert picture.read_bytes().startswith(PNG)
    assert told == [f"drawn: {picture}"]


def test_without_matplotlib_a_sentence_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)

    told = draw([PLOT], tmp_path / "plots")

    assert len(told) == 1
    assert "matplotlib is not there" in told[0]
    assert not (tmp_path / "plots").exists()


def test_nothing_to_draw_is_nothing_to_say(tmp_path: Path) -> None:
    assert draw([], tmp_path / "plots") == []
