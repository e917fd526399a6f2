"""What is asked for: when something was built is not who built it."""

from __future__ import annotations

from workers.cache.policy.asking import Asked, Sought
from workers.cache.policy.pair import Pair

_APART = frozenset({Sought.PERSON, Sought.OWNER, Sought.TIME, Sought.PLACE, Sought.REASON, Sought.WAY, Sought.MEASURE})
_WAY_OR_PLACE = frozenset({Sought.WAY, Sought.PLACE})
_WAY_OR_THING = frozenset({Sought.WAY, Sought.THING})
_PERSON_OR_THING = frozenset({Sought.PERSON, Sought.THING})
_NOT_YES_OR_NO = frozenset({Sought.PERSON, Sought.TIME, Sought.PLACE, Sought.REASON})

_ACTORS = frozenset({"i", "you", "we", "one", "me", "my", "your", "people", "someone"})


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
    sought = frozenset({mine.sought, theirs.sought})
    if sought == _PERSON_OR_THING:
        return not (pair.remainder.question or pair.remainder.cached)
    if sought == _WAY_OR_THING and _asks_what_it_is(pair):
        return True
    if mine.sought is theirs.sought is Sought.MEASURE and (
        _names_the_scale(mine, pair.cached.words) or _names_the_scale(theirs, pair.question.words)
    ):
        return False
    return _conflict(mine, theirs)


def _conflict(mine: Asked, theirs: Asked) -> bool:
    if mine.sought in theirs.also or theirs.sought in mine.also:
        return False
    if mine.sought not in _APART or theirs.sought not in _APART:
        return False
    if mine.sought is theirs.sought:
        return mine.scale != theirs.scale
    return True


def _asks_what_it_is(pair: Pair) -> bool:
    """Whether one asks how to do something, and the other what a thing is: "how do I clear E4", "what does E4 mean"."""
    rest, question = pair.remainder, pair.question
    if question.asked.sought is Sought.WAY:
        way, thing, act, matter = question, pair.cached, rest.question, rest.cached
    else:
        way, thing, act, matter = pair.cached, question, rest.cached, rest.question
    lists = way.lexicon.lists
    return (
        not lists["weak"].issuperset(act)
        and not _ACTORS.isdisjoint(way.tokens)
        and _ACTORS.isdisjoint(thing.tokens)
        and lists["implied by way"].isdisjoint(thing.tokens)
        and not (matter and lists["faint"].issuperset(matter))
    )


def _names_the_scale(asked: Asked, words: frozenset[str]) -> bool:
    """Whether the words say what the other side's "how …" implies: "how much … weigh" for "how heavy"."""
    return not asked.implied.isdisjoint(words)
