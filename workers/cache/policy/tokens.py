"""From a text to words: Unicode, contractions, capitals, expressions folded to one token."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from sys import intern
from typing import NamedTuple

from workers.cache.policy.english import english
from workers.cache.policy.lexicon import Degree
from workers.cache.policy.notations import spelt_out
from workers.cache.policy.quantities import figure
from workers.cache.policy.word_files import word_lists

_TOKEN = re.compile(
    r"\d+(?:[.,:/]\d+)*|km/h|[^\W\d_]+(?:'[^\W\d_]+)*|[$€£¥₹%+*=<>^#&]|(?<=[\s\d])-(?=\s*\d)|(?<=\d)[\"″]"
)
_ASCII_TOKEN = re.compile(_TOKEN.pattern, re.ASCII)
_CLOCK = re.compile(r"\b([ap])\.\s?m\b\.?", re.IGNORECASE)
_DOTTED = re.compile(r"\b(?:[A-Za-z]\.){2,}(?:[A-Za-z]\b)?")
_NON = re.compile(r"\b(non)[- ](?=[a-z]{3})", re.IGNORECASE)
_QUOTES = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'", "“": '"', "”": '"', "–": "-", "—": "-"})
_CONTRACTIONS = {
    "can't": ("can", "not"), "won't": ("will", "not"), "shan't": ("shall", "not"), "ain't": ("be", "not"),
    "cant": ("can", "not"), "wont": ("will", "not"), "dont": ("do", "not"), "doesnt": ("do", "not"),
    "didnt": ("do", "not"), "isnt": ("be", "not"), "arent": ("be", "not"), "wasnt": ("be", "not"),
    "werent": ("be", "not"), "couldnt": ("can", "not"), "shouldnt": ("shall", "not"), "wouldnt": ("will", "not"),
    "hasnt": ("have", "not"), "havent": ("have", "not"), "whats": ("what", "be"), "im": ("i", "be"),
    "i'm": ("i", "be"), "let's": ("let",),
}  # fmt: skip
_IS_AFTER = frozenset(
    {"what", "who", "where", "when", "how", "why", "that", "it", "there", "here", "which", "he", "she"}
)
_SPECIAL = {"%": "percent", "&": "and", '"': "inch", "″": "inch", "km/h": "kmh", "US": "usa", "pm": "clockpm"}
_ROMAN = {numeral: f"#{value}" for value, numeral in enumerate(word_lists()["roman"], start=2) if len(numeral) > 1}
_SPECIAL |= _ROMAN
_ACRONYMS = frozenset({"it", "who", "us", "or", "in", "am", "be", "at", "as", "on", "can", "will", "may"})
_PLUSES = frozenset({"plus", "Plus", "PLUS"})
POSSESSIVE = "'s"


class Word(NamedTuple):
    """A word of a text, read.

    Attributes:
        stem: its key in the lexicon; `#` and the figure for a number.
        is_capital: written with a capital where only a name is.
        degree: of an adjective in -er or -est.
        is_participle: it may be one ("acquired", "written").
    """

    stem: str
    is_capital: bool = False
    degree: Degree | None = None
    is_participle: bool = False


_MONTH_OF_MAY = Word("maymonth", True)
_CAPITALISED = {"may": _MONTH_OF_MAY, "one": Word("#1")}
"""What some words are with a capital amid a sentence: "in May", "the Xbox One"."""
_PLUS = Word("plusmodel", True)
"""A plan or a model: "the Fiber Plus", "the 8 Plus", not "8 plus 5"."""
_AFTER_FIGURE = {
    "am": Word("clockam"), "AM": Word("clockam"), "PM": Word("clockpm"), "Pm": Word("clockpm"), "may": _MONTH_OF_MAY,
    "May": _MONTH_OF_MAY,
}  # fmt: skip
"""What some words are right after a figure: "9 am", "31 may"."""
_BY_NEIGHBOURS = _PLUSES.union(_AFTER_FIGURE)


def tokenise(text: str) -> list[Word]:
    """The words of a text, in order; punctuation is left out, but for signs that count."""
    plain = spelt_out(text if text.isascii() else unicodedata.normalize("NFC", text).translate(_QUOTES))
    if "." in plain:
        plain = _CLOCK.sub(r" \1m", plain)
        plain = _DOTTED.sub(lambda match: match[0].replace(".", ""), plain)
    if "non" in plain or "Non" in plain:
        plain = _NON.sub(r"\1", plain)  # "non-toxic", "non toxic": one word with its denial
    found = _TOKEN.findall(plain) if not plain.isascii() else _ASCII_TOKEN.findall(plain)
    shows_names = not _is_titled(found)
    words: list[Word] = []
    may_be_name = False
    for place, token in enumerate(found):
        if token in _BY_NEIGHBOURS and (word := _beside(words, found, place)):
            words.append(word)
        else:
            words += _words_of(token, may_be_name)
        may_be_name = shows_names
    return words


def _beside(before: Sequence[Word], found: Sequence[str], place: int) -> Word | None:
    """What a token is by the words round it; None if by itself."""
    token = found[place]
    if token in _PLUSES and _is_model(token, before, found, place):
        return _PLUS
    return _AFTER_FIGURE.get(token) if before and before[-1].stem[0] == "#" else None


def _is_model(token: str, before: Sequence[Word], found: Sequence[str], place: int) -> bool:
    """Whether "plus" belongs to the name or the figure before it, and adds nothing to it."""
    if not before or (found[place + 1 : place + 2] and found[place + 1][0].isdigit()):
        return False
    return token[0] == "P" or before[-1].stem[0] == "#"


def _is_titled(found: Sequence[str]) -> bool:
    """Whether Most Words Start With Capitals, which then mark no names."""
    long = 0
    for token in found:
        if len(token) > 2 and token.isalpha():
            if not token[0].isupper():
                return False
            long += 1
    return long > 2


@lru_cache(maxsize=32768)
def _words_of(token: str, may_be_name: bool) -> tuple[Word, ...]:
    """One token, read by itself; a capital marks a name where `may_be_name`."""
    if "'" in token or token.lower() in _CONTRACTIONS:
        return tuple(_contraction(token.lower(), may_be_name and token[0].isupper()))
    return (_word(token, may_be_name),)


def _word(token: str, may_be_name: bool) -> Word:
    if token[0].isdigit():
        return Word(intern("#" + figure(token)))
    if token in _SPECIAL:
        return Word(_SPECIAL[token])
    lexicon, lower = english(), token.lower()
    if len(token) > 2 and token[-1] == "s" and token[:-1].isupper():
        lower = lower[:-1]  # "APIs"
    stem = lexicon.stem(lower)
    is_capital = may_be_name and token[0].isupper() and len(token) > 1
    if is_capital and lower in _CAPITALISED:
        return _CAPITALISED[lower]
    if is_capital and token.isupper() and stem in _ACRONYMS:
        return Word(token, True)  # "IT", "WHO": letters, not the pronouns
    is_participle = lower in lexicon.irregular_forms or (lower.endswith("ed") and stem != lower)
    return Word(intern(stem), is_capital, lexicon.degrees.get(lower), is_participle and not is_capital)


def _stem(word: str) -> str:
    return english().stem(word)


def _contraction(token: str, is_capital: bool) -> list[Word]:
    if token in _CONTRACTIONS:
        return [Word(word) for word in _CONTRACTIONS[token]]
    base, _, end = token.rpartition("'")
    if end == "t" and base.endswith("n"):
        return [Word(_stem(base[:-1])), Word("not")]
    if end == "s" and base.upper() in _ROMAN and len(base) > 1:
        return [Word(_ROMAN[base.upper()]), Word(POSSESSIVE)]
    if end == "s" and base not in _IS_AFTER:
        return [Word(_stem(base), is_capital), Word(POSSESSIVE)]
    verb = {"s": "be", "re": "be", "ve": "have", "ll": "will", "d": "would"}.get(end)
    return [Word(_stem(base), is_capital), Word(verb)] if verb else [Word(_stem(token.replace("'", "")), is_capital)]
