"""Names, models and abbreviations: two names are two, a short form is its long one."""

import pytest

from workers.cache.policy.guards.names import objects
from workers.cache.policy.pair import Pair
from workers.cache.policy.reading import read


def pair(question: str, cached: str) -> Pair:
    return Pair(read(question), read(cached), 0.95)


@pytest.mark.parametrize(
    ("question", "cached"),
    [
        ("how do I get from pula to zadar?", "how do I get from pula to rovinj?"),
        ("who founded zalando?", "who founded lidl?"),
        ("What does the Rondo Lite weigh?", "What does the Rondo weigh?"),
        ("What does the fibre Plus plan cost?", "What does the fibre plan cost?"),
        ("Is the 8 plus waterproof?", "Is the 8 waterproof?"),
        ("Does Ana live in Graz?", "Does Ana live in Linz?"),
    ],
)
def test_another_name_is_another_question(question: str, cached: str) -> None:
    assert objects(pair(question, cached))
    assert objects(pair(cached, question))


@pytest.mark.parametrize(
    ("question", "cached"),
    [
        ("Is the PS5 loud?", "Is the PlayStation 5 loud?"),
        ("How big is the UK?", "How big is the United Kingdom?"),
        ("Who leads the US?", "Who leads the United States?"),
        ("How do I turn a str into an int?", "How do I turn a string into an integer?"),
        ("How do I start a VM?", "How do I start a virtual machine?"),
        ("What is the std dev of it?", "What is the standard deviation of it?"),
        ("Is 2FA safe?", "Is two-factor authentication safe?"),
        ("How fast is it in km/s?", "How fast is it in kilometres per second?"),
        ("Is there wifi?", "Is there Wi-Fi?"),
        ("Who was the PM in 1960?", "Who was the prime minister in 1960?"),
        ("Does the tram stop at T3?", "Does the tram stop at Terminal 3?"),
        ("Does the game run on Win 10?", "Does the game run on Windows 10?"),
        ("Is ch. 4 hard?", "Is chapter 4 hard?"),
        ("Is there parking w/o a permit?", "Is there parking without a permit?"),
        ("What is the wage in TX?", "What is the wage in Texas?"),
        ("How long is the St. Gotthard tunnel?", "How long is the Saint Gotthard tunnel?"),
        ("Does the firm do R&D?", "Does the firm do research and development?"),
    ],
)
def test_a_short_form_is_its_long_one(question: str, cached: str) -> None:
    found = pair(question, cached)
    assert not objects(found)
    assert not found.remainder.question
    assert not found.remainder.cached


def test_an_acronym_is_no_plural() -> None:
    assert read("https").tokens != read("http").tokens
    assert read("APIs").tokens == read("API").tokens
