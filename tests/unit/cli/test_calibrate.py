"""What a calibration shows."""

import io

from rich.console import Console, RenderableType

from workers.cache.policy.calibration import Calibration, Outcome, choose_threshold, precision_curve
from workers.cache.policy.parameters import load_parameters
from workers.cli.calibrate import curve_plot, curve_table

OUTCOMES = [Outcome(confidence=1 - rank / 1000, is_right=rank % 20 != 19, has_match=True) for rank in range(400)]
CHOSEN = choose_threshold(OUTCOMES, 0.95)
FOUND = Calibration(CHOSEN, precision_curve(OUTCOMES), load_parameters())


def shown(what: RenderableType) -> str:
    console = Console(width=80, file=io.StringIO(), record=True)
    console.print(what)
    return console.export_text()


def test_the_table_fits_80_columns_and_marks_the_chosen_threshold() -> None:
    lines = shown(curve_table(FOUND)).splitlines()
    assert max(map(len, lines)) <= 80
    (marked,) = (line for line in lines if "chosen" in line)
    assert f"{CHOSEN.threshold:.4f}" in marked
    assert f"{CHOSEN.interval[0]:.3f}–{CHOSEN.interval[1]:.3f}" in marked


def test_the_plot_fits_80_columns_and_draws_the_curve_with_the_chosen_point() -> None:
    lines = shown(curve_plot(FOUND, 0.95)).splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[0].strip() == "precision"
    assert lines[-1].split() == ["0.00", "1.00", "recall"]
    rows = [line for line in lines if "│" in line or "┤" in line]
    (marked,) = (number for number, row in enumerate(rows) if "●" in row)
    assert 0 < marked < len(rows), "below the top: 0.95 of 1"
    assert rows[marked].index("●") > 60, "the whole curve is served, so it is at the right"
    drawn = sum(any(0x2800 < ord(char) <= 0x28FF for char in row) for row in rows)
    assert drawn >= 2


def test_a_curve_of_one_point_is_drawn() -> None:
    sure = [Outcome(0.9, is_right=True, has_match=True)] * 40
    chosen = choose_threshold(sure, 0.95)
    assert "●" in shown(curve_plot(Calibration(chosen, precision_curve(sure), load_parameters()), 0.95))
