"""Reading a question into what the guards compare: words folded to stems, figures, denials, what is asked."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from workers.cache.policy.acting import Acting, acting_of
from workers.cache.policy.asking import Asked, asked_for, counted
from workers.cache.policy.clauses import Text
from workers.cache.policy.denial import Denial, denials_of
from workers.cache.policy.english import english
from workers.cache.policy.folding import fold_phrases
from workers.cache.policy.frame import Frame, frame_of
from workers.cache.policy.framing import unframed
from workers.cache.policy.inclusion import governed_by
from workers.cache.policy.language import language_of
from workers.cache.policy.lazy import lazy
from workers.cache.policy.lexicon import Degree, Lexicon
from workers.cache.policy.measuring import measure
from workers.cache.policy.naming import Name, long_names, plain_words
from workers.cache.policy.quantities import Quantity
from workers.cache.policy.slips import spelt_words
from workers.cache.policy.standing import Standing, standing_of
from workers.cache.policy.text import normalise
from workers.cache.policy.tokens import Word, tokenise

LEAST_NAME = 3
"""Words of a name that may be a variant of another: two that are shared, and what it goes on with."""
_LETTERED = re.compile(r"\b\d+[ai]\b")
_NOTHING: frozenset[str] = frozenset()
_REMEMBERED_LENGTH = 512
"""Longer texts are read each time, so that the memory is bounded by some 4 MB."""


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

    @lazy
    def words(self) -> frozenset[str]:
        """The content without figures, and without the measure that "how long" and the like ask for."""
        return frozenset(token for token in self.content if token[0] != "#" and token != self.asked.measure)

    @lazy
    def repeats_a_word(self) -> bool:
        """Whether a content word comes twice."""
        return len(set(self.content)) < len(self.content)

    @lazy
    def plain(self) -> str:
        """The text with its white space folded."""
        return normalise(self.raw)

    @lazy
    def relations(self) -> frozenset[str]:
        """Prepositions and the like."""
        return frozenset(
            token for token, label in zip(self.tokens, self.labels, strict=True) if label in {"relation", "link"}
        )

    @lazy
    def language(self) -> str:
        """See `language_of`."""
        return language_of(self.raw)

    @lazy
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

    @lazy
    def turns(self) -> int:
        """How many words turn the sense round: "not", "never", "without", "less", "least"."""
        labels = self.lexicon.function_words
        denying = sum(labels.get(denial.mark) == "negation" and not denial.is_aside for denial in self.denials)
        return denying + self.lessenings

    @lazy
    def lessenings(self) -> int:
        """How many times "less" and "least" turn an adjective round."""
        return self.tokens.count("less") + self.tokens.count("least")

    @lazy
    def denials(self) -> tuple[Denial, ...]:
        """What is denied or excepted."""
        if self.lexicon.lists["denying"].isdisjoint(self.tokens):
            return ()
        is_question = self.raw.rstrip().endswith("?")
        return denials_of(self.tokens, self.labels, self.lexicon, is_question=is_question)

    @lazy
    def left_out(self) -> frozenset[str]:
        """Words that stand after "without", "except", "before" and the like."""
        return self._governed_by("apart from it")

    @lazy
    def taken_in(self) -> frozenset[str]:
        """Words that stand after "with", "including", "even" and the like."""
        return self._governed_by("with it")

    def _governed_by(self, label: str) -> frozenset[str]:
        marks = self.lexicon.lists[label]
        return _NOTHING if marks.isdisjoint(self.tokens) else governed_by(marks, self.tokens, self.labels)

    @lazy
    def is_restricted(self) -> bool:
        """Whether it says "only" of something, or a word for it."""
        return not self.lexicon.lists["restricting"].isdisjoint(self.tokens)

    @lazy
    def asked(self) -> Asked:
        """What the first question word asks for."""
        return asked_for(self.tokens, self.lexicon)

    @lazy
    def long_names(self) -> tuple[Name, ...]:
        """Names of three words or more, as they are written but for the case."""
        return long_names(self.raw, LEAST_NAME)

    @lazy
    def said(self) -> tuple[str, ...]:
        """The tokens without articles and fillers."""
        return tuple(
            token for token, label in zip(self.tokens, self.labels, strict=True) if label not in {"article", "filler"}
        )

    @lazy
    def strangers(self) -> frozenset[str]:
        """The content words of no list: names, or words that hold a slip of the keyboard."""
        is_word = self.lexicon.is_word
        return frozenset(token for token in self.words if not is_word(token))

    @lazy
    def lettered(self) -> frozenset[str]:
        """Figures with a letter that would be read as an article or a pronoun: the "7a"."""
        return frozenset(_LETTERED.findall(self.raw)) if self.quantities else _NOTHING

    @lazy
    def spelt_words(self) -> Name:
        """See `spelt_words`."""
        return spelt_words(self.raw)

    @lazy
    def plain_words(self) -> Name:
        """All words, as they are written but for the case."""
        return plain_words(self.raw)

    @lazy
    def frame(self) -> Frame:
        """Who stands where."""
        return frame_of(self.tokens, self.labels)

    @lazy
    def counted(self) -> frozenset[str]:
        """See `asking.counted`."""
        return counted(self.tokens, self.labels)

    @lazy
    def standing(self) -> Standing:
        """Who acts, what is acted on, and in which clause."""
        return standing_of(self.text)

    @lazy
    def acting(self) -> Acting:
        """Who does what to whom, and who owns what."""
        return acting_of(self.text)

    @lazy
    def text(self) -> Text:
        """What clauses are read from."""
        return Text(self.tokens, self.labels, self.participles, self.lexicon.lists)

    @lazy
    def labels(self) -> tuple[str, ...]:
        """For every token its label among the function words, or "" for content."""
        labels = self.lexicon.function_words
        return tuple(labels.get(token, "") for token in self.tokens)


def read(text: str) -> Reading:
    """Read a text. Linear in its length; recent readings of short texts are remembered, since entries come up again."""
    return _read_remembered(text) if len(text) <= _REMEMBERED_LENGTH else _read(text)


def _read(text: str) -> Reading:
    lexicon = english()
    words = fold_phrases(tokenise(unframed(text)), lexicon.phrases)
    tokens, quantities = measure(words)
    labels = lexicon.function_words
    content = [word for word in tokens if word.stem not in labels]
    names = {word.stem for word in content if word.is_capital or word.stem in lexicon.names}
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


def forget_readings() -> None:
    """Drop what `read` remembers, so that a measurement can begin anew."""
    _read_remembered.cache_clear()


def _degrees(words: Sequence[Word], labels: Mapping[str, str]) -> frozenset[tuple[str, Degree]]:
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
