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
    while place < len(words):
        node = _following(root, words[place])
        match = _longest(words, place + 1, node) if node is not None else None
        if match is None:
            out.append(words[place])
            place += 1
            continue
        out.extend(_replaced(words, place, match))
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
    while node is not None:
        if node.replacement is not None:
            best = _Match(place, node.replacement, _NO_STAR, node.keeps_degree)
        if STAR in node and (starred := _after_star(words, place, node[STAR])):
            best = starred
        if place >= len(words) or (following := _following(node, words[place])) is None:
            return best
        node, place = following, place + 1
    return best


def _after_star(words: Sequence[Word], start: int, node: PhraseNode) -> _Match | None:
    for end in range(start + 1, min(start + _MAX_STAR, len(words) - 1) + 1):
        following = _following(node, words[end])
        if following is not None and (match := _longest(words, end + 1, following)):
            return match._replace(star=slice(start, end))
    return None
