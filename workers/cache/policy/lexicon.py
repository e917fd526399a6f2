"""What the guards know about English words, read once from the data files beside this module."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

from workers.cache.policy.words import stem as fold

STAR = "*"
"""In an expression: one to four words that stay where they are."""


_Stem = Callable[[str], str]


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


class PhraseNode(dict[str, "PhraseNode"]):
    """A trie over stems; `replacement` is set where an expression ends."""

    replacement: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Keyed by stem (`Lexicon.stem`), but for `irregular`, `irregular_forms` and `degrees`, keyed by surface form."""

    irregular: Mapping[str, str]
    irregular_forms: frozenset[str]
    degrees: Mapping[str, Degree]
    floating: frozenset[str]
    function_words: Mapping[str, str]
    phrases: PhraseNode
    synonyms: Mapping[str, frozenset[int]]
    opposites: Mapping[str, frozenset[str]]
    classes: Mapping[str, tuple[Membership, ...]]

    def stem(self, word: str) -> str:
        """The key of a lower-case word."""
        return self.irregular.get(word) or fold(word)

    def are_synonyms(self, one: str, other: str) -> bool:
        """Whether two stems may stand for each other in a question."""
        if one == other:
            return True
        groups = self.synonyms.get(one)
        if groups and not groups.isdisjoint(self.synonyms.get(other, frozenset())):
            return True
        return any(mine.member == theirs.member for mine, theirs in self._shared_classes(one, other))

    def are_opposites(self, one: str, other: str) -> bool:
        """Whether two stems are listed as opposites, or one is the other with a denying prefix."""
        return other in self.opposites.get(one, ()) or is_denied_form(one, other) or is_denied_form(other, one)

    def clash(self, one: str, other: str) -> ClassKind | None:
        """The kind of a class in which the stems are different members, if they are nowhere the same one."""
        shared = self._shared_classes(one, other)
        if any(mine.member == theirs.member for mine, theirs in shared):
            return None
        return shared[0][0].kind if shared else None

    def is_name(self, stem: str) -> bool:
        """Whether the stem is listed as a proper name."""
        return any(place.kind is ClassKind.NAME for place in self.classes.get(stem, ()))

    def is_quantity(self, stem: str) -> bool:
        """Whether the stem is listed as a date or a unit."""
        return any(place.kind is ClassKind.QUANTITY for place in self.classes.get(stem, ()))

    def knows(self, stem: str) -> bool:
        """Whether any list has the stem; what none has may be a slip of the keyboard."""
        return stem in self.synonyms or stem in self.opposites or stem in self.classes or stem in self.function_words

    def _shared_classes(self, one: str, other: str) -> list[tuple[Membership, Membership]]:
        theirs = self.classes.get(other)
        mine = self.classes.get(one)
        if not mine or not theirs:
            return []
        return [(a, b) for a in mine for b in theirs if a.class_id == b.class_id]


_DENYING = ("un", "non", "dis", "in", "im", "ir", "il", "de", "mis")
_FALSE_FRIENDS = frozenset(
    "under until unit union india indoor input inside into import imply iron issue image improve design deal deep "
    "degree deny desk dear miss mist disc dish inform impress impart ideal intern inland inner".split()
)


def is_denied_form(longer: str, shorter: str) -> bool:
    """Whether `longer` is `shorter` with a denying prefix ("unsubscribe") or with -less for -ful or nothing."""
    if longer == shorter + "less" or (shorter.endswith("ful") and longer == shorter[:-3] + "less"):
        return True
    if len(longer) <= len(shorter) or len(shorter) < 3 or longer in _FALSE_FRIENDS:
        return False
    return longer.endswith(shorter) and longer[: -len(shorter)] in _DENYING


@cache
def english() -> Lexicon:
    """The packaged lexicon. The first call reads some 100 kB."""
    irregular = {form: fold(base) for base, forms in _labelled("irregular.txt") for form in forms.split()}
    irregular_forms = frozenset(irregular)
    irregular |= {form: fold(base) for base, forms in _labelled("spellings.txt") for form in forms.split()}
    degrees: dict[str, Degree] = {}
    for base in _labelled_words("adjectives.txt", "graded"):
        for ending, degree in (("er", Degree.COMPARATIVE), ("est", Degree.SUPERLATIVE)):
            form = _graded(base, ending)
            irregular[form], degrees[form] = fold(base), degree

    def stem(word: str) -> str:
        return irregular.get(word) or fold(word)

    function_words = {stem(word): label for label, words in _labelled("function_words.txt") for word in words.split()}
    return Lexicon(
        irregular=irregular,
        irregular_forms=irregular_forms,
        degrees=degrees,
        floating=frozenset(stem(word) for _, words in _labelled("adjectives.txt") for word in words.split()),
        function_words=function_words,
        phrases=_phrases(stem),
        synonyms=_synonyms(stem),
        opposites=_opposites(stem),
        classes=_classes(stem),
    )


def _lines(name: str) -> Iterator[str]:
    text = files("workers.cache.policy").joinpath("data", name).read_text(encoding="utf-8")
    return (line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#"))


def _labelled_words(name: str, wanted: str) -> list[str]:
    return [word for label, words in _labelled(name) if label == wanted for word in words.split()]


def _labelled(name: str) -> Iterator[tuple[str, str]]:
    for line in _lines(name):
        label, _, rest = line.partition(": ")
        yield label, rest


def _graded(base: str, ending: str) -> str:
    if base.endswith("e"):
        return base[:-1] + ending
    if base.endswith("y") and base[-2] not in "aeiou":
        return base[:-1] + "i" + ending
    if len(base) <= 4 and base[-1] in "bdgmnt" and base[-2] in "aeiou" and base[-3] not in "aeiou":
        return base + base[-1] + ending
    return base + ending


def _phrases(stem: _Stem) -> PhraseNode:
    root = PhraseNode()
    for line in _lines("phrases.txt"):
        left, _, right = line.partition("=")
        node = root
        for word in left.replace("-", " ").split():
            node = node.setdefault(word if word == STAR else stem(word), PhraseNode())
        node.replacement = tuple(word if word == STAR else stem(word) for word in right.split())
    return root


def _synonyms(stem: _Stem) -> dict[str, frozenset[int]]:
    groups: dict[str, set[int]] = {}
    for number, line in enumerate(_lines("synonyms.txt")):
        for word in line.split():
            groups.setdefault(stem(word), set()).add(number)
    return {word: frozenset(numbers) for word, numbers in groups.items()}


def _opposites(stem: _Stem) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for line in _lines("opposites.txt"):
        left, right = ([stem(word) for word in side.split()] for side in line.split(" | "))
        for one in left:
            for other in right:
                found.setdefault(one, set()).add(other)
                found.setdefault(other, set()).add(one)
    return {word: frozenset(others) for word, others in found.items()}


def _classes(stem: _Stem) -> dict[str, tuple[Membership, ...]]:
    places: dict[str, list[Membership]] = {}
    for class_id, (label, words) in enumerate(_labelled("classes.txt")):
        kind = _kind(label)
        for member, entry in enumerate(words.split()):
            for word in entry.split("="):
                places.setdefault(stem(word), []).append(Membership(class_id, member, kind))
    return {word: tuple(found) for word, found in places.items()}


def _kind(label: str) -> ClassKind:
    if label[0].isupper():
        return ClassKind.NAME
    return ClassKind.QUANTITY if label.split()[0] in {"date", "unit"} else ClassKind.THING
