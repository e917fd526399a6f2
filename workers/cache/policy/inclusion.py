"""What is taken in, what is left out, and what alone is meant: "including", "before", "only"."""

from __future__ import annotations

from collections.abc import Collection, Sequence

_REACH = 3
"""So many words after "including" or "without" belong to it."""
_WITHIN_A_PHRASE = frozenset({"", "article", "pronoun"})
_SINGLE = frozenset({"one", "person", "people", "thing", "place", "way", "option"})


def governed_by(marks: Collection[str], tokens: Sequence[str], labels: Sequence[str]) -> frozenset[str]:
    """The content words right after one of the marks."""
    found: set[str] = set()
    for place, token in enumerate(tokens):
        if token in marks:
            found.update(_after(place, tokens, labels))
    return frozenset(found)


def _after(place: int, tokens: Sequence[str], labels: Sequence[str]) -> list[str]:
    words: list[str] = []
    for token, label in zip(tokens[place + 1 :], labels[place + 1 :], strict=True):
        if label not in _WITHIN_A_PHRASE or len(words) == _REACH:
            break
        if not label:
            words.append(token)
    return words


def restricts_the_party(tokens: Sequence[str], labels: Sequence[str]) -> bool:
    """Whether "only" is said of who or what comes first: "is only a customer …", "is a customer the only one who …"."""
    place = tokens.index("only")
    return not _SINGLE.isdisjoint(tokens[place + 1 : place + 2]) or all(labels[:place])
