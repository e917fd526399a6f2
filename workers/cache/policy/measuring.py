"""Taking figures together with their signs, multipliers and units: "five hundred dollars", "9 in the evening"."""

from __future__ import annotations

from collections.abc import Sequence

from workers.cache.policy.lexicon import Degree
from workers.cache.policy.numerals import NUMERALS, Numeral, numeral_at
from workers.cache.policy.quantities import CURRENCIES, CURRENCY_SIGNS, UNITS, Quantity, quantity, unit
from workers.cache.policy.tokens import Word
from workers.cache.policy.word_files import word_lists
from workers.cache.policy.words import stem

_STARTS = NUMERALS | frozenset(CURRENCY_SIGNS) | UNITS
_PARTS_OF_THE_DAY = {
    ("in", "the", "morning"): "am", ("in", "the", "afternoon"): "pm", ("in", "the", "evening"): "pm",
    ("at", "night"): "pm",
}  # fmt: skip
_ARTICLES = frozenset({"a", "an"})
_FIRSTS = NUMERALS | frozenset(CURRENCY_SIGNS) | _ARTICLES
_BEFORE_ONE = frozenset(map(stem, word_lists()["before one"]))
"""Words after which "a cup" is one cup and no rate."""
_MONTHS = frozenset(map(stem, word_lists()["months"]))
_DAY = 3
"""Signs of a day's figure, # included."""
_BOUNDS = dict.fromkeys(
    ("young", "small", "short", "low", "light", "cheap", "early", "near", "close", "few", "fast", "quick"), "under"
) | dict.fromkeys(
    ("old", "big", "large", "long", "high", "heavy", "costly", "pricey", "late", "tall", "far", "slow", "great"), "over"
)
_LETTERS = frozenset("cfgjlvw")
"""Units that never go before the figure of a smaller one, unlike "5 h 30 min"."""
_NEVER_ONE = frozenset({"c", "f", "m", "g", "h", "l", "s", "v", "w", "j", "second", "quarter", "bar", "stone", "min"})
"""Units that mostly are another word after "one" and "a": "one second", "in a bar", "the one C"."""


def measure(words: Sequence[Word]) -> tuple[list[Word], list[Quantity]]:
    """The words with figures in digits and without their units, and what was measured."""
    stems = [word[0] for word in words]
    if "#" not in "".join(stems) and _STARTS.isdisjoint(stems):
        return list(words), []
    out: list[Word] = []
    quantities: list[Quantity] = []
    place = 0
    while place < len(words):
        if stems[place][0] != "#" and stems[place] not in _FIRSTS:
            if stems[place] in _MONTHS:
                _put_month_first(out, words[place])
            else:
                out.append(words[place])
            place += 1
            continue
        sign = CURRENCY_SIGNS.get(stems[place - 1]) if place else None
        started = numeral_at(stems, place, is_money=sign is not None or _is_money(stems, place)) or _one(stems, place)
        if started is None:
            if stems[place] not in CURRENCY_SIGNS:
                out.append(words[place])
            place += 1
            continue
        measured, place = _with_unit(started, sign, stems)
        quantities.append(measured)
        _fold_bound(out)
        out.append(Word(measured.token))
    return out, quantities


def _put_month_first(out: list[Word], month: Word) -> None:
    """Read "31 May" and "the 31st of May" as "May 31"."""
    days = out[:-1] if out and out[-1].stem == "of" else out
    if days and days[-1].stem[0] == "#" and days[-1].stem[1:].isdigit() and len(days[-1].stem) <= _DAY:
        out[:] = [*days[:-1], month, days[-1]]
    else:
        out.append(month)


def _fold_bound(out: list[Word]) -> None:
    """Read "younger than" before a figure as "under", and "older than" as "over"."""
    if len(out) > 1 and out[-1].stem == "than" and out[-2].degree is Degree.COMPARATIVE:
        bound = _BOUNDS.get(out[-2].stem)
        if bound is not None:
            out[-2:] = [Word(bound)]


def _one(stems: Sequence[str], place: int) -> Numeral | None:
    """ "One day", and "a day" where it is no rate."""
    if stems[place] != "one" and stems[place] not in _ARTICLES:
        return None
    following = stems[place + 1] if place + 1 < len(stems) else ""
    if following not in UNITS or following in _NEVER_ONE:
        return None
    is_one = stems[place] == "one" or (place > 0 and stems[place - 1] in _BEFORE_ONE)
    return Numeral("1", place + 1) if is_one else None


def _begins_a_code(stems: Sequence[str], place: int) -> bool:
    """Whether a letter after a figure belongs to the next one: "the 2021 F1 season"."""
    return place + 1 < len(stems) and stems[place] in _LETTERS and stems[place + 1][0] == "#"


def _is_money(stems: Sequence[str], place: int) -> bool:
    """Whether a currency follows the word after a figure: "2m dollars"."""
    if stems[place][0] != "#" or place + 2 >= len(stems):
        return False
    measure = unit(stems[place + 2])
    return measure is not None and measure[0] in CURRENCIES


def _with_unit(found: Numeral, sign: str | None, stems: Sequence[str]) -> tuple[Quantity, int]:
    written, place, is_ordinal = found
    if is_ordinal:
        return quantity(written), place
    following = stems[place] if place < len(stems) else ""
    named = None if _begins_a_code(stems, place) else unit(following)
    if sign is not None:
        return quantity(written, sign), place + (named is not None and named[0] == sign)
    said = tuple(stems[place : place + 3])
    for length in (3, 2):
        if half := _PARTS_OF_THE_DAY.get(said[:length]):
            return quantity(written, half), place + length
    if following in CURRENCY_SIGNS:
        return quantity(written, CURRENCY_SIGNS[following]), place + 1
    return (quantity(written), place) if named is None else (quantity(written, *named), place + 1)
