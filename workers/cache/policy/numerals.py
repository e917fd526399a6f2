"""Reading a number that is written in digits or in words: "2.5k", "two hundred and fifty", "three eighths", "third"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from workers.cache.policy.word_files import word_lists
from workers.cache.policy.words import stem

_SPELT = {stem(word): value for value, word in enumerate(word_lists()["figures"]) if word.isalpha()} | {
    stem(word): 10 * (place + 2) for place, word in enumerate(word_lists()["tens"])
}
_ORDINALS = {stem(word): place + 3 for place, word in enumerate(word_lists()["ordinals"])} | {
    stem(word): 10 * (place + 2) for place, word in enumerate(word_lists()["ordinal tens"])
}
_AFTER_TENS = _ORDINALS | {"first": 1, "second": 2}
_MULTIPLIERS = {
    "hundred": 1e2, "thousand": 1e3, "k": 1e3, "lakh": 1e5, "lac": 1e5, "million": 1e6, "mn": 1e6,
    "crore": 1e7, "billion": 1e9, "bn": 1e9, "trillion": 1e12,
}  # fmt: skip
_OF_MONEY = {"m": 1e6, "mm": 1e6, "mio": 1e6, "b": 1e9, "t": 1e12}
_ORDINAL_ENDS = frozenset({"st", "nd", "rd", "th"})
_LARGEST_DENOMINATOR = 10

NUMERALS = frozenset(_SPELT) | frozenset(_MULTIPLIERS) | frozenset(_ORDINALS) | {"one"}
"""Words that a number may start with."""


class Numeral(NamedTuple):
    """A number of a text.

    Attributes:
        written: in digits: "250", "3/8", "4.2.1".
        end: the place after it.
        is_ordinal: it ranks, and counts nothing: "3rd".
    """

    written: str
    end: int
    is_ordinal: bool = False


def numeral_at(stems: Sequence[str], place: int, *, is_money: bool = False) -> Numeral | None:
    """The number that starts at `place`, or None. "One" and "a" only count in "one hundred" and the like."""
    first = stems[place]
    if first[0] == "#" and len(first) > 1:
        return _in_digits(stems, place, is_money=is_money)
    if first in _ORDINALS:
        return Numeral(str(_ORDINALS[first]), place + 1, is_ordinal=True)
    return _in_words(stems, place)


def _at(stems: Sequence[str], place: int) -> str:
    return stems[place] if place < len(stems) else ""


def _in_digits(stems: Sequence[str], place: int, *, is_money: bool) -> Numeral:
    written, end = stems[place][1:], place + 1
    if _at(stems, end) in _ORDINAL_ENDS:
        return Numeral(written, end + 1, is_ordinal=True)
    if not written.replace(".", "", 1).isdigit():
        return Numeral(written, end)
    while factor := _MULTIPLIERS.get(_at(stems, end)) or (is_money and _OF_MONEY.get(_at(stems, end))):
        written, end = _spell(float(written) * factor), end + 1
    return _with_a_half(written, end, stems)


def _with_a_half(written: str, end: int, stems: Sequence[str]) -> Numeral:
    """ "Two and a half", "1 1/2"."""
    if tuple(stems[end : end + 3]) == ("and", "a", "half"):
        return Numeral(_spell(float(written) + 0.5), end + 3)
    following = _at(stems, end)
    if following[:1] == "#" and following[1:] in {"1/2", "1/4", "3/4", "1/3", "2/3", "1/8"} and written.isdigit():
        top, _, bottom = following[1:].partition("/")
        return Numeral(_spell(int(written) + int(top) / int(bottom)), end + 1)
    return Numeral(written, end)


def _in_words(stems: Sequence[str], place: int) -> Numeral | None:
    """A run of number words; hundreds multiply what is before them, thousands and more close a group."""
    total, group, end, is_started = 0.0, 0.0, place, False
    while end < len(stems):
        skips_and = is_started and stems[end] == "and" and group >= 100 and _small(stems, end + 1) is not None
        small = _small(stems, end + skips_and)
        factor = _MULTIPLIERS.get(stems[end])
        if small is not None and (not is_started or group == 0 or group % 100 == 0):
            value, end = small
            group, is_started = group + value, True
        elif factor is not None and (is_started or len(stems[end]) > 2):
            group, end = (group or 1.0) * factor, end + 1
            total, group = (total, group) if factor == 100 else (total + group, 0.0)
            is_started = True
        else:
            break
    if not is_started:
        return None
    written = _spell(total + group)
    return _fraction(written, stems, place, end) or _with_a_half(written, end, stems)


def _small(stems: Sequence[str], place: int) -> tuple[int, int] | None:
    """A number below a hundred, and the place after it."""
    first = _at(stems, place)
    if first == "one":
        return (1, place + 1) if _counts(stems, place + 1) else None
    value = _SPELT.get(first)
    if value is None:
        return None
    following = _at(stems, place + 1)
    if value >= 20:
        units = 1 if following == "one" else _SPELT.get(following, 0)
        if 0 < units < 10:
            return value + units, place + 2
    return value, place + 1


def _counts(stems: Sequence[str], place: int) -> bool:
    """Whether "one" is a number before what follows: "one hundred", "one third", "one and a half"."""
    following = _at(stems, place)
    return (
        following in _MULTIPLIERS or following in _ORDINALS or tuple(stems[place : place + 3]) == ("and", "a", "half")
    )


def _fraction(written: str, stems: Sequence[str], place: int, end: int) -> Numeral | None:
    """ "Three eighths" is 3/8, and "twenty third" 23."""
    value = int(float(written))
    rank = _AFTER_TENS.get(_at(stems, end))
    if rank is None:
        return None
    if value >= 20 and value % 10 == 0 and rank < 10:
        return Numeral(str(value + rank), end + 1, is_ordinal=True)
    is_fraction = end == place + 1 and 3 <= rank <= _LARGEST_DENOMINATOR and value < rank
    return Numeral(f"{value}/{rank}", end + 1) if is_fraction else None


def _spell(amount: float) -> str:
    return str(int(amount)) if amount == int(amount) else repr(amount)
