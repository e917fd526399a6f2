"""Degrees and their direction: "cheaper" is not "cheapest", "less reliable" is not "more reliable"."""

from __future__ import annotations

from workers.cache.policy.lexicon import Degree
from workers.cache.policy.pair import Pair


def objects(pair: Pair) -> bool:
    """Whether an adjective stands in another degree, another adjective is compared, or less faces more."""
    mine, theirs = pair.question, pair.cached
    if mine.degrees == theirs.degrees:
        return False
    if pair.turns > 0 and pair.is_turned and _is_lessened(pair):
        return True
    mine_by_word, theirs_by_word = dict(mine.degrees), dict(theirs.degrees)
    rest = pair.remainder
    if any(word in mine_by_word for word in rest.question) and any(word in theirs_by_word for word in rest.cached):
        return not (pair.opposites > 0 and not pair.is_turned)
    graded = mine_by_word.keys() | theirs_by_word.keys()
    return any(_differ(mine_by_word.get(word), theirs_by_word.get(word), pair) for word in graded & pair.shared)


def _differ(mine: Degree | None, theirs: Degree | None, pair: Pair) -> bool:
    """Comparative against superlative; or against the bare word, where one side compares with "than"."""
    if mine is theirs:
        return False
    if mine is not None and theirs is not None:
        return True
    is_compared = ("than" in pair.question.tokens) != ("than" in pair.cached.tokens)
    return is_compared and Degree.COMPARATIVE in {mine, theirs}


def _is_lessened(pair: Pair) -> bool:
    return any(("less" in side.tokens or "least" in side.tokens) for side in (pair.question, pair.cached))
