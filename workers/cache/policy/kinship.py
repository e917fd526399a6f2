"""Words that are one word after all: derivations of a root, and slips of the keyboard. Stems in, as elsewhere."""

from __future__ import annotations

from workers.cache.policy.word_files import word_lists

TYPO_LENGTH = 6
"""Shorter words that differ by a letter are mostly two words: "card", "care"."""
_DERIVING = word_lists()["deriving"]
_LEAST_ROOT = 4


def is_derived(one: str, other: str) -> bool:
    """Whether two words share their root: "attainable" and "attain", "remotely" and "remote".

    Words for people (-er, -ee, -ist) stay apart from what they do.
    """
    if one[:_LEAST_ROOT] != other[:_LEAST_ROOT]:
        return False
    return one.removesuffix("ly") == other.removesuffix("ly") or _root(one) == _root(other)


def _root(word: str) -> str:
    ending = next((end for end in _DERIVING if word.endswith(end) and len(word) - len(end) >= _LEAST_ROOT), "")
    root = word.removesuffix(ending)
    return root.rstrip("eyt") if len(root) > _LEAST_ROOT else root


def is_slip(one: str, other: str, shortest: int = TYPO_LENGTH) -> bool:
    """Whether words differ by one letter added, dropped, changed, or two neighbours swapped; or by letters doubled.

    Args:
        one: a word.
        other: another word.
        shortest: letters that the longer one must have.
    """
    if abs(len(one) - len(other)) > 2 or max(len(one), len(other)) < shortest:
        return False
    if one[0] != other[0] and one[:2] != other[1::-1]:
        return False
    return _is_one_edit(one, other) or _is_one_edit(_undoubled(one), _undoubled(other))


def is_swapped_or_doubled(one: str, other: str) -> bool:
    """Whether words differ by two neighbours swapped, or by letters doubled, which no two words often do."""
    return (sorted(one) == sorted(other) and _is_one_edit(one, other)) or _undoubled(one) == _undoubled(other)


def _undoubled(word: str) -> str:
    return "".join(letter for letter, before in zip(word, "-" + word, strict=False) if letter != before)


def _is_one_edit(one: str, other: str) -> bool:
    if abs(len(one) - len(other)) > 1:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    rest_one, rest_other = one[start:], other[start:]
    if len(one) == len(other):
        is_swapped = rest_one[:2] == rest_other[:2][::-1] and rest_one[2:] == rest_other[2:]
        return rest_one[1:] == rest_other[1:] or is_swapped
    return rest_one == rest_other[1:] or rest_one[1:] == rest_other
