"""The packaged lexicon, read once from the data files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from sys import intern

from workers.cache.policy.lexicon import STAR, ClassKind, Degree, Lexicon, Membership, PhraseNode, graded_key
from workers.cache.policy.word_files import labelled, lines, word_lists
from workers.cache.policy.words import stem as fold

_Stem = Callable[[str], str]
_MAY_DENY = ("denying", "restricting", "turning", "apart from it")
"""Lists of words without which, and without these, a text denies, restricts and leaves out nothing."""
_OF_ALL = ("all", "every", "both", "neither", "less", "least")


@cache
def english() -> Lexicon:
    """The lexicon. The first call reads some 600 kB, which takes about 50 ms."""
    irregular = _forms("irregular.txt")
    irregular_forms = frozenset(irregular)
    irregular |= _forms("spellings.txt") | _forms("abbreviations.txt")
    degrees: dict[str, Degree] = {}
    for base in (word for label, words in labelled("adjectives.txt") if label == "graded" for word in words):
        for ending, degree in (("er", Degree.COMPARATIVE), ("est", Degree.SUPERLATIVE)):
            form = _graded(base, ending)
            irregular[form], degrees[form] = fold(base), degree

    def stem(word: str) -> str:
        return intern(irregular.get(word) or fold(word))

    classes = _classes(stem)
    return Lexicon(
        irregular=irregular,
        irregular_forms=irregular_forms,
        degrees=degrees,
        floating=frozenset(stem(word) for _, words in labelled("adjectives.txt") for word in words),
        lists=_lists(stem),
        function_words={stem(word): label for label, words in labelled("function_words.txt") for word in words},
        phrases=_phrases(stem, degrees),
        synonyms=_synonyms(stem),
        opposites=_opposites(stem),
        classes=classes,
        names=_of_kind(classes, ClassKind.NAME),
        quantities=_of_kind(classes, ClassKind.QUANTITY),
        dates=frozenset(stem(word) for entry in _entries("date") for word in entry.split("=")),
        vocabulary=frozenset(word for line in lines("vocabulary.txt") for word in line.split()),
    )


def _forms(name: str) -> dict[str, str]:
    return {form: fold(base) for base, forms in labelled(name) for form in forms}


def _graded(base: str, ending: str) -> str:
    if base.endswith("e"):
        return base[:-1] + ending
    if base.endswith("ey"):
        return base[:-2] + "i" + ending
    if base.endswith("y") and base[-2] not in "aeiou":
        return base[:-1] + "i" + ending
    if len(base) <= 4 and base[-1] in "bdgmnt" and base[-2] in "aeiou" and base[-3] not in "aeiou":
        return base + base[-1] + ending
    return base + ending


def _lists(stem: _Stem) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for label, words in (*word_lists().items(), *labelled("participants.txt")):
        found[label] = found.get(label, frozenset()) | frozenset(map(stem, words))
    found["may deny"] = frozenset().union(*(found[label] for label in _MAY_DENY), _OF_ALL)
    return found


def _phrases(stem: _Stem, degrees: Mapping[str, Degree]) -> PhraseNode:
    root = PhraseNode()
    graded = {stem(form) for form in degrees}
    for line in lines("phrases.txt"):
        left, _, right = line.partition("=")
        node = root.at(_key(word, stem, degrees) for word in left.replace("-", " ").split())
        node.replacement = tuple((word if word == STAR else stem(word), degrees.get(word)) for word in right.split())
        node.keeps_degree = bool(node.replacement) and node.replacement[0][0] in graded
    _lessened(root, stem)
    for form, degree in degrees.items():
        if degree is Degree.COMPARATIVE:
            _add_unsurpassed(root, stem(form))
    return root


def _key(word: str, stem: _Stem, degrees: Mapping[str, Degree]) -> str:
    degree = degrees.get(word)
    if degree is not None:
        return graded_key(stem(word), degree)
    return word if word == STAR else stem(word)


def _lessened(root: PhraseNode, stem: _Stem) -> None:
    """Read "less expensive" and "not as expensive as" as "cheaper (than)", "least expensive" as "cheapest"."""
    for pair in word_lists()["lessened"]:
        more, less = (stem(word) for word in pair.split("/"))
        root.at(("less", more)).replacement = ((less, Degree.COMPARATIVE),)
        root.at(("least", more)).replacement = ((less, Degree.SUPERLATIVE),)
        for as_much in ("as", "so"):
            root.at(("not", as_much, more, "as")).replacement = ((less, Degree.COMPARATIVE), ("than", None))


def _add_unsurpassed(root: PhraseNode, adjective: str) -> None:
    """Read "older than any other" as "oldest"."""
    for every in ("any", "every", "all", "anything", "everything", "anyone", "everyone"):
        for other in ("other", "others", "else"):
            key = (graded_key(adjective, Degree.COMPARATIVE), "than", fold(every), fold(other))
            root.at(key).replacement = ((adjective, Degree.SUPERLATIVE),)


def _synonyms(stem: _Stem) -> dict[str, frozenset[int]]:
    groups: dict[str, set[int]] = {}
    for number, group in enumerate(_groups(lines("synonyms.txt"))):
        for word in group:
            groups.setdefault(stem(word), set()).add(number)
    return {word: frozenset(numbers) for word, numbers in groups.items()}


def _groups(entries: Iterable[str]) -> Iterator[Sequence[str]]:
    """Groups of words; "buy: get order" are two groups that share their first word."""
    for entry in entries:
        first, colon, others = entry.partition(": ")
        if colon:
            yield from ((first, other) for other in others.split())
        else:
            yield entry.split()


def _opposites(stem: _Stem) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for line in lines("opposites.txt"):
        left, right = ([stem(word) for word in side.split()] for side in line.split(" | "))
        for one in left:
            for other in right:
                found.setdefault(one, set()).add(other)
                found.setdefault(other, set()).add(one)
    return {word: frozenset(others) for word, others in found.items()}


def _classes(stem: _Stem) -> dict[str, tuple[Membership, ...]]:
    places: dict[str, list[Membership]] = {}
    for class_id, (label, words) in enumerate(labelled("classes.txt")):
        kind = _kind(label)
        for member, entry in enumerate(words):
            for word in entry.split("="):
                places.setdefault(stem(word), []).append(Membership(class_id, member, kind))
    return {word: tuple(found) for word, found in places.items()}


def _entries(kind: str) -> Iterator[str]:
    """The entries of the classes of one kind, as they are written."""
    return (entry for label, words in labelled("classes.txt") if label.split()[0] == kind for entry in words)


def _kind(label: str) -> ClassKind:
    if label[0].isupper():
        return ClassKind.NAME
    return ClassKind.QUANTITY if label.split()[0] in {"date", "unit"} else ClassKind.THING


def _of_kind(classes: Mapping[str, tuple[Membership, ...]], kind: ClassKind) -> frozenset[str]:
    return frozenset(word for word, places in classes.items() if any(place.kind is kind for place in places))
