"""A longer product name that begins with a shorter one is another product."""

import pytest

from workers.cache.policy import Candidate, Reason, default_policy

POLICY = default_policy()


@pytest.mark.parametrize(
    ("question", "cached"),
    [
        ("How long does the battery of the Veltra One last?", "How long does the battery of the Veltra One Max last?"),
        ("How fast does the Brunholm Crema Duo heat up?", "How fast does the Brunholm Crema heat up?"),
        ("how fast does the brunholm crema heat up?", "How fast does the Brunholm Crema Duo heat up?"),
    ],
)
def test_a_variant_is_not_its_elder(question: str, cached: str) -> None:
    decision = POLICY.decide(question, [Candidate(cached, 0.96), Candidate("How do I pay?", 0.3)])
    assert decision.accepted is None
    assert decision.reason in {Reason.NAME_DIFFERS, Reason.NUMBER_DIFFERS, Reason.WORD_DIFFERS}


@pytest.mark.parametrize(
    ("question", "cached"),
    [
        ("How can I descale the Brunholm Crema?", "How do I descale the Brunholm Crema?"),
        ("how do I descale the brunholm crema duo?", "How do I descale the Brunholm Crema Duo?"),
    ],
)
def test_the_same_name_is(question: str, cached: str) -> None:
    decision = POLICY.decide(question, [Candidate(cached, 0.97), Candidate("How do I pay?", 0.3)])
    assert decision.accepted == 0


def test_a_figure_in_front_is_part_of_no_name() -> None:
    decision = POLICY.decide("2 Pro cables, how long?", [Candidate("2 pro cables, how long are they?", 0.95)])
    assert decision.judgements[0].reason is not Reason.EXACT
