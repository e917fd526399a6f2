"""Slips of the keyboard: what they are, and that nothing else passes for one."""

import pytest

from workers.cache.policy import Candidate, Decision, Reason, default_policy
from workers.cache.policy.english import english
from workers.cache.policy.kinship import is_slip
from workers.cache.policy.slips import same_but_for_slips, spelt_words

POLICY = default_policy()
STRANGERS = tuple(Candidate(text, 0.1) for text in ("How do I pay?", "Who are you?", "Is it far?", "Why so late?"))


def are_same(one: str, other: str) -> bool:
    return same_but_for_slips(spelt_words(one), spelt_words(other), english())


def judged(question: str, cached: str, similarity: float) -> Decision:
    return POLICY.decide(question, [Candidate(cached, similarity), *STRANGERS])


SLIPPED = [
    ("how do i cancle my accuont", "How do I cancel my account?"),
    ("why is my screeen so drak?", "Why is my screen so dark?"),
    ("Where can I donwload the inovice?", "Where can I download the invoice?"),
    ("Is brekfast served in the gardn?", "Is breakfast served in the garden?"),
    ("Does Netflx work in Canda?", "Does Netflix work in Canada?"),
    ("whats the longest brigde?", "What's the longest bridge?"),
]
NOT_SLIPPED = [
    ("How do I form a team?", "How do I from a team?"),
    ("Is a moth old?", "Is a month old?"),
    ("What is nitrate?", "What is nitrite?"),
    ("Is the Denon loud?", "Is the demon loud?"),
    ("Is the M2 fast?", "Is the M3 fast?"),
    ("What is 2+2?", "What is 2-2?"),
    ("Is hypotension bad?", "Is hypertension bad?"),
    ("How long is the Nile?", "How long is the river Nile?"),
    ("drak brigde gardn", "dark bridge garden"),
]


@pytest.mark.parametrize(("slipped", "meant"), SLIPPED)
def test_slips_are_undone(slipped: str, meant: str) -> None:
    assert are_same(slipped, meant)
    assert are_same(meant, slipped)


@pytest.mark.parametrize(("one", "other"), NOT_SLIPPED)
def test_two_words_are_no_slip(one: str, other: str) -> None:
    assert not are_same(one, other)


@pytest.mark.parametrize(("slipped", "meant"), SLIPPED)
@pytest.mark.parametrize("similarity", [0.9, 0.45])
def test_the_same_but_for_slips_is_served_however_far(slipped: str, meant: str, similarity: float) -> None:
    assert judged(slipped, meant, similarity).accepted == 0
    assert judged(meant, slipped, similarity).accepted == 0


def test_slips_do_not_hide_another_question() -> None:
    decision = judged("how do i cancle my accuont", "How do I delete my account?", 0.6)
    assert decision.accepted is None
    assert decision.judgements[0].reason in {Reason.BELOW_FLOOR, Reason.WORD_DIFFERS}


def test_a_caller_may_ask_for_more() -> None:
    candidates = [Candidate("How do I cancel my account?", 0.5), *STRANGERS]
    assert POLICY.decide("how do i cancle my accuont", candidates, min_similarity=0.8).accepted is None


def test_a_short_form_short_of_the_floor_is_served() -> None:
    assert judged("Can I pay in JPY?", "Can I pay in Japanese yen?", 0.6).accepted == 0
    assert judged("Can I pay in JPY?", "Can I pay in euros?", 0.6).accepted is None


@pytest.mark.parametrize(
    ("one", "other", "slips"),
    [
        ("ticket", "tikcet", True),
        ("ticket", "tickett", True),
        ("ticket", "tiket", True),
        ("committee", "comitee", True),
        ("ticket", "wicket", False),
        ("ticket", "tiktok", False),
    ],
)
def test_one_letter_makes_a_slip(one: str, other: str, slips: bool) -> None:
    assert is_slip(one, other, shortest=4) is slips
