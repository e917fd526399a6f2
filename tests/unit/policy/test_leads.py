"""What is not read makes no difference: bounds of leads hold, and a quick decision is the thorough one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.cache.policy import Candidate, Reason, VerifiedPolicy, default_policy
from workers.cache.policy.examination import Examination, Floors
from workers.cache.policy.features import LEADS
from workers.cache.policy.guards import GUARDS
from workers.cache.policy.leads import Leads
from workers.cache.policy.parameters import load_parameters

QUESTION = "How long does the battery of the Nordo 15 last?"
PROMPTS = (
    "What is the battery life of the Nordo 15?",
    "How long does the Nordo 15 battery last?",
    "How long does the battery of the Nordo 13 last?",
    "How do I replace the battery of the Nordo 15?",
    "How long does the battery of the Nordo 15 not last?",
    "Where can I buy a battery for the Nordo 15?",
    "Is the Nordo 15 waterproof?",
    "how lnog does the battery of the Nordo 15 last",
)
LONGER = "How long does the battery of the Nordo 15 last on holiday?"

found = st.lists(st.tuples(st.sampled_from(PROMPTS), st.floats(0.2, 0.99)), max_size=6, unique_by=lambda one: one[0])


def nearest_first(pairs: list[tuple[str, float]]) -> list[Candidate]:
    return sorted((Candidate(*pair) for pair in pairs), key=lambda candidate: -candidate.similarity)


@given(found)
def test_a_lead_is_within_its_bounds(pairs: list[tuple[str, float]]) -> None:
    examination = Examination(QUESTION, nearest_first(pairs), GUARDS, Floors(reading=0.5, asked=0.0))
    leads = Leads(examination, stranger=0.35, thin_stranger=0.4)
    for place in range(len(examination)):
        least, exact, most = leads.least(place), leads.exact(place), leads.most(place)
        for name in ("over_rivals", "over_all", "over_third"):
            assert getattr(least, name) <= getattr(exact, name) <= getattr(most, name)


@given(found, st.floats(0, 1))
def test_a_quick_decision_is_the_thorough_one(pairs: list[tuple[str, float]], threshold: float) -> None:
    policy = VerifiedPolicy(load_parameters().model_copy(update={"threshold": threshold}))
    candidates = nearest_first(pairs)
    quick, thorough = policy.decide(QUESTION, candidates), policy.decide(QUESTION, candidates, thorough=True)
    assert quick.accepted == thorough.accepted
    assert all(
        one.reason is other.reason
        for one, other in zip(quick.judgements, thorough.judgements, strict=True)
        if one.reason is not Reason.PASSED_OVER
    )


def test_an_entry_that_a_guard_refuses_is_no_rival() -> None:
    candidates = [Candidate(LONGER, 0.95), Candidate(PROMPTS[2], 0.9), Candidate(PROMPTS[6], 0.5)]
    examination = Examination(QUESTION, candidates, GUARDS, Floors(reading=0.4, asked=0.0))
    lead = Leads(examination, stranger=0.35, thin_stranger=0.4).exact(0)
    assert lead.over_rivals == pytest.approx(0.45)
    assert lead.over_all == pytest.approx(0.05)


def test_an_entry_close_behind_one_that_is_not_served_is_judged() -> None:
    candidates = [Candidate(LONGER, 0.72), Candidate(PROMPTS[7], 0.7), Candidate(PROMPTS[6], 0.69)]
    decision = default_policy().decide(QUESTION, candidates)
    assert decision.judgements[0].reason is Reason.LOW_CONFIDENCE
    assert decision.accepted == 1


def test_the_packaged_score_grows_with_the_lead() -> None:
    parameters = load_parameters()
    weights = dict(zip(parameters.features, parameters.weights, strict=True))
    assert all(weights[name] * sign >= 0 for name, sign in LEADS.items())


def test_what_is_far_behind_one_that_may_be_meant_is_passed_over() -> None:
    candidates = [Candidate(PROMPTS[1], 0.97), Candidate(PROMPTS[3], 0.75), Candidate(PROMPTS[2], 0.74)]
    assert [judgement.reason for judgement in default_policy().decide(QUESTION, candidates).judgements] == [
        Reason.VERIFIED,
        Reason.PASSED_OVER,
        Reason.PASSED_OVER,
    ]
    thorough = default_policy().decide(QUESTION, candidates, thorough=True)
    assert thorough.judgements[2].reason is Reason.NUMBER_DIFFERS
