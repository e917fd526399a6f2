"""What is borderline, and what an opinion on it changes."""

import pytest

from workers.cache.policy.decision import Decision, Judgement, Reason
from workers.cache.policy.second_opinion import Band, Opinion, OpinionKind, reconsider

BAND = Band(0.7, 0.95)
AGREED, REFUSED = Opinion(OpinionKind.AGREED, 0.9), Opinion(OpinionKind.REFUSED, 0.1)
LATE, FAILED = Opinion(OpinionKind.LATE), Opinion(OpinionKind.FAILED)


def yes(confidence: float, reason: Reason = Reason.VERIFIED) -> Judgement:
    return Judgement(True, reason, confidence)


def no(confidence: float, reason: Reason = Reason.LOW_CONFIDENCE) -> Judgement:
    return Judgement(False, reason, confidence)


@pytest.mark.parametrize(
    ("judgements", "places"),
    [
        ([yes(0.92), no(0.75), no(0.3)], (0, 1)),
        ([yes(0.96), no(0.75)], ()),  # surely accepted: the others cannot win
        ([yes(1.0, Reason.EXACT), yes(0.92)], ()),
        ([no(0.7), no(0.69), no(0.95)], (0, 2)),
        ([], ()),
    ],
)
def test_borderline_is_what_the_score_is_not_sure_of(judgements: list[Judgement], places: tuple[int, ...]) -> None:
    assert BAND.borderline(Decision.of(judgements)) == places


@pytest.mark.parametrize("reason", sorted(set(Reason) - {Reason.VERIFIED, Reason.LOW_CONFIDENCE}))
def test_nothing_but_the_scores_own_word_is_open_to_another_opinion(reason: Reason) -> None:
    assert BAND.borderline(Decision.of([no(0.9, reason)])) == ()


def test_an_agreed_refusal_of_the_score_is_accepted() -> None:
    settled = reconsider(Decision.of([no(0.8), no(0.75)]), {0: REFUSED, 1: AGREED})
    assert (settled.accepted, settled.reason, settled.confidence) == (1, Reason.VERIFIER_AGREED, 0.75)
    assert settled.judgements[0] == no(0.8, Reason.VERIFIER_REFUSED)


@pytest.mark.parametrize(
    ("opinion", "reason"),
    [(REFUSED, Reason.VERIFIER_REFUSED), (LATE, Reason.VERIFIER_LATE), (FAILED, Reason.VERIFIER_FAILED)],
)
def test_what_the_verifier_does_not_agree_with_is_refused(opinion: Opinion, reason: Reason) -> None:
    for judgement in (yes(0.92), no(0.8)):
        settled = reconsider(Decision.of([judgement, no(0.1)]), {0: opinion})
        assert (settled.accepted, settled.reason) == (None, reason)


def test_an_acceptance_that_is_refused_leaves_its_place_to_the_next() -> None:
    settled = reconsider(Decision.of([yes(0.94), yes(0.92)]), {0: REFUSED, 1: AGREED})
    assert settled.accepted == 1


def test_a_confidence_that_two_agreed_candidates_share_is_a_refusal() -> None:
    settled = reconsider(Decision.of([no(0.8), no(0.8), no(0.75)]), {0: AGREED, 1: AGREED, 2: REFUSED})
    assert (settled.accepted, settled.reason) == (None, Reason.AMBIGUOUS)
    one = reconsider(Decision.of([no(0.8), no(0.8)]), {0: AGREED, 1: REFUSED})
    assert one.accepted == 0
    surer = reconsider(Decision.of([no(0.8), no(0.81)]), {0: AGREED, 1: AGREED})
    assert surer.accepted == 1
