"""Texts in two languages, or in one that the guards cannot read."""

from __future__ import annotations

from workers.cache.policy.language import ENGLISH
from workers.cache.policy.pair import Pair


def objects(pair: Pair) -> bool:
    """Whether the languages differ, or neither is English and the words are not the same ones in the same order."""
    mine, theirs = pair.question, pair.cached
    if mine.language != theirs.language:
        return True
    return mine.language != ENGLISH and mine.tokens != theirs.tokens
