"""A longer product name that begins with a shorter one is another product."""

import pytest

from workers.cache.policy import Candidate, Reason, default_policy
from workers.cache.policy.guards import variants
from workers.cache.policy.pair import Pair
from workers.cache.policy.reading import read

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


def is_another_sort(question: str, cached: str) -> bool:
    one, other = read(question), read(cached)
    return variants.objects(Pair(one, other)) and variants.objects(Pair(other, one))


@pytest.mark.parametrize(
    ("question", "cached"),
    [
        ("How much is a return ticket to Kiel?", "How much is a ticket to Kiel?"),
        ("What is the smallest internal organ?", "What is the smallest organ?"),
        ("When are domestic flights cancelled?", "When are flights cancelled?"),
        ("Can I insure a refurbished phone?", "Can I insure a phone?"),
        ("Is the Orbit 7a waterproof?", "Is the Orbit 7 waterproof?"),
    ],
)
def test_another_sort_of_thing_is_refused(question: str, cached: str) -> None:
    assert is_another_sort(question, cached)


@pytest.mark.parametrize(
    ("question", "cached"),
    [
        ("How do I get a good ticket to Kiel?", "How do I get a ticket to Kiel?"),
        ("How long do I have to return shoes?", "How long do I have to send shoes back?"),
        ("When are domestic flights cancelled?", "When are domestic flights called off?"),
    ],
)
def test_the_same_sort_of_thing_is_served(question: str, cached: str) -> None:
    assert not variants.objects(Pair(read(question), read(cached)))
