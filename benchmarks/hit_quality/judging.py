"""What a policy is worth on a trial: precision and recall at its own threshold, and at every other one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.hit_quality.retrieval import Retrieved
from workers.cache.policy import HitPolicy
from workers.cache.policy.calibration import CalibrationError, Outcome, choose_threshold, outcome_of


@dataclass(frozen=True, slots=True)
class Quality:
    """What was served, at a policy's own threshold.

    Attributes:
        served: questions that were given an entry.
        right: of them, with an entry that has the question's label.
        matches: questions that have a right entry in the cache.
    """

    served: int
    right: int
    matches: int

    @property
    def precision(self) -> float:
        """Right among served; 1 where nothing was."""
        return self.right / self.served if self.served else 1.0

    @property
    def recall(self) -> float:
        """Right ones served, among the questions that have a match."""
        return self.right / self.matches if self.matches else 0.0


def quality(policy: HitPolicy, found: Sequence[Retrieved], floor: float = 0.0) -> Quality:
    """Let a policy decide as a worker would, with a deployment's floor of similarity."""
    served = right = 0
    for one in found:
        accepted = policy.decide(one.asked.text, one.candidates, min_similarity=floor).accepted
        if accepted is not None:
            served += 1
            right += one.is_right[accepted]
    return Quality(served, right, sum(one.has_match for one in found))


def outcomes(policy: HitPolicy, found: Sequence[Retrieved], floor: float = 0.0) -> list[Outcome]:
    """The most confident candidate of each question, whatever the policy's threshold."""
    return [
        outcome_of(
            policy.decide(one.asked.text, one.candidates, min_similarity=floor, thorough=True),
            one.is_right,
            has_match=one.has_match,
        )
        for one in found
    ]


def cosine_outcomes(found: Sequence[Retrieved]) -> list[Outcome]:
    """The nearest candidate of each question, its cosine for a confidence: the bare threshold."""
    return [
        Outcome(max(one.candidates[0].similarity, 1e-9), one.is_right[0], one.has_match)
        for one in found
        if one.candidates
    ]


def lead_outcomes(found: Sequence[Retrieved], weight: float = 0.7) -> list[Outcome]:
    """Cosine and a share of the lead over the runner-up, without a word read."""
    scored = []
    for one in found:
        first, second = (*(candidate.similarity for candidate in one.candidates[:2]), 0.0, 0.0)[:2]
        scored.append(Outcome(max(first + weight * (first - second), 1e-9), one.is_right[0], one.has_match))
    return scored


def recall_at(results: Sequence[Outcome], precision: float) -> float:
    """The greatest recall at which the precision is still reached; 0 where it never is."""
    try:
        return choose_threshold(results, precision).recall
    except CalibrationError:
        return 0.0
