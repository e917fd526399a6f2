"""Reading a question into what the guards compare: words folded to stems, figures, denials, what is asked."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
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
_NO_DEGREES: frozenset[tuple[str, Degree]] = frozenset()
_RELATING = frozenset({"relation", "link"})
_IDLE = frozenset({"article", "filler"})
_LESSENING = frozenset({"less", "least"})
_REMEMBERED_LENGTH = 512
"""Longer texts are read each time. A question of usual length takes 7 kB once all is worked out, one of this length 22:
30 MB for all that are remembered, and 90 at most (measured)."""


class Known(NamedTuple):
    """What the lexicon says of the words of one text.

    Attributes:
        opposites: each word that has any to its opposites.
        classed: the words of any class.
        synonyms: each word that has any to the groups it shares with them.
    """

    opposites: Mapping[str, frozenset[str]]
    classed: frozenset[str]
    synonyms: Mapping[str, frozenset[int]]


@dataclass(eq=False)
class Reading:
    """One text, read. Made once and never changed; what every pair asks for is worked out here, and the rest lazily.

    Attributes:
        tokens: every word as a stem, in order, expressions folded; a figure is `#` and the figure.
        labels: for every token its label among the function words, or "" for content.
        content: the tokens that carry matter, figures included, in order.
        quantities: figures with their units, in order.
        names: stems written like proper names, or known to be.
        participles: stems of words that may be participles, "acquired" or "written".
        degrees: stems of the adjectives that stand in a degree, with that degree.
    """

    tokens: tuple[str, ...]
    labels: tuple[str, ...]
    content: tuple[str, ...]
    quantities: tuple[Quantity, ...]
    names: frozenset[str]
    participles: frozenset[str]
    degrees: frozenset[tuple[str, Degree]]
    raw: str = field(repr=False)
    lexicon: Lexicon = field(repr=False)

    @lazy
    def words(self) -> frozenset[str]:
        """The content without figures, and without the measure that "how long" and the like ask for."""
        measure = self.asked.measure
        return frozenset([token for token in self.content if token[0] != "#" and token != measure])

    @lazy
    def distinct(self) -> tuple[str, ...]:
        """The words in order, each once."""
        words = self.words
        if len(words) == len(self.content):
            return self.content
        return tuple(dict.fromkeys([token for token in self.content if token in words]))

    @lazy
    def token_set(self) -> frozenset[str]:
        """The tokens, to look words up in."""
        return frozenset(self.tokens)

    @lazy
    def repeats_a_word(self) -> bool:
        """Whether a content word comes twice."""
        return len(set(self.content)) < len(self.content)

    @lazy
    def plain(self) -> str:
        """The text with its white space folded."""
        return normalise(self.raw)

    @lazy
    def known(self) -> Known:
        """What the lexicon says of the words."""
        opposites, classes, synonyms = self.lexicon.opposites, self.lexicon.classes, self.lexicon.synonyms
        words = self.words
        return Known(
            opposites={word: opposites[word] for word in words if word in opposites},
            classed=frozenset([word for word in words if word in classes]),
            synonyms={word: synonyms[word] for word in words if word in synonyms},
        )

    @lazy
    def called(self) -> frozenset[str]:
        """Names, and words of no list, which are mostly names that nobody wrote with a capital."""
        return (self.names & self.words | self.strangers) - self.lexicon.lists["title"]

    @lazy
    def counts(self) -> dict[str, tuple[str, str]]:
        """Each figure without a unit to the word before it, which may be a name, and the content word right after."""
        tokens = ("", *self.tokens)
        return {
            figure: (before, after)
            for before, figure, after in zip(tokens, tokens[1:], tokens[2:], strict=False)
            if figure[0] == "#" and figure[-1].isdigit() and after in self.words
        }

    @lazy
    def measures(self) -> frozenset[str]:
        """The words that are dates or units."""
        return self.lexicon.quantities.intersection(self.words)

    @lazy
    def may_deny(self) -> bool:
        """Whether any word is of those that deny, restrict, end, leave something out or speak of all."""
        return not self.lexicon.lists["may deny"].isdisjoint(self.token_set)

    @lazy
    def relations(self) -> frozenset[str]:
        """Prepositions and the like."""
        pairs = zip(self.tokens, self.labels, strict=True)
        return frozenset([token for token, label in pairs if label in _RELATING])

    @lazy
    def language(self) -> str:
        """See `language_of`."""
        return language_of(self.raw)

    @lazy
    def is_passive(self) -> bool:
        """Whether it has the form of "B is hit by A"."""
        tokens = self.tokens
        if "by" not in self.token_set or "be" not in tokens[: tokens.index("by")]:
            return False
        place = tokens.index("by")
        return tokens[place - 1] in self.participles and not all(self.labels[:place])

    @lazy
    def turns(self) -> int:
        """How many words turn the sense round: "not", "never", "without", "less", "least"."""
        if not self.denials:
            return self.lessenings
        labels = self.lexicon.function_words
        denying = sum(labels.get(denial.mark) == "negation" and not denial.is_aside for denial in self.denials)
        return denying + self.lessenings

    @lazy
    def lessenings(self) -> int:
        """How many times "less" and "least" turn an adjective round."""
        if _LESSENING.isdisjoint(self.token_set):
            return 0
        return self.tokens.count("less") + self.tokens.count("least")

    @lazy
    def denials(self) -> tuple[Denial, ...]:
        """What is denied or excepted."""
        if self.lexicon.lists["denying"].isdisjoint(self.token_set):
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

    @lazy
    def measured_in(self) -> frozenset[str]:
        """The words right after "in", where a unit says what the answer is given in: "how long is it in feet"."""
        return frozenset(after for before, after in pairwise(self.tokens) if before == "in")

    def figures_after(self, word: str) -> frozenset[str]:
        """The figures that stand right after a word."""
        return frozenset(after for before, after in pairwise(self.tokens) if before == word and after[0] == "#")

    def _governed_by(self, label: str) -> frozenset[str]:
        marks = self.lexicon.lists[label]
        return _NOTHING if marks.isdisjoint(self.token_set) else governed_by(marks, self.tokens, self.labels)

    @lazy
    def is_restricted(self) -> bool:
        """Whether it says "only" of something, or a word for it."""
        return not self.lexicon.lists["restricting"].isdisjoint(self.token_set)

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
        pairs = zip(self.tokens, self.labels, strict=True)
        return tuple([token for token, label in pairs if label not in _IDLE])

    @lazy
    def strangers(self) -> frozenset[str]:
        """The content words of no list: names, or words that hold a slip of the keyboard."""
        rare = self.words - self.lexicon.vocabulary
        return rare and frozenset([token for token in rare if not self.lexicon.knows(token)])

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


def read(text: str) -> Reading:
    """Read a text. Linear in its length; recent readings of short texts are remembered, since entries come up again."""
    return _read_remembered(text) if len(text) <= _REMEMBERED_LENGTH else _read(text)


def _read(text: str) -> Reading:
    lexicon = english()
    words, quantities = measure(fold_phrases(tokenise(unframed(text)), lexicon.phrases))
    label_of, known_names = lexicon.function_words.get, lexicon.names
    tokens, labels, content, names = [], [], [], []
    for stem, is_capital, _, _ in words:
        label = label_of(stem, "")
        tokens.append(stem)
        labels.append(label)
        if not label:
            content.append(stem)
            if is_capital or stem in known_names:
                names.append(stem)
    return Reading(
        tokens=tuple(tokens),
        labels=tuple(labels),
        content=tuple(content),
        quantities=tuple(quantities),
        names=frozenset(names),
        participles=frozenset([word[0] for word in words if word[3]]),
        degrees=_degrees(words, labels),
        raw=text,
        lexicon=lexicon,
    )


_read_remembered = lru_cache(maxsize=4096)(_read)


def forget_readings() -> None:
    """Drop what `read` remembers, so that a measurement can begin anew."""
    _read_remembered.cache_clear()


def _degrees(words: Sequence[Word], labels: Sequence[str]) -> frozenset[tuple[str, Degree]]:
    if "degree" not in labels and not any([word[2] for word in words]):  # noqa: C419  # a list is quicker than a generator
        return _NO_DEGREES
    found: set[tuple[str, Degree]] = set()
    pending: Degree | None = None
    for word, label in zip(words, labels, strict=True):
        if word.degree is not None:
            found.add((word.stem, word.degree))
        elif label == "degree":
            pending = Degree.SUPERLATIVE if word.stem in {"most", "least"} else Degree.COMPARATIVE
            continue
        elif pending is not None and not label:
            found.add((word.stem, pending))
        pending = None
    return frozenset(found)
