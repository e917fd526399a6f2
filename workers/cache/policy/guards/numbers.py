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
        if word in reading.lexicon.lists["pointer"] and named in reading.lexicon.quantities
    )


def _shares_a_date(pair: Pair) -> bool:
    return not pair.shared.isdisjoint(pair.question.lexicon.quantities)


def _count_other_things(pair: Pair) -> bool:
    """Whether a figure counts one thing here and another there, both of which are in both texts: two for one."""
    if not pair.question.quantities or not pair.cached.quantities:
        return False
    mine, theirs = _neighbours(pair.question), _neighbours(pair.cached)
    for figure in mine.keys() & theirs.keys():
        (before, here), (before_there, there) = mine[figure], theirs[figure]
        if here == there or {before, here} & {before_there, there}:
            continue
        if here in pair.cached.words and there in pair.question.words:
            return True
    return False


def _neighbours(reading: Reading) -> dict[str, tuple[str, str]]:
    """Each figure to the word before it, which may be the name it belongs to, and the content word right after it."""
    tokens = ("", *reading.tokens)
    return {
        figure: (before, after)
        for before, figure, after in zip(tokens, tokens[1:], tokens[2:], strict=False)
        if figure[0] == "#" and after in reading.words
    }


def _named_quantities_differ(pair: Pair) -> bool:
    rest, lexicon = pair.remainder, pair.question.lexicon
    if not lexicon.lists["ordinal"].isdisjoint(rest.question + rest.cached):
        return True
    if _shares_a_date(pair) and _pointed(pair.question) != _pointed(pair.cached):
        return True
    if not rest.question or not rest.cached:
        return False
    return any(lexicon.clash(one, other) is ClassKind.QUANTITY for one in rest.question for other in rest.cached)
