"""Degrees and their direction: "cheaper" is not "cheapest", "less reliable" is not "more reliable".

A degree word and its adjective say how far (comparative, superlative), on which scale and towards which end of it:
"less expensive" and "cheaper" are one, since "less" turns round what is opposite.
"""

from __future__ import annotations

from workers.cache.policy.lexicon import Degree
from workers.cache.policy.pair import Pair
from workers.cache.policy.reading import Reading

_COMPARING = frozenset({"than", "over", "under"})
"""Words that measure by another thing; "more than" and "less than" are read as "over" and "under"."""


def objects(pair: Pair) -> bool:
    """Whether an adjective stands in another degree, another adjective is compared, or less faces more."""
    mine, theirs = pair.question, pair.cached
    if mine.degrees == theirs.degrees:
        return False
    if pair.turns > 0 and pair.is_turned and _is_lessened(pair):
        return True
    mine_by_word, theirs_by_word = dict(mine.degrees), dict(theirs.degrees)
    rest = pair.remainder
    facing = [mine_by_word[word] for word in rest.question if word in mine_by_word]
    facing_there = [theirs_by_word[word] for word in rest.cached if word in theirs_by_word]
    if facing and facing_there:
        return pair.opposites == 0 or pair.is_turned or facing != facing_there
    if _singles_out(rest.question, mine) or _singles_out(rest.cached, theirs):
        return True
    if _only_one_compares(mine, theirs) or _only_one_compares(theirs, mine):
        return True
    if any(_differ_in_degree(mine_by_word.get(one), theirs_by_word.get(other)) for one, other in rest.substituted):
        return True
    graded = mine_by_word.keys() | theirs_by_word.keys()
    faint = mine.lexicon.lists["faint"]
    return any(
        _differ(mine_by_word.get(word), theirs_by_word.get(word), pair, is_telling=word not in faint)
        for word in graded & pair.shared
    )


def _differ_in_degree(mine: Degree | None, theirs: Degree | None) -> bool:
    """Whether words that stand for each other have degrees, and not the same: "bigger", "largest"."""
    return mine is not None and theirs is not None and mine is not theirs


def _only_one_compares(one: Reading, other: Reading) -> bool:
    """Whether one measures by another thing and the other by none: "a higher fee than Aronis", "the fee of Aronis"."""
    if "than" not in one.tokens or not _COMPARING.isdisjoint(other.tokens):
        return False
    return _has_comparative(one) and not _has_comparative(other)


def _has_comparative(reading: Reading) -> bool:
    return any(degree is Degree.COMPARATIVE for _, degree in reading.degrees)


def _singles_out(rest: tuple[str, ...], reading: Reading) -> bool:
    """Whether a superlative stands on this side only: "which scooters", "which is the cheapest scooter".

    "The best", "the most famous", "the easiest way" say no more than the bare question.
    """
    lists = reading.lexicon.lists
    if "most" in reading.tokens:
        return False
    for word in rest:
        if (word, Degree.SUPERLATIVE) in reading.degrees and word not in lists["faint"]:
            following = reading.tokens[reading.tokens.index(word) + 1 :][:1]
            if lists["implied by way"].isdisjoint(following):
                return True
    return False


def _differ(mine: Degree | None, theirs: Degree | None, pair: Pair, *, is_telling: bool) -> bool:
    """Comparative against superlative; or either against the bare word, where it tells or one side says "than"."""
    if mine is theirs:
        return False
    if _differ_in_degree(mine, theirs):
        return True
    if Degree.SUPERLATIVE in {mine, theirs}:
        return is_telling and "most" not in pair.question.tokens and "most" not in pair.cached.tokens
    is_compared = ("than" in pair.question.tokens) != ("than" in pair.cached.tokens)
    return is_compared and Degree.COMPARATIVE in {mine, theirs}


def _is_lessened(pair: Pair) -> bool:
    return any(("less" in side.tokens or "least" in side.tokens) for side in (pair.question, pair.cached))
