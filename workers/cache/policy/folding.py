"""Folding expressions to one token: "turn … off" is one act, whatever stands between."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from workers.cache.policy.lexicon import STAR, Degree, PhraseNode, Replacement, graded_key
from workers.cache.policy.tokens import Word

_MAX_STAR = 4
"""So many words may stand at a star."""
_NO_STAR = slice(0, 0)


def fold_phrases(words: Sequence[Word], root: PhraseNode) -> list[Word]:
    """The words with the longest expressions of the trie replaced, from left to right."""
    out: list[Word] = []
    place = 0
    for here, word in enumerate(words):
        if here < place:
            continue
        node = root.get(word[0]) if word[2] is None else _following(root, word)
        match = _longest(words, here + 1, node) if node is not None else None
        if match is None:
            out.append(word)
        else:
            out.extend(_replaced(words, here, match))
            place = match.end
    return out


def _following(node: PhraseNode, word: Word) -> PhraseNode | None:
    if word.degree is not None:
        graded = node.get(graded_key(word.stem, word.degree))
        if graded is not None:
            return graded
    return node.get(word.stem)


def _replaced(words: Sequence[Word], place: int, match: _Match) -> Iterator[Word]:
    kept = _degree(words[place : match.end]) if match.keeps_degree else None
    has_star = False
    for stem, degree in match.replacement:
        if stem == STAR:
            has_star = True
            yield from words[match.star]
        else:
            yield Word(stem, degree=degree or kept)
        kept = None
    if not has_star:
        yield from words[match.star]


def _degree(words: Sequence[Word]) -> Degree | None:
    return next((word.degree for word in words if word.degree is not None), None)


class _Match(NamedTuple):
    end: int
    replacement: Replacement
    star: slice
    keeps_degree: bool


def _longest(words: Sequence[Word], place: int, node: PhraseNode) -> _Match | None:
    """The longest expression that continues at `place` from a node of the trie."""
    best: _Match | None = None
    end = len(words)
    while True:
        if node.replacement is not None:
            best = _Match(place, node.replacement, _NO_STAR, node.keeps_degree)
        if STAR in node and (starred := _after_star(words, place, node[STAR])):
            best = starred
        if place == end:
            return best
        word = words[place]
        following = node.get(word[0]) if word[2] is None else _following(node, word)
        if following is None:
            return best
        node, place = following, place + 1


def _after_star(words: Sequence[Word], start: int, node: PhraseNode) -> _Match | None:
    for end in range(start + 1, min(start + _MAX_STAR, len(words) - 1) + 1):
        word = words[end]
        following = node.get(word[0]) if word[2] is None else _following(node, word)
        if following is not None and (match := _longest(words, end + 1, following)):
            return match._replace(star=slice(start, end))
    return None
