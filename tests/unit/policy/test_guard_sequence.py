"""What is asked about and what only dates it, when it is so, and whether it is still so."""

import pytest

from workers.cache.policy.guards import sequence
from workers.cache.policy.pair import Pair
from workers.cache.policy.reading import read


def objects(question: str, cached: str) -> bool:
    return sequence.objects(Pair(read(question), read(cached), 0.95))


ANOTHER_QUESTION = [
    ("How do I repot a fern?", "What do I do first before I repot a fern?"),
    ("How do I install the driver?", "What must I check once the driver is installed?"),
    ("How do I clean the grill?", "Where do I store the grill after I have cleaned it?"),
    ("Do I salt steak before or after searing?", "Do I salt steak before or after the marinade?"),
    ("Is rent due before or after the first?", "When is rent due each month?"),
    ("Can I change seats at boarding?", "Can I change seats after boarding?"),
    ("What is the penalty for leaving during the trial?", "What is the penalty for leaving after the trial?"),
    ("Can I eat during the exam?", "Can I eat before the exam?"),
    ("What do I pay when the contract ends?", "What do I pay while the contract lasts?"),
    ("What does a pass cost?", "What did a pass cost last year?"),
    ("Are tickets transferable?", "Were tickets transferable before the merger?"),
]


@pytest.mark.parametrize(("question", "cached"), ANOTHER_QUESTION)
def test_another_time_is_refused(question: str, cached: str) -> None:
    assert objects(question, cached)
    assert objects(cached, question)


THE_SAME_QUESTION = [
    ("Before painting doors, do I have to sand them?", "Do I have to sand doors before painting them?"),
    ("I moved house, how do I update my address?", "How do I update my address after I moved house?"),
    ("How long after a meal may I swim?", "When may I swim after a meal?"),
    ("Do I salt steak before or after searing?", "Should steak be salted before searing or after it?"),
    ("Is the fee before or after tax?", "Does the fee include tax?"),
    ("What happens when the contract ends?", "What happens after the contract ends?"),
    ("Can I get my money back after I cancel?", "If I cancel, can I get my money back?"),
    ("What did a pass cost last year?", "How much was a pass last year?"),
    ("I lost my card yesterday, how do I block it?", "How do I block my card?"),
    ("Who was the first mayor?", "Who is the first mayor?"),
    ("Is breakfast served at noon?", "Do you serve breakfast at noon?"),
    ("Does the warranty run out after two years?", "Does the warranty end after two years?"),
]


@pytest.mark.parametrize(("question", "cached"), THE_SAME_QUESTION)
def test_one_time_in_other_words_is_served(question: str, cached: str) -> None:
    assert not objects(question, cached)
    assert not objects(cached, question)
