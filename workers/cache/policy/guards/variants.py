"""Variants of a product: an Aero Crema Duo is not an Aero Crema, although it has every word of it."""

from __future__ import annotations

from workers.cache.policy.pair import Pair
from workers.cache.policy.reading import Reading

_LEAST_SHARED = 2
"""Fewer words before it do not tell a variant from a fuller name: "Clinton", "Hillary Clinton"."""


def objects(pair: Pair) -> bool:
    """Whether one side's name goes on where the other's ends, after two words or more."""
    rest = pair.remainder
    return _goes_on(rest.question, pair.question, pair.cached) or _goes_on(rest.cached, pair.cached, pair.question)


def _goes_on(rest: tuple[str, ...], reading: Reading, other: Reading) -> bool:
    return any(len(named := _named_before(word, reading)) >= _LEAST_SHARED and named <= other.words for word in rest)


def _named_before(word: str, reading: Reading) -> frozenset[str]:
    """The words of the name that this word goes on with; figures may stand in between."""
    if word not in reading.names:
        return frozenset()
    end = start = reading.tokens.index(word)
    while start > 0 and (reading.tokens[start - 1] in reading.names or reading.tokens[start - 1][0] == "#"):
        start -= 1
    return frozenset(token for token in reading.tokens[start:end] if token[0] != "#")
