"""Figures, units, currencies, percentages, dates, times, versions: 128 GB is not 256 GB, May is not June."""

from __future__ import annotations

from itertools import pairwise

from workers.cache.policy.lexicon import ClassKind, Lexicon
from workers.cache.policy.pair import Pair
from workers.cache.policy.reading import Reading
from workers.cache.policy.words import stem

_VAGUE = frozenset({"today", "tonight", "night", "weekday"})
"""Dates that a wording may leave out: "what is the weather (today)"."""
_BOUNDS = frozenset(map(stem, ("before", "after", "over", "under", "above", "below", "beneath", "since", "than")))
_FEW = 2
"""With more words left over, a date on one side only is mostly part of a story that leads to the same question."""


def objects(pair: Pair) -> bool:
    """Whether a figure has no equal on the other side, or a date or unit was swapped for another."""
    return _figures_differ(pair) or _bounds_differ(pair) or _named_quantities_differ(pair) or _count_other_things(pair)


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


def _bounds_differ(pair: Pair) -> bool:
    """Whether one side says "before", "after", "over" or "under" a figure, and the other side names it without."""
    if not pair.question.quantities or pair.question.relations == pair.cached.relations:
        return False
    if len(pair.remainder.question) + len(pair.remainder.cached) > _FEW:
        return False
    mine, theirs = _bounded(pair.question), _bounded(pair.cached)
    return any(mine[figure] != theirs[figure] for figure in mine.keys() & theirs.keys())


def _bounded(reading: Reading) -> dict[str, bool]:
    """Each figure to whether a bound stands right before it."""
    return {figure: before in _BOUNDS for before, figure in pairwise(("", *reading.tokens)) if figure[0] == "#"}


def _pointed(reading: Reading) -> frozenset[str]:
    """The words that say which: "next" in "next week"; nothing for "this week"."""
    tokens = reading.tokens
    return frozenset(
        word
        for word, named in pairwise(tokens)
        if word in reading.lexicon.lists["pointer"] and named in reading.lexicon.quantities
    )


def _shares_a_date(pair: Pair) -> bool:
    return not pair.question.measures.isdisjoint(pair.cached.measures)


def _count_other_things(pair: Pair) -> bool:
    """Whether a figure counts one thing here and another there, both of which are in both texts: two for one."""
    if not pair.question.quantities or not pair.cached.quantities:
        return False
    mine, theirs = pair.question.counts, pair.cached.counts
    for figure in mine.keys() & theirs.keys():
        (before, here), (before_there, there) = mine[figure], theirs[figure]
        if here == there or {before, here} & {before_there, there}:
            continue
        if here in pair.cached.words and there in pair.question.words:
            return True
    return False


def _named_quantities_differ(pair: Pair) -> bool:
    rest, lexicon = pair.remainder, pair.question.lexicon
    ordinal = lexicon.lists["ordinal"]
    if not ordinal.isdisjoint(rest.question) or not ordinal.isdisjoint(rest.cached):
        return True
    if _shares_a_date(pair) and _pointed(pair.question) != _pointed(pair.cached):
        return True
    if not rest.question and not rest.cached:
        return False
    if _rates_differ(pair):
        return True
    mine, theirs = pair.question.measures, pair.cached.measures
    if mine.isdisjoint(rest.question) and theirs.isdisjoint(rest.cached):
        return False
    if ClassKind.QUANTITY in pair.clashes:
        return True
    if _limits_differ(pair):
        return True
    return _other_dates(rest.question, rest.cached, lexicon) or _units_differ(pair)


def _limits_differ(pair: Pair) -> bool:
    """Whether one side alone says how often a limit holds: "the most I can send", "the most I can send daily"."""
    lists, rest = pair.question.lexicon.lists, pair.remainder
    if lists["limiting"].isdisjoint(pair.question.tokens) or lists["limiting"].isdisjoint(pair.cached.tokens):
        return False
    return lists["recurring"].isdisjoint(rest.question) != lists["recurring"].isdisjoint(rest.cached)


def _other_dates(mine: tuple[str, ...], theirs: tuple[str, ...], lexicon: Lexicon) -> bool:
    """Whether days, months or parts of the day of different kinds face each other: "tomorrow", "on Friday"."""
    first, second = lexicon.dates.intersection(mine), lexicon.dates.intersection(theirs)
    if first and second:
        return True
    return any(len(rest) <= _FEW and not dates <= _VAGUE for dates, rest in ((first, mine), (second, theirs)) if dates)


def _units_differ(pair: Pair) -> bool:
    """Whether different units are asked for, or one side alone names one: "how many litres", "in mph", "per acre"."""
    rest, lexicon = pair.remainder, pair.question.lexicon
    mine = lexicon.quantities.intersection(rest.question) - lexicon.dates
    theirs = lexicon.quantities.intersection(rest.cached) - lexicon.dates
    if mine and theirs:
        return True
    return _is_measured_in(mine, pair.question) or _is_measured_in(theirs, pair.cached)


def _is_measured_in(units: frozenset[str], reading: Reading) -> bool:
    return bool(units) and any(before in {"in", "per"} and unit in units for before, unit in pairwise(reading.tokens))


def _rates_differ(pair: Pair) -> bool:
    """Whether both sides say per what, and it is not the same."""
    if "per" not in pair.question.token_set or "per" not in pair.cached.token_set:
        return False
    mine, theirs = _rated(pair.question), _rated(pair.cached)
    synonyms = pair.question.lexicon.are_synonyms
    return bool(mine and theirs) and not any(synonyms(one, other) for one in mine for other in theirs)


def _rated(reading: Reading) -> frozenset[str]:
    return frozenset(after for before, after in pairwise(reading.tokens) if before == "per")
