"""Two standings side by side: whether the same words stand in the same relations."""

from __future__ import annotations

from enum import Enum
from itertools import combinations
from typing import NamedTuple

from workers.cache.policy.clauses import LATER
from workers.cache.policy.frame import SELF
from workers.cache.policy.pair import Pair
from workers.cache.policy.reading import Reading
from workers.cache.policy.standing import ACTS, ASKED, CORE, IS, OF, UNKNOWN, VERB, Place

_MAX_LEFT = 1
"""With more words left over on a side, parties that seem exchanged are mostly another sentence altogether."""
_TOLD_BY_POSITION = frozenset({VERB, ACTS, CORE})
_GIVING = frozenset({"from", "by", "with", "for", "to"})
_NOT_BY = frozenset({"about", "for", "against", "to", "from", "instead"})
_BECOMING = {IS, "to"}
_PERSONS = frozenset({SELF, ASKED, "you", "they", "we", "he", "she"})


class Arrangement(Enum):
    """What the relations say of two texts."""

    SAME = "same"
    """Every shared participant stands where it stood."""
    OTHER = "other"
    """Two participants have changed places."""
    UNSURE = "unsure"
    """Some stand elsewhere, and nothing says that this changes the question."""


class _Move(NamedTuple):
    """A participant, where it stands in the question, and where in the cached prompt."""

    word: str
    here: Place
    there: Place


def arrangement(pair: Pair) -> Arrangement:
    """Compare where shared participants, equivalents included, stand."""
    left = _left(pair)
    if left > _MAX_LEFT:
        return Arrangement.UNSURE
    moved, is_telling = _moves(pair)
    if not moved:
        return Arrangement.SAME if is_telling else Arrangement.UNSURE
    is_other = (
        any(_are_exchanged(one, other) for one, other in combinations(moved, 2))
        or _others_act(moved, pair, left)
        or _is_another_party(moved, pair)
    )
    return Arrangement.OTHER if is_other else Arrangement.UNSURE


def _moves(pair: Pair) -> tuple[list[_Move], bool]:
    """Those that stand elsewhere in the other text, and whether two stand anywhere in both."""
    mine, theirs = pair.question.standing.places, pair.cached.standing.places
    stands_for = dict(pair.remainder.substituted)
    found: list[_Move] = []
    compared = 0
    for word, here in mine.items():
        there = theirs.get(stands_for.get(word, word))
        if there is not None and here[1] != UNKNOWN and there[1] != UNKNOWN:
            compared += 1
            if here != there:
                found.append(_Move(word, here, there))
    return found, compared > 1


def _left(pair: Pair) -> int:
    """How many telling words are left over on the side that has more of them."""
    rest, faint = pair.remainder, pair.question.lexicon.lists["faint"]
    return max(sum([word not in faint for word in side]) for side in (rest.question, rest.cached))


def _are_exchanged(one: _Move, other: _Move) -> bool:
    """Whether two participants stand where the other one stood, or took each other's clause."""
    if (one.word[0] == "#") != (other.word[0] == "#"):
        return False
    if _are_alike(one.here, other.there) and _are_alike(one.there, other.here):
        is_told_by_position = {one.here.role, one.there.role} <= _TOLD_BY_POSITION and VERB in {
            one.here.role,
            one.there.role,
        }
        return not (is_told_by_position and one.here.clause == one.there.clause)
    if (one.here.clause, one.there.clause) != (other.there.clause, other.here.clause):
        return False
    if one.here.clause == one.there.clause:
        return False
    is_sequence = LATER in (one.here.clause, one.there.clause)
    return is_sequence or (one.here.role == one.there.role and other.here.role == other.there.role)


def _are_alike(one: Place, other: Place) -> bool:
    """Whether the places are one; what is made into something is made to it, or saved as it."""
    return one == other or (one.clause == other.clause and {one.role, other.role} == _BECOMING)


def _others_act(moves: list[_Move], pair: Pair, left: int) -> bool:
    """Whether one who acts in one text does not in the other, where somebody else does."""
    lists = pair.question.lexicon.lists
    gone = [move for move in moves if _stops_acting(move.here, move.there)]
    come = [_Move(move.word, move.there, move.here) for move in moves if _stops_acting(move.there, move.here)]
    if not (gone or come) or not lists["mutual"].isdisjoint(pair.shared) or _is_given(pair, gone + come):
        return False
    if _is_replaced(gone, pair.cached, left) or _is_replaced(come, pair.question, left):
        return True
    if left:
        return False
    return any(move.word != SELF for move in gone) and any(move.word != SELF for move in come)


def _stops_acting(here: Place, there: Place) -> bool:
    return here.role == ACTS and there.role not in {ACTS, VERB, IS}


def _is_given(pair: Pair, moves: list[_Move]) -> bool:
    """Whether one text says "get it from them" for the other's "they give it"."""
    gains = pair.question.lexicon.lists["gain"]
    gets = not gains.isdisjoint(pair.question.content) or not gains.isdisjoint(pair.cached.content)
    gets = gets or any("have" in side.tokens for side in (pair.question, pair.cached))
    return gets and any(move.there.role in _GIVING for move in moves)


def _is_replaced(moves: list[_Move], other: Reading, left: int) -> bool:
    """Whether a person or body of them no longer acts, and the text names another one who does."""
    parties = other.lexicon.lists["party"]
    for move in moves:
        if left and move.there.role not in {CORE, OF}:
            continue
        others = other.standing.actors - {move.word}
        if move.word in parties and not (_PERSONS | parties).isdisjoint(others):
            return True
        is_known = move.word in parties or move.word in other.names
        if is_known and not left and not other.standing.actors and move.there.role in _NOT_BY:
            return True
    return False


def _is_another_party(moved: list[_Move], pair: Pair) -> bool:
    """Whether somebody is what the asker is, or owns something, in one text only: "with a guarantor", "be one"."""
    parties = pair.question.lexicon.lists["party"]
    mine, theirs = pair.question, pair.cached
    for word, here, there in moved:
        if word not in parties:
            continue
        roles = {here.role, there.role}
        if IS in roles and ACTS not in roles:
            return True
        if roles == {OF, CORE} and (_owns(word, mine, theirs) or _owns(word, theirs, mine)):
            return True
    return False


def _owns(word: str, one: Reading, other: Reading) -> bool:
    """Whether the word has something in one text that does not follow it in the other, as in a compound."""
    owned = one.standing.possessed.get(word)
    return owned is not None and word in other.tokens and (owned,) != other.tokens[other.tokens.index(word) + 1 :][:1]
