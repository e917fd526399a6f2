"""A second opinion where the score is not sure: which candidates are borderline, and what follows from it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from workers.cache.policy.decision import Decision, Judgement, Reason

_TIE = 1e-6
"""Two entries whose confidences differ by less are equally likely to be meant, as for the score itself."""


class OpinionKind(StrEnum):
    """What became of asking the verifier about one pair."""

    AGREED = "agreed"
    REFUSED = "refused"
    LATE = "late"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Opinion:
    """On one pair.

    Attributes:
        kind: whether it agreed, if it answered at all.
        score: how far both texts ask the same, 0…1; None without an answer.
    """

    kind: OpinionKind
    score: float | None = None


_JUDGED_AS = {
    OpinionKind.AGREED: Reason.VERIFIER_AGREED,
    OpinionKind.REFUSED: Reason.VERIFIER_REFUSED,
    OpinionKind.LATE: Reason.VERIFIER_LATE,
    OpinionKind.FAILED: Reason.VERIFIER_FAILED,
}
_BY_SCORE = (Reason.VERIFIED, Reason.LOW_CONFIDENCE)
"""What the score decided. Floors, guards and ties are not open to another opinion."""


@dataclass(frozen=True, slots=True)
class Band:
    """The confidences round the policy's threshold that are neither a clear yes nor a clear no, ends included."""

    low: float
    high: float

    def borderline(self, decision: Decision) -> tuple[int, ...]:
        """The candidates to ask about: none if the best one is clearly accepted, whatever the others are."""
        if decision.accepted is not None:
            best = decision.judgements[decision.accepted]
            if best.reason not in _BY_SCORE or best.confidence > self.high:
                return ()
        return tuple(
            place
            for place, judgement in enumerate(decision.judgements)
            if judgement.reason in _BY_SCORE and self.low <= judgement.confidence <= self.high
        )


def reconsider(decision: Decision, opinions: Mapping[int, Opinion]) -> Decision:
    """The decision with opinions on some of its candidates: agreed ones are accepted, all others of them refused."""
    judgements = list(decision.judgements)
    for place, opinion in opinions.items():
        is_accepted = opinion.kind is OpinionKind.AGREED
        judgements[place] = Judgement(is_accepted, _JUDGED_AS[opinion.kind], judgements[place].confidence)
    accepted = [judgement.confidence for judgement in judgements if judgement.accepted]
    for place, judgement in enumerate(judgements):
        rivals = sum(abs(judgement.confidence - other) < _TIE for other in accepted)
        if judgement.reason is Reason.VERIFIER_AGREED and rivals > 1:
            judgements[place] = replace(judgement, accepted=False, reason=Reason.AMBIGUOUS)
    return Decision.of(judgements)
