"""What is taken in, what is left out, and what alone is meant: "including", "before", "only"."""

from __future__ import annotations

from collections.abc import Collection

from workers.cache.policy.reading import Reading

_REACH = 3
"""So many words after "including" or "without" belong to it."""
_SINGLE = frozenset({"one", "person", "people", "thing", "place", "way", "option"})


def is_restricted(reading: Reading) -> bool:
    """Whether the text says "only" of something, or a word for it."""
    return not reading.lexicon.lists["restricting"].isdisjoint(reading.tokens)


def restricts_the_party(reading: Reading) -> bool:
    """Whether "only" is said of who or what comes first: "is only a customer …", "is a customer the only one who …"."""
    place = reading.tokens.index("only")
    return reading.tokens[place + 1 : place + 2] in _SINGLE_ONES or all(reading.labels[:place])


def stands_apart(mine: Reading, theirs: Reading) -> bool:
    """Whether a word is taken in on one side and left out on the other: "with the yolk", "minus the yolk"."""
    lists = mine.lexicon.lists
    apart, within = lists["apart from it"], lists["with it"]
    for one, other in ((mine, theirs), (theirs, mine)):
        if apart.isdisjoint(one.tokens) or within.isdisjoint(other.tokens):
            continue
        left_out = _governed(one, apart) - _governed(one, within)
        if left_out & (_governed(other, within) - _governed(other, apart)):
            return True
    return False


def _governed(reading: Reading, marks: Collection[str]) -> frozenset[str]:
    """The content words right after one of the marks."""
    found: set[str] = set()
    for place, token in enumerate(reading.tokens):
        if token in marks:
            found.update(_after(place, reading))
    return frozenset(found)


def _after(place: int, reading: Reading) -> list[str]:
    words: list[str] = []
    for token, label in zip(reading.tokens[place + 1 :], reading.labels[place + 1 :], strict=True):
        if label not in {"", "article", "pronoun"} or len(words) == _REACH:
            break
        if not label:
            words.append(token)
    return words


_SINGLE_ONES = frozenset((word,) for word in _SINGLE)
