"""Figures, units, currencies, percentages, dates, times, versions: 128 GB is not 256 GB, May is not June."""

from __future__ import annotations

from itertools import pairwise

from workers.cache.policy.lexicon import ClassKind
from workers.cache.policy.pair import Pair
from workers.cache.policy.reading import Reading


def objects(pair: Pair) -> bool:
    """Whether a figure has no equal on the other side, or a date or unit was swapped for another."""
    return _figures_differ(pair) or _named_quantities_differ(pair) or _count_other_things(pair)


def _figures_differ(pair: Pair) -> bool:
    mine, theirs = pair.question.quantities, pair.cached.quantities
    if mine == theirs:
        return False
    unmatched = list(theirs)
    for quantity in mine:
        partner = next((other for other in unmatched if quantity.equals(other)), None)
        if partner is None:
            return True
        unmatched.remove(partner)
    return bool(unmatched)


def _pointed(reading: Reading) -> frozenset[str]:
    """The words that say which: "next" in "next week"; nothing for "this week"."""
    tokens = reading.tokens
    return frozenset(
        word
        for word, named in pairwise(tokens)
        if word in reading.lexicon.lists["pointer"] and _is_date(named, reading)
    )


def _shares_a_date(pair: Pair) -> bool:
    return any(_is_date(word, pair.question) for word in pair.shared)


def _is_date(word: str, reading: Reading) -> bool:
    return reading.lexicon.is_quantity(word)


def _count_other_things(pair: Pair) -> bool:
    """Whether a figure counts one thing here and another there, both of which are in both texts: two for one."""
    mine, theirs = _counted(pair.question), _counted(pair.cached)
    for figure in mine.keys() & theirs.keys():
        here, there = mine[figure], theirs[figure]
        if here != there and here in pair.cached.words and there in pair.question.words:
            return True
    return False


def _counted(reading: Reading) -> dict[str, str]:
    """Each figure to the content word right after it."""
    following = pairwise(reading.tokens)
    return {figure: word for figure, word in following if figure[0] == "#" and word in reading.words}


def _named_quantities_differ(pair: Pair) -> bool:
    rest, lexicon = pair.remainder, pair.question.lexicon
    if not lexicon.lists["ordinal"].isdisjoint(rest.question + rest.cached):
        return True
    if _pointed(pair.question) != _pointed(pair.cached) and _shares_a_date(pair):
        return True
    return any(lexicon.clash(one, other) is ClassKind.QUANTITY for one in rest.question for other in rest.cached)
