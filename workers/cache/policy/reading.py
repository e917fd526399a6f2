"""Reading a question into what the guards compare: words folded to stems, figures, denials, what is asked."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import NamedTuple

from workers.cache.policy.language import language_of
from workers.cache.policy.lexicon import STAR, Degree, Lexicon, PhraseNode, english
from workers.cache.policy.asking import Asked, asked_for
from workers.cache.policy.quantities import (
    CURRENCY_SIGNS,
    Quantity,
    figure,
    multiplier,
    quantity,
    spelt_number,
    unit,
)

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
_IS_AFTER = frozenset("what who where when how why that it there here which he she".split())
_ORDINAL_ENDS = frozenset({"st", "nd", "rd", "th"})
_SPECIAL = {"%": "percent", "&": "and", '"': "inch", "″": "inch", "km/h": "kmh", "US": "usa", "pm": "clockpm"}
_ACRONYMS = frozenset({"it", "who", "us", "or", "in", "am", "be", "at", "as", "on", "can", "will", "may"})
_REMEMBERED_LENGTH = 512
POSSESSIVE = "'s"
MAX_STAR = 4


class Passive(NamedTuple):
    """Who does what to whom where the verb is passive."""

    verb: str
    agents: frozenset[str]
    patients: frozenset[str]


@dataclass(frozen=True)
class Reading:
    """One text, read.

    Attributes:
        tokens: every word as a stem, in order, expressions folded; a figure is `#` and the figure.
        content: the tokens that carry matter, figures included, in order.
        quantities: figures with their units, in order.
        names: stems written like proper names, or known to be.
        participles: stems of words that may be participles, "acquired" or "written".
        degrees: stems of the adjectives that stand in a degree, with that degree.
    """

    tokens: tuple[str, ...]
    content: tuple[str, ...]
    quantities: tuple[Quantity, ...]
    names: frozenset[str]
    participles: frozenset[str]
    degrees: frozenset[tuple[str, Degree]]
    raw: str = field(repr=False)
    lexicon: Lexicon = field(repr=False, compare=False)

    @cached_property
    def words(self) -> frozenset[str]:
        """The content without figures, and without the measure that "how long" and the like ask for."""
        return frozenset(token for token in self.content if token[0] != "#" and token != self.asked.measure)

    @cached_property
    def relations(self) -> frozenset[str]:
        """Prepositions and the like."""
        return frozenset(
            token for token, label in zip(self.tokens, self.labels, strict=True) if label in {"relation", "link"}
        )

    @cached_property
    def language(self) -> str:
        """See `language_of`."""
        return language_of(self.raw)

    @cached_property
    def passive(self) -> Passive | None:
        """The verb, agents and patients of "B is hit by A"; None without such a form."""
        tokens = self.tokens
        if "by" not in tokens or "be" not in tokens[: tokens.index("by")]:
            return None
        place = tokens.index("by")
        if tokens[place - 1] not in self.participles:
            return None
        before = [token for token, label in zip(tokens[:place], self.labels, strict=False) if not label]
        after = [token for token, label in zip(tokens[place:], self.labels[place:], strict=True) if not label]
        return Passive(before[-1], frozenset(after), frozenset(before[:-1])) if before else None

    @cached_property
    def turns(self) -> int:
        """How many words turn the sense round: "not", "never", "without", "less", "least"."""
        return self.labels.count("negation") + self.tokens.count("less") + self.tokens.count("least")

    @cached_property
    def asked(self) -> Asked:
        """What the first question word asks for."""
        return asked_for(self.tokens, self.lexicon)

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """For every token its label among the function words, or "" for content."""
        labels = self.lexicon.function_words
        return tuple(labels.get(token, "") for token in self.tokens)


def read(text: str) -> Reading:
    """Read a text. Linear in its length; recent readings of short texts are remembered, since entries come up again."""
    return _read_remembered(text) if len(text) <= _REMEMBERED_LENGTH else _read(text)


def _read(text: str) -> Reading:
    lexicon = english()
    words = _fold_phrases(_tokenise(text), lexicon.phrases)
    tokens, quantities = _measure(words)
    labels = lexicon.function_words
    content = [word for word in tokens if word.stem not in labels]
    names = {word.stem for word in content if word.is_capital or lexicon.is_name(word.stem)}
    return Reading(
        tokens=tuple(word.stem for word in tokens),
        content=tuple(word.stem for word in content),
        quantities=tuple(quantities),
        names=frozenset(names),
        participles=frozenset(word.stem for word in tokens if word.is_participle),
        degrees=_degrees(tokens, labels),
        raw=text,
        lexicon=lexicon,
    )


_read_remembered = lru_cache(maxsize=4096)(_read)


class _Word(NamedTuple):
    stem: str
    is_capital: bool = False
    degree: Degree | None = None
    is_participle: bool = False


@lru_cache(maxsize=65536)
def _stem(word: str) -> str:
    return english().stem(word)


def _tokenise(text: str) -> list[_Word]:
    plain = text.translate(_QUOTES)
    if "." in plain:
        plain = _CLOCK.sub(r" \1m", plain)
        plain = _DOTTED.sub(lambda match: match[0].replace(".", ""), plain)
    found = _TOKEN.findall(plain)
    capitals = sum(token[0].isupper() for token in found)
    is_titled = capitals > 2 and capitals > 0.6 * sum(token[0].isalpha() for token in found)
    words: list[_Word] = []
    for place, token in enumerate(found):
        first = token[0]
        if first.isdigit():
            words.append(_Word("#" + figure(token)))
        elif "'" in token or token.lower() in _CONTRACTIONS:
            words.extend(_contraction(token.lower(), token[0].isupper() and place > 0 and not is_titled))
        elif token in _SPECIAL:
            words.append(_Word(_SPECIAL[token]))
        elif token == "may" or token == "May":
            is_month = (place > 0 and token == "May") or (words and words[-1].stem[0] == "#")
            words.append(_Word("maymonth" if is_month else "may"))
        elif first.isupper():
            words.append(_capitalised(token, is_name=place > 0 and not is_titled))
        else:
            words.append(_plain(token.lower(), words))
    return words


def _plain(token: str, before: Sequence[_Word]) -> _Word:
    if token == "am" and before and before[-1].stem[0] == "#":
        return _Word("clockam")
    lexicon = english()
    stem = _stem(token)
    is_participle = (token.endswith("ed") and stem != token) or token in lexicon.irregular_forms
    return _Word(stem, False, lexicon.degrees.get(token), is_participle)


def _capitalised(token: str, *, is_name: bool) -> _Word:
    lower = token.lower()
    stem = _stem(lower)
    if len(token) > 1 and token.isupper() and is_name and stem in _ACRONYMS:
        return _Word(token, True)  # "IT", "WHO": letters, not the pronouns
    return _Word(stem, is_name and len(token) > 1, english().degrees.get(lower))


def _degrees(words: Sequence[_Word], labels: Mapping[str, str]) -> frozenset[tuple[str, Degree]]:
    found: set[tuple[str, Degree]] = set()
    pending: Degree | None = None
    for word in words:
        if word.degree is not None:
            found.add((word.stem, word.degree))
        elif labels.get(word.stem) == "degree":
            pending = Degree.SUPERLATIVE if word.stem in {"most", "least"} else Degree.COMPARATIVE
            continue
        elif pending is not None and word.stem not in labels:
            found.add((word.stem, pending))
        pending = None
    return frozenset(found)


def _contraction(token: str, is_capital: bool) -> list[_Word]:
    if token in _CONTRACTIONS:
        return [_Word(word) for word in _CONTRACTIONS[token]]
    base, _, end = token.rpartition("'")
    if end == "t" and base.endswith("n"):
        return [_Word(_stem(base[:-1])), _Word("not")]
    if end == "s" and base not in _IS_AFTER:
        return [_Word(_stem(base), is_capital), _Word(POSSESSIVE)]
    verb = {"s": "be", "re": "be", "ve": "have", "ll": "will", "d": "would"}.get(end)
    return [_Word(_stem(base), is_capital), _Word(verb)] if verb else [_Word(_stem(token.replace("'", "")), is_capital)]


def _fold_phrases(words: list[_Word], root: PhraseNode) -> list[_Word]:
    out: list[_Word] = []
    place = 0
    while place < len(words):
        node = root.get(words[place].stem)
        match = _longest(words, place + 1, node) if node is not None else None
        if match is None:
            out.append(words[place])
            place += 1
            continue
        for stem in match.replacement:
            out.extend(words[match.star] if stem == STAR else (_Word(stem),))
        if STAR not in match.replacement:
            out.extend(words[match.star])
        place = match.end
    return out


class _Match(NamedTuple):
    end: int
    replacement: tuple[str, ...]
    star: slice


_NO_STAR = slice(0, 0)


def _longest(words: Sequence[_Word], place: int, node: PhraseNode) -> _Match | None:
    """The longest expression that continues at `place` from a node of the trie."""
    best: _Match | None = None
    while node is not None:
        if node.replacement is not None:
            best = _Match(place, node.replacement, _NO_STAR)
        if STAR in node and (starred := _after_star(words, place, node[STAR])):
            best = starred
        if place >= len(words) or (following := node.get(words[place].stem)) is None:
            return best
        node, place = following, place + 1
    return best


def _after_star(words: Sequence[_Word], start: int, node: PhraseNode) -> _Match | None:
    for end in range(start + 1, min(start + MAX_STAR, len(words) - 1) + 1):
        following = node.get(words[end].stem)
        if following is not None and (match := _longest(words, end + 1, following)):
            return match._replace(star=slice(start, end))
    return None


def _measure(words: list[_Word]) -> tuple[list[_Word], list[Quantity]]:
    """Take figures together with their multipliers and units, which leave the words."""
    out: list[_Word] = []
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
        out.append(_Word("#" + measured.written))
    return out, quantities


def _figure_at(words: Sequence[_Word], place: int) -> tuple[str, int] | None:
    """The figure that starts at `place`, in digits or in words, and where it ends."""
    stem = words[place].stem
    if stem[0] == "#" and len(stem) > 1:
        written, end = stem[1:], place + 1
    else:
        value = spelt_number(stem)
        if value is None:
            factor = multiplier(stem)
            if factor is None or factor == 1e3 and len(stem) == 1:
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


def _with_unit(written: str, sign: str | None, words: Sequence[_Word], place: int) -> tuple[Quantity, int]:
    if sign is not None:
        return quantity(written, sign), place
    following = words[place].stem if place < len(words) else ""
    if following in CURRENCY_SIGNS:
        return quantity(written, CURRENCY_SIGNS[following]), place + 1
    measure = unit(following)
    if measure is None:
        return quantity(written), place
    return quantity(written, *measure), place + 1
