"""Choosing how sure is sure enough: precision curves, thresholds with their confidence intervals, policy files."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from workers.cache.policy.decision import Candidate, Decision
from workers.cache.policy.parameters import CurvePoint, FittedOn, Parameters
from workers.cache.policy.verified import VerifiedPolicy

Embed = Callable[[Sequence[str]], NDArray[np.float32]]
"""Texts to unit vectors, one row a text."""
_NEAREST = 5
_LEAST_SERVED = 30
"""A precision over fewer served questions says nothing."""


class CalibrationError(ValueError):
    """The pairs do not allow a threshold to be chosen; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class LabelledPair:
    """A question, a cached prompt, and whether the answer of the one answers the other."""

    question: str
    cached: str
    same: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What serving the most confident candidate of a question would have been.

    Attributes:
        confidence: of that candidate, 0 where none passed the guards.
        is_right: whether its answer was the right one.
        has_match: whether any entry of the cache would have been right.
    """

    confidence: float
    is_right: bool
    has_match: bool


@dataclass(frozen=True, slots=True)
class Threshold:
    """A threshold and what it gave on the outcomes that it was chosen on.

    Attributes:
        threshold: least confidence that is served.
        precision: right ones among the served.
        interval: of that precision, 95 %, by Wilson.
        recall: right ones served, among the questions that have a match.
        served: how many questions.
    """

    threshold: float
    precision: float
    interval: tuple[float, float]
    recall: float
    served: int


@dataclass(frozen=True, slots=True)
class Calibration:
    """The result of `calibrate`: what was chosen, the curve it was chosen from, and the parameters to load."""

    chosen: Threshold
    curve: tuple[Threshold, ...]
    parameters: Parameters


def wilson_interval(right: int, total: int, z: float = 1.96) -> tuple[float, float]:
    """Confidence interval of a share, after E. B. Wilson, 1927; sound near 1, where the normal one is not."""
    if total == 0:
        return 0.0, 1.0
    share, square = right / total, z * z
    centre = share + square / (2 * total)
    half = z * math.sqrt(share * (1 - share) / total + square / (4 * total * total))
    return max(0.0, (centre - half) / (1 + square / total)), min(1.0, (centre + half) / (1 + square / total))


def outcome_of(decision: Decision, is_right: Sequence[bool], *, has_match: bool) -> Outcome:
    """The outcome of a decision, with or without its threshold.

    Args:
        decision: over the candidates.
        is_right: for each candidate, whether its answer is right.
        has_match: whether the cache holds a right entry, retrieved or not.
    """
    confidences = [judgement.confidence for judgement in decision.judgements]
    if not confidences or max(confidences) <= 0:
        return Outcome(0.0, False, has_match)
    best = confidences.index(max(confidences))
    return Outcome(confidences[best], is_right[best], has_match)


def precision_curve(outcomes: Sequence[Outcome], points: int | None = None) -> tuple[Threshold, ...]:
    """Precision and recall for every threshold that can be told apart, most confident first, thinned to `points`."""
    ordered = sorted((one for one in outcomes if one.confidence > 0), key=lambda one: -one.confidence)
    matches = sum(one.has_match for one in outcomes)
    curve: list[Threshold] = []
    right = 0
    for served, one in enumerate(ordered, start=1):
        right += one.is_right
        if served < len(ordered) and ordered[served].confidence == one.confidence:
            continue
        recall = right / matches if matches else 0.0
        curve.append(Threshold(one.confidence, right / served, wilson_interval(right, served), recall, served))
    if points is None or len(curve) <= points:
        return tuple(curve)
    places = sorted({round(place * (len(curve) - 1) / (points - 1)) for place in range(points)})
    return tuple(curve[place] for place in places)


def choose_threshold(outcomes: Sequence[Outcome], target_precision: float) -> Threshold:
    """The lowest threshold whose precision reaches the target.

    Raises:
        CalibrationError: no threshold that serves at least 30 questions does.
    """
    enough = [point for point in precision_curve(outcomes) if point.served >= _LEAST_SERVED]
    reaching = [point for point in enough if point.precision >= target_precision]
    if not reaching:
        best = max((point.precision for point in enough), default=0.0)
        raise CalibrationError(
            f"No threshold reaches a precision of {target_precision:.3f} over {_LEAST_SERVED} served questions "
            f"(best: {best:.3f}). Give more pairs, or a lower target."
        )
    return max(reaching, key=lambda point: point.served)


def calibrate(
    pairs: Sequence[LabelledPair],
    target_precision: float,
    *,
    embed: Embed,
    embedding_model: str,
    parameters: Parameters,
    data_name: str,
) -> Calibration:
    """Choose a threshold on a deployment's own pairs; the weights stay as they are.

    All cached prompts together are the cache. Questions are put to it as they would be in production, so that the
    runner-up is the real one; a served entry is right if a chain of pairs marked the same leads to it.

    Args:
        pairs: labelled ones, some with `same` false or questions without any match.
        target_precision: 0…1.
        embed: gives the vectors of the model that the deployment uses.
        embedding_model: its fingerprint.
        parameters: to start from.
        data_name: for the policy file.

    Raises:
        CalibrationError: the target cannot be reached on these pairs.
    """
    if not pairs:
        raise CalibrationError("There are no pairs: give a JSONL file of question, cached and same.")
    outcomes = _outcomes(pairs, embed, parameters)
    chosen = choose_threshold(outcomes, target_precision)
    curve = precision_curve(outcomes, points=40)
    fitted_on = FittedOn(data=data_name, pairs=len(pairs), embedding_model=embedding_model)
    update = {
        "threshold": chosen.threshold,
        "target_precision": target_precision,
        "fitted_on": fitted_on,
        "curve": tuple(curve_points(curve)),
    }
    return Calibration(chosen, curve, parameters.model_copy(update=update))


def curve_points(curve: Iterable[Threshold]) -> Iterable[CurvePoint]:
    """A curve as it stands in a policy file."""
    for point in curve:
        yield CurvePoint(
            threshold=round(point.threshold, 4),
            precision=round(point.precision, 4),
            recall=round(point.recall, 4),
        )


def read_pairs(path: Path) -> list[LabelledPair]:
    """Read pairs from JSONL: `{"question": str, "cached": str, "same": bool}` a line.

    Raises:
        CalibrationError: a line is something else; the message names it.
    """
    pairs: list[LabelledPair] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            pair = LabelledPair(row["question"], row["cached"], row["same"])
        except (json.JSONDecodeError, KeyError, TypeError) as error:
            raise CalibrationError(
                f'{path}, line {number}: expected {{"question": …, "cached": …, "same": true or false}}.'
            ) from error
        pairs.append(pair)
    return pairs


def _outcomes(pairs: Sequence[LabelledPair], embed: Embed, parameters: Parameters) -> list[Outcome]:
    group = _groups(pairs)
    entries = sorted({pair.cached for pair in pairs})
    questions = sorted({pair.question for pair in pairs})
    policy = VerifiedPolicy(parameters)
    cosines = embed(questions) @ embed(entries).T
    held = {group[entry] for entry in entries}
    outcomes: list[Outcome] = []
    for question, row in zip(questions, cosines, strict=True):
        nearest = [int(place) for place in np.argsort(-row, kind="stable")[:_NEAREST]]
        candidates = [Candidate(entries[place], float(row[place])) for place in nearest]
        is_right = [group[entries[place]] == group[question] for place in nearest]
        decision = policy.decide(question, candidates)
        outcomes.append(outcome_of(decision, is_right, has_match=group[question] in held))
    return outcomes


def _groups(pairs: Sequence[LabelledPair]) -> dict[str, str]:
    """Every text to one text that stands for all that are the same as it."""
    parent = {text: text for pair in pairs for text in (pair.question, pair.cached)}

    def root(text: str) -> str:
        while parent[text] != text:
            parent[text] = parent[parent[text]]
            text = parent[text]
        return text

    for pair in pairs:
        if pair.same:
            parent[root(pair.question)] = root(pair.cached)
    return {text: root(text) for text in parent}
