"""What is asked for: when something was built is not who built it."""

from __future__ import annotations

from workers.cache.policy.asking import Asked, Sought
from workers.cache.policy.pair import Pair

_APART = frozenset({Sought.PERSON, Sought.TIME, Sought.PLACE, Sought.REASON, Sought.WAY, Sought.MEASURE})
_WAY_OR_PLACE = frozenset({Sought.WAY, Sought.PLACE})
_NOT_YES_OR_NO = frozenset({Sought.PERSON, Sought.TIME, Sought.PLACE, Sought.REASON})


def objects(pair: Pair) -> bool:
    """Whether both sides say what they ask for, and it is not the same."""
    mine, theirs = pair.question.asked, pair.cached.asked
    if frozenset({mine.sought, theirs.sought}) == _WAY_OR_PLACE:
        sides = (pair.question.words, pair.cached.words)
        found_somewhere = pair.question.lexicon.lists["found somewhere"]
        return any(found_somewhere.isdisjoint(words) for words in sides)
    if Sought.YES_OR_NO in {mine.sought, theirs.sought}:
        rest = pair.remainder
        return not (rest.question or rest.cached) and bool(_NOT_YES_OR_NO & {mine.sought, theirs.sought})
    return _conflict(mine, theirs)


def _conflict(mine: Asked, theirs: Asked) -> bool:
    if mine.sought in theirs.also or theirs.sought in mine.also:
        return False
    if mine.sought not in _APART or theirs.sought not in _APART:
        return False
    if mine.sought is theirs.sought:
        return mine.scale != theirs.scale
    return True
