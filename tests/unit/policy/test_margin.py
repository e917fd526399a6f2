from __future__ import annotations

import pytest

from workers.cache.policy import Candidate, MarginPolicy, Reason

POLICY = MarginPolicy(floor=0.8, margin=0.05, lone_floor=0.95)


def near(*similarities: float) -> list[Candidate]:
    return [Candidate(f"entry {place}", value) for place, value in enumerate(similarities)]


@pytest.mark.parametrize(
    ("similarities", "accepted", "reason"),
    [
        ((), None, Reason.NO_CANDIDATE),
        ((0.9, 0.7), 0, Reason.VERIFIED),
        ((0.9, 0.86), None, Reason.AMBIGUOUS),
        ((0.79, 0.3), None, Reason.BELOW_FLOOR),
        ((0.9,), None, Reason.BELOW_FLOOR),
        ((0.96,), 0, Reason.VERIFIED),
    ],
)
def test_the_lead_over_the_runner_up_decides(
    similarities: tuple[float, ...], accepted: int | None, reason: Reason
) -> None:
    decision = POLICY.decide("question", near(*similarities))
    assert (decision.accepted, decision.reason) == (accepted, reason)
    assert len(decision.judgements) == len(similarities)


def test_a_caller_can_only_be_stricter() -> None:
    assert POLICY.decide("question", near(0.9, 0.7), min_similarity=0.91).reason is Reason.BELOW_FLOOR
    assert POLICY.decide("question", near(0.7, 0.1), min_similarity=0.1).reason is Reason.BELOW_FLOOR


def test_the_same_text_is_exact_whatever_the_white_space() -> None:
    candidates = [Candidate("another", 0.999), Candidate("where  is it?", 0.998)]
    decision = POLICY.decide(" where is it? ", candidates)
    assert (decision.accepted, decision.reason) == (1, Reason.EXACT)
