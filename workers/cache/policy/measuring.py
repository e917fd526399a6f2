"""Taking figures together with their signs, multipliers and units: "five hundred dollars", "9 in the evening"."""

from __future__ import annotations

from collections.abc import Sequence

from workers.cache.policy.quantities import CURRENCY_SIGNS, NUMERALS, Quantity, multiplier, quantity, spelt_number, unit
from workers.cache.policy.tokens import Word

_ORDINAL_ENDS = frozenset({"st", "nd", "rd", "th"})
_PARTS_OF_THE_DAY = {
    ("in", "the", "morning"): "am", ("in", "the", "afternoon"): "pm", ("in", "the", "evening"): "pm",
    ("at", "night"): "pm",
}  # fmt: skip


def measure(words: Sequence[Word]) -> tuple[list[Word], list[Quantity]]:
    """The words with figures in digits and without their units, and what was measured."""
    if not any(word.stem[0] == "#" or word.stem in NUMERALS or word.stem in CURRENCY_SIGNS for word in words):
        return list(words), []
    out: list[Word] = []
    quantities: list[Quantity] = []
    place = 0
    while place < len(words):
        stem = words[place].stem
        started = _figure_at(words, place)
        if started is None:
            sign = CURRENCY_SIGNS.get(stem)
            if sign is None:
                out.append(words[place])
            place += 1
            continue
        sign = CURRENCY_SIGNS.get(words[place - 1].stem) if place else None
        written, place = started
        measured, place = _with_unit(written, sign, words, place)
        quantities.append(measured)
        out.append(Word("#" + measured.written))
    return out, quantities


def _figure_at(words: Sequence[Word], place: int) -> tuple[str, int] | None:
    """The figure that starts at `place`, in digits or in words, and where it ends."""
    stem = words[place].stem
    if stem[0] == "#" and len(stem) > 1:
        written, end = stem[1:], place + 1
    else:
        value = spelt_number(stem)
        if value is None:
            factor = multiplier(stem)
            if factor is None or (factor == 1e3 and len(stem) == 1):
                return None
            return _spell(factor), place + 1
        end = place + 1
        units = spelt_number(words[end].stem) if end < len(words) and value >= 20 else None
        if units is not None and units < 10:
            value, end = value + units, end + 1
        written = str(value)
    if end < len(words) and words[end].stem in _ORDINAL_ENDS:
        return written, end + 1
    while end < len(words) and (factor := multiplier(words[end].stem)) and written.replace(".", "", 1).isdigit():
        written, end = _spell(float(written) * factor), end + 1
    return written, end


def _spell(amount: float) -> str:
    return str(int(amount)) if amount == int(amount) else repr(amount)


def _with_unit(written: str, sign: str | None, words: Sequence[Word], place: int) -> tuple[Quantity, int]:
    if sign is not None:
        return quantity(written, sign), place
    following = words[place].stem if place < len(words) else ""
    said = tuple(word.stem for word in words[place : place + 3])
    for length in (3, 2):
        if half := _PARTS_OF_THE_DAY.get(said[:length]):
            return quantity(written, half), place + length
    if following in CURRENCY_SIGNS:
        return quantity(written, CURRENCY_SIGNS[following]), place + 1
    measure = unit(following)
    if measure is None:
        return quantity(written), place
    return quantity(written, *measure), place + 1
