"""Degrees: how far, on which scale, towards which end."""

import pytest

from workers.cache.policy.guards import comparison, negation, opposites
from workers.cache.policy.pair import Pair
from workers.cache.policy.reading import read


def objects(one: str, other: str) -> bool:
    pair = Pair(read(one), read(other), 0.9)
    return any(guard.objects(pair) for guard in (comparison, negation, opposites))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Which kettle is cheaper?", "Which kettle is the cheapest?"),
        ("Which kettle is cheaper?", "Which kettle is pricier?"),
        ("Which kettle is cheaper than any other?", "Which kettle is cheaper than the Nordo?"),
        ("Which kettle is cheaper?", "Which kettle is the least expensive?"),
        ("Which kettle is bigger?", "Which kettle is the largest?"),
        ("Which kettle is the cheapest?", "Which kettle costs the most?"),
        ("Which kettle has more settings?", "Which kettle has the most settings?"),
        ("Which kettle has the most settings?", "Which kettle has the fewest settings?"),
        ("Is the Nordo heavier than the Toren?", "Does the Nordo weigh less than the Toren?"),
        ("Must I rent it for at least 3 days?", "Must I rent it for at most 3 days?"),
        ("Which kettles do you have?", "Which is the quietest kettle you have?"),
        ("What is the highest temperature?", "What is the coldest temperature?"),
        ("Which town is the most populous?", "Which town has the smallest population?"),
        ("What is the price of the Nordo?", "Which kettles have a lower price than the Nordo?"),
    ],
)
def test_another_degree_is_another_question(one: str, other: str) -> None:
    assert objects(one, other)
    assert objects(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Which kettle is the cheapest?", "Which kettle costs the least?"),
        ("Which kettle is the cheapest?", "Which kettle is the least expensive?"),
        ("Which kettle is cheaper?", "Which kettle costs less?"),
        ("Which kettle is quieter?", "Which kettle makes less noise?"),
        ("Which kettle is the heaviest?", "Which kettle weighs the most?"),
        ("Is the Nordo lighter than the Toren?", "Does the Nordo weigh less than the Toren?"),
        ("Is the Nordo lighter than the Toren?", "Is the Nordo not as heavy as the Toren?"),
        ("Which kettle is the biggest?", "Which kettle is the largest?"),
        ("What is the maximum volume?", "What is the largest volume?"),
        ("What is the warmest temperature?", "What is the highest temperature?"),
        ("Which town is the most populous?", "Which town has the largest population?"),
        ("Is the Nordo or the Toren lighter?", "Is the Nordo lighter than the Toren?"),
        ("Can I pay no later than May?", "Can I pay by May?"),
        ("Which town has the fewest people?", "Which town has the smallest population?"),
    ],
)
def test_one_degree_in_other_words(one: str, other: str) -> None:
    assert not objects(one, other)
    assert not objects(other, one)
