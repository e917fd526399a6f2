"""Choosing a threshold: what is counted, what is refused, what is remarked."""

import math
from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
import pytest
from numpy.typing import NDArray

from workers.cache.policy.calibration import (
    Calibration,
    CalibrationError,
    Circumstances,
    LabelledPair,
    Outcome,
    calibrate,
    choose_threshold,
    precision_curve,
    wilson_interval,
)
from workers.cache.policy.parameters import load_parameters

PARTS = ("battery", "screen", "keyboard", "charger", "lid", "fan", "camera", "speaker")
PLACES = ("Rome", "Oslo", "Lima", "Cairo", "Quito", "Seoul", "Perth", "Turin")


def words(texts: Sequence[str]) -> NDArray[np.float32]:
    """Texts of the same words stand near each other, whatever their order."""
    rows = np.zeros((len(texts), 256), np.float32)
    for row, text in zip(rows, texts, strict=True):
        for word in text.lower().rstrip("?").split():
            row[blake2b(word.encode(), digest_size=1).digest()[0]] += 1
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return rows


def pairs_of(*, lost: int = 0) -> list[LabelledPair]:
    """64 questions that have a match, and as many without one as are `lost`."""
    found = [
        LabelledPair(f"How can I replace the {part} in {place}?", f"How do I replace the {part} in {place}?", True)
        for part in PARTS
        for place in PLACES
    ]
    return found + [
        LabelledPair(f"Why is number {number} blue?", found[number].cached, False) for number in range(lost)
    ]


def run(pairs: Sequence[LabelledPair], target: float = 0.9, floor: float = 0.0) -> Calibration:
    circumstances = Circumstances(words, "f" * 16, min_similarity=floor)
    return calibrate(pairs, target, circumstances=circumstances, parameters=load_parameters(), data_name="pairs")


def test_the_parameters_hold_the_threshold_and_say_what_it_was_chosen_on() -> None:
    found = run(pairs_of(lost=20))
    assert found.parameters.threshold == found.chosen.threshold
    assert found.parameters.target_precision == 0.9
    assert (found.parameters.fitted_on.data, found.parameters.fitted_on.pairs) == ("pairs", 84)
    assert found.parameters.weights == load_parameters().weights
    assert found.chosen.precision >= 0.9
    assert found.chosen.interval[0] < found.chosen.precision <= found.chosen.interval[1]


def test_a_question_that_is_itself_cached_is_not_answered_with_itself() -> None:
    """By key it is a hit whatever the policy says: counted, it would promise a precision that nobody gets."""
    with_itself = [*pairs_of(), *(LabelledPair(p.cached, p.cached, True) for p in pairs_of())]
    assert run(with_itself).chosen.served == run(pairs_of()).chosen.served


def test_the_deployments_floor_counts() -> None:
    with pytest.raises(CalibrationError, match=r"Only 0 of 64 questions find a candidate"):
        run(pairs_of(), floor=0.999)


def test_too_few_pairs_are_said_to_be_too_few() -> None:
    with pytest.raises(CalibrationError, match=r"Only \d of 5 questions .* fewer than 30 says nothing. Give more"):
        run(pairs_of()[:5])
    with pytest.raises(CalibrationError, match="There are no pairs"):
        run([])


def test_pairs_that_are_all_different_cannot_be_calibrated_on() -> None:
    different = [LabelledPair(p.question, p.cached, False) for p in pairs_of()]
    with pytest.raises(CalibrationError, match="No pair is marked the same"):
        run(different)


def test_pairs_that_are_all_the_same_are_remarked_upon() -> None:
    assert "Every question has an answer" in run(pairs_of()).remarks[0]
    assert not any("Every question" in remark for remark in run(pairs_of(lost=3)).remarks)


def test_contradictions_are_remarked_upon() -> None:
    pairs = pairs_of(lost=3)
    both = [*pairs, LabelledPair(pairs[0].question, pairs[0].cached, False)]
    assert any(remark.startswith("A pair is marked different although") for remark in run(both).remarks)


def outcomes(right: int, wrong: int) -> list[Outcome]:
    """All right ones are surer than the wrong ones."""
    sure = [Outcome(1 - n / 10_000, is_right=True, has_match=True) for n in range(right)]
    return sure + [Outcome(0.5 - n / 10_000, is_right=False, has_match=False) for n in range(wrong)]


def test_the_lowest_threshold_that_reaches_the_target_is_chosen() -> None:
    chosen = choose_threshold(outcomes(98, 100), 0.98)
    assert (chosen.served, chosen.precision, chosen.recall) == (100, 0.98, 1.0)
    assert chosen.threshold == 0.5 - 1 / 10_000


def test_a_target_out_of_reach_is_said_with_what_is_in_reach() -> None:
    low = [Outcome(o.confidence, is_right=n % 10 != 0, has_match=True) for n, o in enumerate(outcomes(60, 0))]
    with pytest.raises(CalibrationError, match=r"No threshold reaches a precision of 0\.990 .*\(best: 0\.90\d, at 0\."):
        choose_threshold(low, 0.99)


def test_equal_confidences_are_served_together() -> None:
    curve = precision_curve([Outcome(0.9, is_right=n < 3, has_match=True) for n in range(4)])
    assert [(point.served, point.precision) for point in curve] == [(4, 0.75)]


@pytest.mark.parametrize(
    ("right", "total", "low", "high"), [(0, 0, 0, 1), (95, 100, 0.8882, 0.9785), (10, 10, 0.7225, 1)]
)
def test_the_interval_is_wilsons(right: int, total: int, low: float, high: float) -> None:
    assert wilson_interval(right, total) == pytest.approx((low, high), abs=1e-4)
    assert not any(map(math.isnan, wilson_interval(right, total)))
