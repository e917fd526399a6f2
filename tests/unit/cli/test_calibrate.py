"""What a calibration shows."""

import io

from rich.console import Console

from workers.cache.policy.calibration import Calibration, Outcome, choose_threshold, precision_curve
from workers.cache.policy.parameters import load_parameters
from workers.cli.calibrate import curve_table

OUTCOMES = [Outcome(confidence=1 - rank / 1000, is_right=rank % 20 != 19, has_match=True) for rank in range(400)]


def test_the_curve_fits_80_columns_and_holds_the_chosen_threshold() -> None:
    chosen = choose_threshold(OUTCOMES, 0.95)
    console = Console(width=80, file=io.StringIO(), record=True)
    console.print(curve_table(Calibration(chosen, precision_curve(OUTCOMES), load_parameters())))
    text = console.export_text()
    assert max(map(len, text.splitlines())) <= 80
    assert f"{chosen.threshold:.4f}" in text
    assert text.splitlines()[-1].endswith("┘")
