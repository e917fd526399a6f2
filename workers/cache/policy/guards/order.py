"""The same words in an order that changes the question: "milk chocolate", "chocolate milk"."""

from __future__ import annotations

from itertools import combinations

from workers.cache.policy.frame import SELF, Frame
from workers.cache.policy.pair import Pair
from workers.cache.policy.reading import Reading

_ACTORS = frozenset({"i", "you", "we", "they", "one"})
_ACTED_ON = frozenset({"me", "us", "them"})
_TAKING_UP = frozenset({"it", "they", "them", "one", "he", "she"})
_MAX_WORDS = 24
"""Longer texts are not compared word by word; their order is left to the learnt score."""


def objects(pair: Pair) -> bool:
    """Whether shared words come in another order, and nothing in the texts accounts for it."""
    if not pair.is_reordered or pair.question.is_passive or pair.cached.is_passive:
        return False
    mine, theirs = pair.frames
    shared = [word for word in mine.places if word in theirs.places]
    if not 2 <= len(shared) <= _MAX_WORDS or (pair.are_sides_exchanged and not pair.is_turned):
        return False
    if _opposites_exchanged(pair):
        return True
    is_whole = not pair.remainder.question and not pair.remainder.cached
    for place, first in enumerate(shared):
        for second in shared[place + 1 :]:
            if theirs.places[first] < theirs.places[second]:
                continue
            if (is_whole or _touch(first, second, mine, theirs)) and not _accounted_for(first, second, pair):
                return True
    return False


def _opposites_exchanged(pair: Pair) -> bool:
    """Whether opposites that both texts have stand for each other: "sell the old one, keep the new", and the reverse.

    Two such exchanges undo each other: "keep the new one, sell the old".
    """
    mine, theirs = pair.frames
    faces_opposite = pair.question.lexicon.faces_opposite
    exchanged = 0
    for first, second in combinations([word for word in mine.places if word in theirs.places], 2):
        is_reversed = (mine.places[first] < mine.places[second]) != (theirs.places[first] < theirs.places[second])
        if is_reversed and faces_opposite(first, frozenset((second,))):
            if _may_be_reversed(first, second, pair):
                return False
            exchanged += 1
    return exchanged % 2 == 1


def _may_be_reversed(first: str, second: str, pair: Pair) -> bool:
    """Whether "and", "or" or "than" parts the two somewhere, they stand side by side, or are parties to something."""
    parties = pair.question.lexicon.lists["party"]
    if first in parties or second in parties or "than" in pair.question.tokens + pair.cached.tokens:
        return True
    if any(_parted(frame.coordinators, first, second, frame) for frame in pair.frames):
        return True
    if any(abs(frame.places[first] - frame.places[second]) == 1 for frame in pair.frames):
        return True
    mine, theirs = pair.frames
    return _keep_roles(first, second, mine, theirs) or _stand_as_before(first, second, pair)


def _keep_roles(first: str, second: str, mine: Frame, theirs: Frame) -> bool:
    """Whether each of them follows the same preposition as before, and not the same as the other."""
    here, there = (mine.roles[first], mine.roles[second]), (theirs.roles[first], theirs.roles[second])
    return here == there and here[0] != here[1]


def _touch(first: str, second: str, mine: Frame, theirs: Frame) -> bool:
    """Whether the words are neighbours in both texts, like the halves of a compound."""
    return abs(mine.places[first] - mine.places[second]) == abs(theirs.places[first] - theirs.places[second]) == 1


def _accounted_for(first: str, second: str, pair: Pair) -> bool:
    mine, theirs = pair.frames
    if _is_loose(first, second, pair) or _stand_as_before(first, second, pair):
        return True
    if _parted(mine.coordinators, first, second, mine) and _parted(theirs.coordinators, first, second, theirs):
        return True
    roles = (mine.roles[first], mine.roles[second])
    if roles == (theirs.roles[first], theirs.roles[second]) and roles[0] != roles[1]:
        return True
    if mine.roles[first] != theirs.roles[first] or mine.roles[second] != theirs.roles[second]:
        return not _touch(first, second, mine, theirs)
    return _floats(first, pair.question) or _floats(second, pair.question) or _has_copula_between(first, second, pair)


def _stand_as_before(first: str, second: str, pair: Pair) -> bool:
    """Whether each is the same to the verb in both texts, so that only the voice or a fronted part has moved them."""
    mine, theirs = pair.question.standing.places, pair.cached.standing.places
    here, there = mine.get(first), mine.get(second)
    if here is None or there is None:
        return False
    if here != there and here == theirs.get(first) and there == theirs.get(second):
        return True
    return _is_taken_up(first, pair) or _is_taken_up(second, pair)


def _is_taken_up(word: str, pair: Pair) -> bool:
    """Whether the word has changed its clause with an "it": "soak it before cooking beans", "before … it, … beans"."""
    here, there = pair.question.standing.places.get(word), pair.cached.standing.places.get(word)
    if here is None or there is None or here.clause == there.clause or here.role != there.role:
        return False
    return not _TAKING_UP.isdisjoint(pair.question.tokens) and not _TAKING_UP.isdisjoint(pair.cached.tokens)


def _is_loose(first: str, second: str, pair: Pair) -> bool:
    """Whether the words may change places: "31 May", "May 31"; "how is it made", "how do they make it"."""
    if (first[0] == "#") != (second[0] == "#"):
        return True
    mine, theirs = pair.question.tokens, pair.cached.tokens
    if SELF in (first, second):
        return ("me" in mine) == ("me" in theirs)
    if ("be" in mine) != ("be" in theirs):
        return True
    if _is_spoken_for(mine) != _is_spoken_for(theirs):
        return True
    return _has_determiner_between(first, second, pair)


def _is_spoken_for(tokens: tuple[str, ...]) -> bool:
    """Whether the asker or people at large act: "can I run it" for "will it run"."""
    return not _ACTORS.isdisjoint(tokens) and _ACTED_ON.isdisjoint(tokens)


def _has_determiner_between(first: str, second: str, pair: Pair) -> bool:
    """ "Change the oil", "the oil change": a verb with its object, and the compound of the two."""
    return any(_determined(first, second, reading, frame) for reading, frame in _sides(pair)) and any(
        abs(frame.places[first] - frame.places[second]) == 1 for frame in pair.frames
    )


def _determined(first: str, second: str, reading: Reading, frame: Frame) -> bool:
    low, high = sorted((frame.places[first], frame.places[second]))
    between = reading.labels[low + 1 : high]
    return bool(between) and set(between) <= {"article", "pronoun"}


def _sides(pair: Pair) -> tuple[tuple[Reading, Frame], tuple[Reading, Frame]]:
    mine, theirs = pair.frames
    return (pair.question, mine), (pair.cached, theirs)


def _parted(marks: tuple[int, ...], first: str, second: str, frame: Frame) -> bool:
    low, high = sorted((frame.places[first], frame.places[second]))
    return any(low < mark < high for mark in marks)


def _has_copula_between(first: str, second: str, pair: Pair) -> bool:
    """ "The laptop is cheap", "the cheap laptop"."""
    return any(_parted(frame.copulas, first, second, frame) for frame in pair.frames)


def _floats(word: str, reading: Reading) -> bool:
    """Whether the word may stand in several places: "is it safe to …", "is … safe"."""
    return word in reading.lexicon.floating or word in reading.participles
