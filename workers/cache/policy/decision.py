"""What a hit policy is asked, and what it answers: values only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Reason(StrEnum):
    """Why a candidate was accepted or refused; the first four are acceptances."""

    EXACT = "exact"
    """The same text, but for white space and Unicode form."""
    ALIAS = "alias"
    """A wording that was verified before and remembered."""
    VERIFIED = "verified"
    """Another wording that passed every guard and the learnt score."""
    VERIFIER_AGREED = "verifier_agreed"
    """Another wording that passed every guard; the score was not sure, and the verifier read both texts and agreed."""

    NO_CANDIDATE = "no_candidate"
    """Nothing was retrieved at all."""
    BELOW_FLOOR = "below_floor"
    """The similarity is under the policy's floor or under what the caller asked for."""
    AMBIGUOUS = "ambiguous"
    """Another entry is as likely to be the one meant."""
    LOW_CONFIDENCE = "low_confidence"
    """No guard objects, but the learnt score is under the threshold."""
    NUMBER_DIFFERS = "number_differs"
    """A number, unit, currency, percentage, date, time or version differs."""
    NEGATION_DIFFERS = "negation_differs"
    """One side denies or excludes what the other asserts or includes."""
    OPPOSITE = "opposite"
    """A word of one side stands opposite to a word of the other."""
    NAME_DIFFERS = "name_differs"
    """A name, place, product or model differs."""
    DIRECTION_DIFFERS = "direction_differs"
    """The same parties in other roles: from A to B, or who did what to whom."""
    COMPARISON_DIFFERS = "comparison_differs"
    """A comparison or superlative points another way, or stands on one side only."""
    ORDER_DIFFERS = "order_differs"
    """The same words in an order that changes who or what is meant."""
    WORD_DIFFERS = "word_differs"
    """Alike but for a word on each side, and those words are not known to mean the same."""
    QUESTION_DIFFERS = "question_differs"
    """One side asks when, the other who; or why, or how, or how many."""
    LANGUAGE_DIFFERS = "language_differs"
    """The two texts are in different languages or scripts."""
    PASSED_OVER = "passed_over"
    """A nearer candidate that may be meant decided; an entry so much further away is not meant instead."""
    FORBIDDEN = "forbidden"
    """Feedback said that this pairing is wrong."""
    POLICY_FAILED = "policy_failed"
    """The policy met something that it cannot read; a defect, and no reason to fail the lookup."""
    VERIFIER_REFUSED = "verifier_refused"
    """The verifier read both texts and disagreed."""
    VERIFIER_LATE = "verifier_late"
    """The verifier did not answer in time, so the borderline candidate was refused."""
    VERIFIER_FAILED = "verifier_failed"
    """The verifier could not be asked, so the borderline candidate was refused."""

    __hash__ = str.__hash__  # the one of an enumeration is a function in Python


@dataclass(frozen=True, slots=True)
class Candidate:
    """A cached prompt near the question.

    Attributes:
        prompt: the text under which the answer was stored.
        similarity: cosine of the two embeddings, −1…1.
    """

    prompt: str
    similarity: float


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the policy made of one candidate.

    Attributes:
        accepted: whether the answer of this candidate may be served.
        reason: the first thing that decided it.
        confidence: estimated chance, 0…1, that both texts ask the same; 0 where a guard vetoed.
    """

    accepted: bool
    reason: Reason
    confidence: float


@dataclass(frozen=True, slots=True)
class Decision:
    """The verdict over all candidates.

    Attributes:
        accepted: index into the candidates of the one to serve, or None.
        reason: the accepted judgement's reason, else why the best candidate is not a hit.
        confidence: the accepted judgement's confidence, else the best candidate's.
        judgements: one per candidate, in the order given.
    """

    accepted: int | None
    reason: Reason
    confidence: float
    judgements: tuple[Judgement, ...]

    @classmethod
    def of(cls, judgements: Sequence[Judgement]) -> Decision:
        """The verdict that follows from judgements: the most confident accepted one wins, the first among equals."""
        accepted = [place for place, judgement in enumerate(judgements) if judgement.accepted]
        if accepted:
            best = max(accepted, key=lambda place: judgements[place].confidence)
            return cls(best, judgements[best].reason, judgements[best].confidence, tuple(judgements))
        if not judgements:
            return cls(None, Reason.NO_CANDIDATE, 0.0, ())
        return cls(None, judgements[0].reason, judgements[0].confidence, tuple(judgements))


class HitPolicy(Protocol):
    """Decides whether a near entry answers the question.

    Implementations are pure: the same arguments give the same decision, and nothing is awaited, logged,
    counted or read inside.
    """

    @property
    def name(self) -> str:
        """Which policy this is, for explanations and metrics."""
        ...

    @property
    def version(self) -> str:
        """Which parameters it holds; changes whenever a decision could."""
        ...

    def decide(
        self, question: str, candidates: Sequence[Candidate], *, min_similarity: float = 0.0, thorough: bool = False
    ) -> Decision:
        """Judge the candidates, which share the question's namespace and context, best first, usually five.

        Args:
            question: the text asked.
            candidates: what retrieval found, by falling similarity.
            min_similarity: a caller's own floor, 0…1; it can only make the decision stricter.
            thorough: have all candidates read, and confidences exact, for whoever wants to see them; which one is
                accepted does not depend on it.
        """
        ...
