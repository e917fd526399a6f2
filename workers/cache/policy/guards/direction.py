"""Direction and role: from A to B is not from B to A, who bought A is not whom A bought."""

from __future__ import annotations

from workers.cache.policy.asking import Sought
from workers.cache.policy.frame import SELF
from workers.cache.policy.pair import Pair
from workers.cache.policy.reading import Reading
from workers.cache.policy.words import stem

_OPPOSED = frozenset({frozenset({"from", "to"}), frozenset({"before", "after"}), frozenset({"over", "under"})})
_MAX_REMAINDER = 2
"""With more words left over, roles that seem swapped are mostly another sentence altogether."""
_DISTANCE = stem("distance")
_SUBJECT_WORDS = frozenset({Sought.PERSON, Sought.THING})


def objects(pair: Pair) -> bool:
    """Whether shared participants have swapped roles."""
    mine, theirs = pair.frames
    if mine.roles == theirs.roles and not pair.question.passive and not pair.cached.passive:
        return _acts_on_the_asker(pair) or _asks_for_the_other_party(pair)
    if _roles_swapped(pair):
        return True
    if _acts_on_the_asker(pair):
        return True
    return _voices_differ(pair) or _asks_for_the_other_party(pair)


def _roles_swapped(pair: Pair) -> bool:
    mine, theirs = pair.frames
    changed = [
        (role, theirs.roles[word])
        for word, role in mine.roles.items()
        if word in theirs.roles and theirs.roles[word] != role
    ]
    if not changed or _ask_for_a_distance(pair):
        return False
    if any(frozenset(roles) in _OPPOSED for roles in changed):
        return True
    if len(pair.remainder.question) + len(pair.remainder.cached) > _MAX_REMAINDER:
        return False
    return any((after, before) in changed for before, after in changed)


def _ask_for_a_distance(pair: Pair) -> bool:
    """Whether both ask how far it is, which is as far either way."""
    return all(side.asked.scale == "far" or _DISTANCE in side.words for side in (pair.question, pair.cached))


def _acts_on_the_asker(pair: Pair) -> bool:
    """Whether "I" of the one is "me" of the other in otherwise equal words: "who do I call", "who calls me"."""
    mine, theirs = pair.question.tokens, pair.cached.tokens
    if not _may_be_turned_round(pair):
        return False
    only_i, only_me = ("i" in mine and "me" not in mine), ("me" in mine and "i" not in mine)
    return (only_i and "me" in theirs and "i" not in theirs) or (only_me and "i" in theirs and "me" not in theirs)


def _may_be_turned_round(pair: Pair) -> bool:
    """Whether all words are shared but for a telling one each; "give me" for "how do I get" is no other direction."""
    rest = pair.remainder
    if not rest.question and not rest.cached:
        return True
    if len(rest.question) > 1 or len(rest.cached) > 1 or len(pair.shared) == 0:
        return False
    is_weak = not pair.question.lexicon.lists["weak"].isdisjoint(rest.question + rest.cached)
    return not is_weak and "you" not in pair.question.tokens and "you" not in pair.cached.tokens


def _voices_differ(pair: Pair) -> bool:
    """Whether "B is hit by A" faces "B hits A": the agent of one is the other's patient."""
    for passive, active in ((pair.question, pair.cached), (pair.cached, pair.question)):
        if passive.passive is None or active.passive is not None:
            continue
        verb, agents, patients = passive.passive
        if verb not in active.content:
            continue
        place = active.content.index(verb)
        governed = {
            word for word, role in (pair.frames[1 if active is pair.cached else 0]).roles.items() if role == "by"
        }
        subjects, objects_ = set(active.content[:place]), set(active.content[place + 1 :])
        if (agents & objects_ - governed and not agents & subjects) or (
            patients & subjects and not patients & objects_
        ):
            return True
    return False


def _asks_for_the_other_party(pair: Pair) -> bool:
    """Whether "who bought A?" faces "whom did A buy?"."""
    mine, theirs = pair.question, pair.cached
    if mine.asked.sought not in _SUBJECT_WORDS or theirs.asked.sought not in _SUBJECT_WORDS:
        return False
    if mine.passive or theirs.passive or not _turn_into_each_other(mine, theirs):
        return False
    shared = pair.shared
    first = [word for word in mine.content if word in shared]
    second = [word for word in theirs.content if word in shared]
    return len(first) > 1 and first != second and SELF not in shared


def _turn_into_each_other(mine: Reading, theirs: Reading) -> bool:
    return any(
        _is_object_question(one) and _is_subject_question(other) for one, other in ((mine, theirs), (theirs, mine))
    )


def _is_object_question(reading: Reading) -> bool:
    """Whether "do" follows the question word or its noun: "who did A buy", "which firm did A buy"."""
    return "do" in reading.tokens[1:3]


def _is_subject_question(reading: Reading) -> bool:
    """Whether the verb follows the question word or its noun at once: "who bought A", "which firm bought A"."""
    return reading.labels[0] == "question" and "auxiliary" not in reading.labels[1:4]
