"""What the guards know about English words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from workers.cache.policy.word_files import words_of
from workers.cache.policy.words import stem as fold

STAR = "*"
"""In an expression: one to four words that stay where they are."""


class ClassKind(StrEnum):
    """What a class of words is about, which decides the reason that a swap is given."""

    NAME = "name"
    QUANTITY = "quantity"
    THING = "thing"


@dataclass(frozen=True, slots=True)
class Membership:
    """A word's place in a class: equal members of one class mean the same, different ones never do."""

    class_id: int
    member: int
    kind: ClassKind


class Degree(StrEnum):
    """How far an adjective goes."""

    COMPARATIVE = "comparative"
    SUPERLATIVE = "superlative"

    __hash__ = str.__hash__  # the one of an enumeration is a function in Python


Replacement = tuple[tuple[str, Degree | None], ...]
"""What an expression becomes: stems, with the degree that each stands in."""


def graded_key(stem: str, degree: Degree) -> str:
    """The key of an adjective in a trie of expressions, where it must stand in a degree: "make … bigger"."""
    return f"{stem}/{degree.value}"


class PhraseNode(dict[str, "PhraseNode"]):
    """A trie over stems, or `graded_key`s; `replacement` is set where an expression ends.

    `keeps_degree` where it begins with an adjective, which then stands in the degree of the words replaced.
    """

    replacement: Replacement | None = None
    keeps_degree: bool = False

    def at(self, stems: Iterable[str]) -> PhraseNode:
        """The node that the stems lead to, made where there is none yet."""
        node = self
        for stem in stems:
            node = node.setdefault(stem, PhraseNode())
        return node


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Keyed by stem (`Lexicon.stem`), but for `irregular`, `irregular_forms` and `degrees`, keyed by surface form.

    `names` are the stems of classes that hold proper names, `dates` of those that hold dates, and `quantities` of
    those that hold dates or units; `vocabulary` has most words of English, of which no more is known than that.
    """

    irregular: Mapping[str, str]
    irregular_forms: frozenset[str]
    degrees: Mapping[str, Degree]
    floating: frozenset[str]
    lists: Mapping[str, frozenset[str]]
    function_words: Mapping[str, str]
    phrases: PhraseNode
    synonyms: Mapping[str, frozenset[int]]
    opposites: Mapping[str, frozenset[str]]
    classes: Mapping[str, tuple[Membership, ...]]
    names: frozenset[str]
    quantities: frozenset[str]
    dates: frozenset[str]
    vocabulary: frozenset[str]

    def stem(self, word: str) -> str:
        """The key of a lower-case word."""
        return self.irregular.get(word) or fold(word)

    def are_synonyms(self, one: str, other: str) -> bool:
        """Whether two stems may stand for each other in a question."""
        if one == other:
            return True
        groups = self.synonyms.get(one)
        if groups is not None and not groups.isdisjoint(self.synonyms.get(other, ())):
            return True
        if one not in self.classes or other not in self.classes:
            return False
        return any(mine.member == theirs.member for mine, theirs in self._shared_classes(one, other))

    def faces_opposite(self, word: str, others: frozenset[str]) -> bool:
        """Whether any of the other stems is listed as an opposite of the word."""
        listed = self.opposites.get(word)
        return listed is not None and not listed.isdisjoint(others)

    def clash(self, one: str, other: str) -> ClassKind | None:
        """The kind of a class in which the stems are different members, if they are nowhere the same one."""
        if one not in self.classes or other not in self.classes:
            return None
        shared = self._shared_classes(one, other)
        if any(mine.member == theirs.member for mine, theirs in shared):
            return None
        return shared[0][0].kind if shared else None

    def knows(self, stem: str) -> bool:
        """Whether any list that says something of its words has the stem."""
        return stem in self.synonyms or stem in self.opposites or stem in self.classes or stem in self.function_words

    def is_word(self, stem: str) -> bool:
        """Whether the stem is of an English word or of a known name; what is of none may be a slip of the keyboard."""
        return stem in self.vocabulary or self.knows(stem)

    def _shared_classes(self, one: str, other: str) -> list[tuple[Membership, Membership]]:
        return [(a, b) for a in self.classes[one] for b in self.classes[other] if a.class_id == b.class_id]


_DENYING = ("un", "non", "dis", "in", "im", "ir", "il", "de", "mis")
_NO_DENIAL = words_of("no denial")


def is_denial(one: str, other: str) -> bool:
    """Whether one stem denies the other by its form: "unsubscribe", "useless"."""
    return _is_denied_form(one, other) or _is_denied_form(other, one)


def _is_denied_form(longer: str, shorter: str) -> bool:
    """Whether `longer` is `shorter` with a denying prefix ("unsubscribe") or with -less for -ful or nothing."""
    if longer == shorter + "less" or (shorter.endswith("ful") and longer == shorter[:-3] + "less"):
        return True
    if len(longer) <= len(shorter) or len(shorter) < 3 or longer in _NO_DENIAL:
        return False
    if longer.endswith(shorter + "abl"):
        longer = longer.removesuffix("abl")
    return longer.endswith(shorter) and longer[: -len(shorter)] in _DENYING
