"""Choosing how sure is sure enough: precision curves, thresholds with their confidence intervals, policy files."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workers.cache.policy.decision import Candidate, Decision
from workers.cache.policy.labelled_pairs import CalibrationError, LabelledPair, Labels
from workers.cache.policy.parameters import CurvePoint, FittedOn, Parameters
from workers.cache.policy.verified import VerifiedPolicy

__all__ = [
    "Calibration",
    "CalibrationError",
    "Circumstances",
    "LabelledPair",
    "Outcome",
    "Threshold",
    "calibrate",
    "choose_threshold",
    "curve_points",
    "outcome_of",
    "precision_curve",
    "wilson_interval",
]

Embed = Callable[[Sequence[str]], NDArray[np.float32]]
"""Texts to unit vectors, one row a text."""
_LEAST_SERVED = 30
"""A precision over fewer served questions says nothing."""
_QUESTIONS_AT_ONCE = 256
"""Whose similarities to all entries are held at once: with 100,000 entries, 100 MB."""


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
class Circumstances:
    """What a deployment's policy decides under, beside its parameters.

    Attributes:
        embed: gives the vectors of the model that the deployment uses.
        embedding_model: its fingerprint.
        min_similarity: the deployment's floor of cosine similarity.
        candidates: neighbours that the policy sees.
    """

    embed: Embed
    embedding_model: str
    min_similarity: float = 0.0
    candidates: int = 5


@dataclass(frozen=True, slots=True)
class Calibration:
    """The result of `calibrate`.

    Attributes:
        chosen: the threshold.
        curve: what it was chosen from.
        parameters: to be loaded.
        remarks: what whoever relies on them should know, a sentence each.
    """

    chosen: Threshold
    curve: tuple[Threshold, ...]
    parameters: Parameters
    remarks: tuple[str, ...] = ()


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
    curve = precision_curve(outcomes)
    enough = [point for point in curve if point.served >= _LEAST_SERVED]
    if not enough:
        most = max((point.served for point in curve), default=0)
        raise CalibrationError(
            f"Only {most:,} of {len(outcomes):,} questions find a candidate that passes floors and guards, and a "
            f"precision over fewer than {_LEAST_SERVED} says nothing. Give more pairs."
        )
    reaching = [point for point in enough if point.precision >= target_precision]
    if not reaching:
        best = max(enough, key=lambda point: point.precision)
        raise CalibrationError(
            f"No threshold reaches a precision of {target_precision:.3f} over {_LEAST_SERVED} served questions or more "
            f"(best: {best.precision:.3f}, at {best.threshold:.4f}). Give more pairs, or a lower target."
        )
    return max(reaching, key=lambda point: point.served)


def calibrate(
    pairs: Sequence[LabelledPair],
    target_precision: float,
    *,
    circumstances: Circumstances,
    parameters: Parameters,
    data_name: str,
) -> Calibration:
    """Choose a threshold on a deployment's own pairs; the weights stay as they are.

    All cached prompts together are the cache. Questions are put to it as they would be in production, so that the
    runner-up is the real one; a served entry is right if a chain of pairs marked the same leads to it.

    Args:
        pairs: labelled ones, some with `same` false or questions without any match.
        target_precision: 0…1.
        circumstances: the deployment's.
        parameters: to start from.
        data_name: for the policy file.

    Raises:
        CalibrationError: the target cannot be reached on these pairs.
    """
    if not pairs:
        raise CalibrationError("There are no pairs: give a JSONL file of question, cached and same.")
    if not any(pair.same for pair in pairs):
        raise CalibrationError("No pair is marked the same: there is nothing right to serve. Add pairs that are.")
    labels = Labels(pairs)
    outcomes = _outcomes(labels, circumstances, parameters)
    chosen = choose_threshold(outcomes, target_precision)
    curve = precision_curve(outcomes, points=40)
    fitted_on = FittedOn(data=data_name, pairs=len(labels.pairs), embedding_model=circumstances.embedding_model)
    update = {
        "threshold": chosen.threshold,
        "target_precision": target_precision,
        "fitted_on": fitted_on,
        "curve": tuple(curve_points(curve)),
    }
    remarks = tuple(_remarks(labels, outcomes, chosen, target_precision))
    return Calibration(chosen, curve, parameters.model_copy(update=update), remarks)


def curve_points(curve: Iterable[Threshold]) -> Iterable[CurvePoint]:
    """A curve as it stands in a policy file."""
    for point in curve:
        yield CurvePoint(
            threshold=round(point.threshold, 4),
            precision=round(point.precision, 4),
            recall=round(point.recall, 4),
        )


def _outcomes(labels: Labels, circumstances: Circumstances, parameters: Parameters) -> list[Outcome]:
    """Put every question to the cache; its own text is taken out, since an equal text is answered by key."""
    entries, questions = labels.entries, labels.questions
    policy = VerifiedPolicy(parameters)
    vectors = circumstances.embed(entries)
    outcomes: list[Outcome] = []
    for start in range(0, len(questions), _QUESTIONS_AT_ONCE):
        asked = questions[start : start + _QUESTIONS_AT_ONCE]
        for question, row in zip(asked, circumstances.embed(asked) @ vectors.T, strict=True):
            order = np.argsort(-row, kind="stable")
            nearest = [int(place) for place in order[: circumstances.candidates + 1] if entries[place] != question]
            nearest = nearest[: circumstances.candidates]
            candidates = [Candidate(entries[place], float(row[place])) for place in nearest]
            decision = policy.decide(question, candidates, min_similarity=circumstances.min_similarity, thorough=True)
            is_right = [labels.are_same(question, candidate.prompt) for candidate in candidates]
            outcomes.append(outcome_of(decision, is_right, has_match=labels.has_match(question)))
    return outcomes


def _remarks(labels: Labels, outcomes: Sequence[Outcome], chosen: Threshold, target: float) -> Iterator[str]:
    if all(outcome.has_match for outcome in outcomes):
        yield (
            "Every question has an answer among the cached prompts. In production many have none, and some of those "
            "will be served: expect a lower precision, or add questions without a match (same: false)."
        )
    if labels.contradictions:
        some = f"{labels.contradictions:,} pairs are" if labels.contradictions > 1 else "A pair is"
        yield f"{some} marked different although other pairs make them the same; counted as different."
    if chosen.interval[0] < target:
        yield (
            f"The interval begins at {chosen.interval[0]:.3f}, below the target of {target:.3f}: "
            "only more pairs can tell whether the target holds."
        )
