"""From a text to words: Unicode, contractions, capitals, expressions folded to one token."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from workers.cache.policy.english import english
from workers.cache.policy.lexicon import Degree
from workers.cache.policy.quantities import figure

_TOKEN = re.compile(
    r"\d+(?:[.,:/]\d+)*|km/h|[^\W\d_]+(?:'[^\W\d_]+)*|[$€£¥₹%+*=<>^#&]|(?<=[\s\d])-(?=\s*\d)|(?<=\d)[\"″]"
)
_CLOCK = re.compile(r"\b([ap])\.\s?m\b\.?", re.IGNORECASE)
_DOTTED = re.compile(r"\b(?:[A-Za-z]\.){2,}(?:[A-Za-z]\b)?")
_QUOTES = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'", "“": '"', "”": '"', "–": "-", "—": "-"})
_CONTRACTIONS = {
    "can't": ("can", "not"), "won't": ("will", "not"), "shan't": ("shall", "not"), "ain't": ("be", "not"),
    "cant": ("can", "not"), "wont": ("will", "not"), "dont": ("do", "not"), "doesnt": ("do", "not"),
    "didnt": ("do", "not"), "isnt": ("be", "not"), "arent": ("be", "not"), "wasnt": ("be", "not"),
    "werent": ("be", "not"), "couldnt": ("can", "not"), "shouldnt": ("shall", "not"), "wouldnt": ("will", "not"),
    "hasnt": ("have", "not"), "havent": ("have", "not"), "whats": ("what", "be"), "im": ("i", "be"),
    "i'm": ("i", "be"), "let's": ("let",),
}  # fmt: skip
_MAY = frozenset({"may", "May"})
_AM = frozenset({"am"})
_IS_AFTER = frozenset(
    {"what", "who", "where", "when", "how", "why", "that", "it", "there", "here", "which", "he", "she"}
)
_SPECIAL = {"%": "percent", "&": "and", '"': "inch", "″": "inch", "km/h": "kmh", "US": "usa", "pm": "clockpm"}
_ACRONYMS = frozenset({"it", "who", "us", "or", "in", "am", "be", "at", "as", "on", "can", "will", "may"})
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


@lru_cache(maxsize=65536)
def stem_of(word: str) -> str:
    """The lexicon's key of a lower-case word, remembered."""
    return english().stem(word)


def tokenise(text: str) -> list[Word]:
    """The words of a text, in order; punctuation is left out, but for signs that count."""
    plain = (text if text.isascii() else unicodedata.normalize("NFC", text)).translate(_QUOTES)
    if "." in plain:
        plain = _CLOCK.sub(r" \1m", plain)
        plain = _DOTTED.sub(lambda match: match[0].replace(".", ""), plain)
    found = _TOKEN.findall(plain)
    capitals = sum(token[0].isupper() for token in found)
    is_titled = capitals > 2 and capitals > 0.6 * sum(token[0].isalpha() for token in found)
    words: list[Word] = []
    for place, token in enumerate(found):
        first = token[0]
        if first.isdigit():
            words.append(Word("#" + figure(token)))
        elif "'" in token or token.lower() in _CONTRACTIONS:
            words.extend(_contraction(token.lower(), token[0].isupper() and place > 0 and not is_titled))
        elif token in _SPECIAL:
            words.append(Word(_SPECIAL[token]))
        elif token in _MAY:
            is_month = (place > 0 and token[0] == "M") or (words and words[-1].stem[0] == "#")
            words.append(Word("maymonth" if is_month else "may"))
        elif first.isupper():
            words.append(_capitalised(token, is_name=place > 0 and not is_titled))
        else:
            words.append(_plain(token.lower(), words))
    return words


def _plain(token: str, before: Sequence[Word]) -> Word:
    if token in _AM and before and before[-1].stem[0] == "#":
        return Word("clockam")
    lexicon = english()
    stem = stem_of(token)
    is_participle = (token.endswith("ed") and stem != token) or token in lexicon.irregular_forms
    return Word(stem, False, lexicon.degrees.get(token), is_participle)


def _capitalised(token: str, *, is_name: bool) -> Word:
    lower = token.lower()
    stem = stem_of(lower)
    if len(token) > 1 and token.isupper() and is_name and stem in _ACRONYMS:
        return Word(token, True)  # "IT", "WHO": letters, not the pronouns
    return Word(stem, is_name and len(token) > 1, english().degrees.get(lower))


def _contraction(token: str, is_capital: bool) -> list[Word]:
    if token in _CONTRACTIONS:
        return [Word(word) for word in _CONTRACTIONS[token]]
    base, _, end = token.rpartition("'")
    if end == "t" and base.endswith("n"):
        return [Word(stem_of(base[:-1])), Word("not")]
    if end == "s" and base not in _IS_AFTER:
        return [Word(stem_of(base), is_capital), Word(POSSESSIVE)]
    verb = {"s": "be", "re": "be", "ve": "have", "ll": "will", "d": "would"}.get(end)
    return (
        [Word(stem_of(base), is_capital), Word(verb)] if verb else [Word(stem_of(token.replace("'", "")), is_capital)]
    )
