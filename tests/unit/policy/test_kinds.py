"""One question of each kind that a threshold cannot tell from its contrast, with the reason that must be given."""

import pytest

from workers.cache.policy import Candidate, Decision, Reason, default_policy

POLICY = default_policy()
STRANGERS = tuple(Candidate(text, 0.3) for text in ("How do I pay?", "Who are you?", "Is it far?", "Why so late?"))


def judged(question: str, cached: str, similarity: float = 0.96) -> Decision:
    return POLICY.decide(question, [Candidate(cached, similarity), *STRANGERS])


CONTRASTS = [
    ("How long does the Toren X2 last?", "How long does the Toren X3 last?", Reason.NUMBER_DIFFERS),
    ("Does half a tablet of Medex help?", "Does a tablet of Medex help?", Reason.NUMBER_DIFFERS),
    ("Can I pay 20 euros in cash?", "Can I pay 20 dollars in cash?", Reason.NUMBER_DIFFERS),
    ("Do I get two shirts for one coupon?", "Do I get one shirt for two coupons?", Reason.NUMBER_DIFFERS),
    ("Can I park here without a permit?", "Can I park here with a permit?", Reason.NEGATION_DIFFERS),
    ("What does the insurance exclude?", "What does the insurance pay?", Reason.NEGATION_DIFFERS),
    ("How do I unlock the screen?", "How do I lock the screen?", Reason.OPPOSITE),
    ("What does the insurance exclude?", "What does the insurance cover?", Reason.OPPOSITE),
    ("Why did the dough rise in the tin?", "Why did the dough sink in the tin?", Reason.OPPOSITE),
    ("How do I opt in to text alerts?", "How do I opt out of text alerts?", Reason.OPPOSITE),
    ("Which pipes lead into the tank?", "Which pipes lead out of the tank?", Reason.OPPOSITE),
    ("Do I get the fee back if I overpay?", "Do I get the fee back if I underpay?", Reason.OPPOSITE),
    ("Is the bus to Kiel on time?", "Is the bus to Kiel late?", Reason.OPPOSITE),
    ("How long does the Nordo run on a charge?", "How long does it take to charge the Nordo?", Reason.OPPOSITE),
    ("Who painted the Sistine Chapel?", "Who painted the Night Watch?", Reason.NAME_DIFFERS),
    ("How fast is the Rivo Zip Plus?", "How fast is the Rivo Zip?", Reason.NAME_DIFFERS),
    ("How do I get from Bonn to Trier?", "How do I get from Trier to Bonn?", Reason.DIRECTION_DIFFERS),
    ("Can my boss dismiss me?", "Can I dismiss my boss?", Reason.DIRECTION_DIFFERS),
    ("Which tents do you sell?", "Which is the lightest tent you sell?", Reason.COMPARISON_DIFFERS),
    ("How loud is the Nordo?", "What is the loudest setting of the Nordo?", Reason.COMPARISON_DIFFERS),
    ("How often should I oil the chain?", "How should I oil the chain?", Reason.QUESTION_DIFFERS),
    ("Whose files can I read?", "Who can read my files?", Reason.QUESTION_DIFFERS),
    ("How do I clear error E7?", "What does error E7 mean?", Reason.QUESTION_DIFFERS),
    ("Is almond milk good for cats?", "Is oat milk good for cats?", Reason.WORD_DIFFERS),
]


@pytest.mark.parametrize(("question", "cached", "reason"), CONTRASTS)
def test_a_contrast_is_refused(question: str, cached: str, reason: Reason) -> None:
    for asked, held in ((question, cached), (cached, question)):
        decision = judged(asked, held, similarity=0.9)
        assert decision.accepted is None
        assert decision.judgements[0].reason is reason


def test_sharing_only_a_name_is_not_enough() -> None:
    decision = judged("How do I mute alarms on the Sonari Drift?", "How do I tie the Sonari Drift to a bag?", 0.82)
    assert decision.judgements[0].reason is Reason.WORD_DIFFERS


RESTATEMENTS = [
    ("How long does the Toren 15 battery last?", "How long does the battery of the Toren 15 last?"),
    ("Is the 3.1 firmware stable?", "Is firmware 3.1 stable?"),
    ("How long does it take the Nordo to heat up?", "How long does the Nordo take to heat up?"),
    ("How much time does it take to heat the room?", "How long does it take to heat the room?"),
    ("How much does the Nordo weigh?", "How heavy is the Nordo?"),
    ("Can I use the map without an internet connection?", "Can I use the map offline?"),
    ("What is the largest file size?", "What is the maximum file size?"),
    ("How do I open an account?", "How do I create an account?"),
    ("Is the desk open after 2 pm?", "Is the desk open after 14:00?"),
    ("How far is the beach from the hotel?", "What is the distance from the beach to the hotel?"),
    ("Is a charger included with the Nordo?", "Does the Nordo come with a charger?"),
]


@pytest.mark.parametrize(("question", "cached"), RESTATEMENTS)
def test_a_restatement_is_served(question: str, cached: str) -> None:
    assert judged(question, cached).accepted == 0
    assert judged(cached, question).accepted == 0


def test_a_variant_that_was_told_apart_is_no_rival() -> None:
    near = [Candidate("How much does the Toren 15 cost?", 0.98), Candidate("How much does the Toren 13 cost?", 0.97)]
    decision = POLICY.decide("What does the Toren 15 cost?", [*near, *STRANGERS[:3]], thorough=True)
    assert decision.accepted == 0
    assert decision.judgements[1].reason is Reason.NUMBER_DIFFERS


def test_two_entries_that_say_the_same_are_no_rivals() -> None:
    near = [Candidate("How can I clean the tank?", 0.97), Candidate("How would I clean the tank?", 0.969)]
    assert POLICY.decide("How do I clean the tank?", [*near, *STRANGERS[:3]]).accepted in {0, 1}


def test_in_a_thin_cache_more_is_asked() -> None:
    question, candidate = "Is the room heated well?", Candidate("Is the heating of the room good?", 0.86)
    lone = POLICY.decide(question, [candidate]).judgements[0]
    among = POLICY.decide(question, [candidate, *STRANGERS]).judgements[0]
    assert lone.confidence < among.confidence
