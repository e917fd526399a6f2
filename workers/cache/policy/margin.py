"""The simplest policy that is not a bare threshold: near enough, and clearly nearer than the runner-up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workers.cache.policy.decision import Candidate, Decision, Judgement, Reason
from workers.cache.policy.text import same_text


@dataclass(frozen=True, slots=True)
class MarginPolicy:
    """Accepts the nearest candidate when it is near enough and alone there.

    It reads no words, so it cannot see a contrast ("enable" for "disable"); it is the baseline that
    `VerifiedPolicy` is measured against, and a fallback for languages that the guards do not know.

    Attributes:
        floor: least cosine that is served.
        margin: least lead in cosine over the next candidate.
        lone_floor: least cosine where there is no next candidate, since a small cache says nothing about the
            margin: the lead over a stranger that happened not to be stored is unknown.
    """

    floor: float = 0.88
    margin: float = 0.06
    lone_floor: float = 0.95

    @property
    def name(self) -> str:
        """Always `margin`."""
        return "margin"

    @property
    def version(self) -> str:
        """The three numbers."""
        return f"{self.floor:g}/{self.margin:g}/{self.lone_floor:g}"

    def decide(
        self,
        question: str,
        candidates: Sequence[Candidate],
        *,
        min_similarity: float = 0.0,
        thorough: bool = False,  # noqa: ARG002 - no decision is cheaper than this one
    ) -> Decision:
        """See `HitPolicy.decide`. Only the first candidate can be a hit here, apart from an equal text."""
        return Decision.of(
            [self._judge(question, candidates, index, min_similarity) for index in range(len(candidates))]
        )

    def _judge(self, question: str, candidates: Sequence[Candidate], index: int, min_similarity: float) -> Judgement:
        candidate = candidates[index]
        if candidate.similarity < min_similarity:
            return Judgement(False, Reason.BELOW_FLOOR, 0.0)
        if same_text(question, candidate.prompt):
            return Judgement(True, Reason.EXACT, 1.0)
        confidence = min(1.0, max(0.0, candidate.similarity))
        is_lone = len(candidates) == 1
        if candidate.similarity < (self.lone_floor if is_lone else self.floor):
            return Judgement(False, Reason.BELOW_FLOOR, confidence)
        others = (other.similarity for place, other in enumerate(candidates) if place != index)
        lead = candidate.similarity - max(others, default=-1.0)
        if not is_lone and lead < self.margin:
            return Judgement(False, Reason.AMBIGUOUS, confidence)
        return Judgement(True, Reason.VERIFIED, confidence)
