"""Variants of a thing: a Crema Duo is not a Crema, nor a return flight a flight, although it has every word of it."""

from __future__ import annotations

from itertools import pairwise

from workers.cache.policy.naming import Name
from workers.cache.policy.pair import Pair
from workers.cache.policy.reading import LEAST_NAME, Reading


def objects(pair: Pair) -> bool:
    """Whether one side's name goes on where the other's ends, after two words or more.

    Fewer words before it do not tell a variant from a fuller name: "New York", "New York City" differ, "Clinton" not.
    """
    if (pair.question.long_names or pair.cached.long_names) and (
        _breaks_off(pair.question, pair.cached) or _breaks_off(pair.cached, pair.question)
    ):
        return True
    if pair.question.lettered != pair.cached.lettered:
        return True
    rest = pair.remainder
    if (rest.question and rest.cached) or not (rest.question or rest.cached):
        return False
    return _is_another_sort(rest.question, pair.question, pair) or _is_another_sort(rest.cached, pair.cached, pair)


def _is_another_sort(rest: tuple[str, ...], reading: Reading, pair: Pair) -> bool:
    """Whether a word that makes another thing of what follows is said here only: "return label", "internal organ"."""
    sorting = reading.lexicon.lists["sorting"].intersection(rest)
    return bool(sorting) and any(
        word in sorting and following in pair.shared for word, following in pairwise(reading.content)
    )


def _breaks_off(one: Reading, other: Reading) -> bool:
    """Whether the other text has the first words of a name of this one, and nowhere the whole."""
    if not one.long_names:
        return False
    there = other.plain_words
    return any(
        not _holds(there, name) and any(_holds(there, name[:length]) for length in range(LEAST_NAME - 1, len(name)))
        for name in one.long_names
    )


def _holds(words: Name, part: Name) -> bool:
    return any(words[start : start + len(part)] == part for start in range(len(words) - len(part) + 1))
