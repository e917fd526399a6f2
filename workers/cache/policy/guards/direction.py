"""Direction and role: from A to B is not from B to A, who bought A is not whom A bought."""

from __future__ import annotations

from workers.cache.policy.arrangement import Arrangement, arrangement
from workers.cache.policy.asking import Sought
from workers.cache.policy.frame import SELF
from workers.cache.policy.pair import Pair
from workers.cache.policy.quantities import unit
from workers.cache.policy.reading import Reading
from workers.cache.policy.words import stem

_OPPOSED = frozenset({frozenset({"from", "to"}), frozenset({"before", "after"}), frozenset({"over", "under"})})
_MAX_REMAINDER = 2
"""With more words left over, roles that seem swapped are mostly another sentence altogether."""
_ASKER = frozenset({"i", "me"})
_DISTANCE = stem("distance")
_TWO = 2
_POUNDS = frozenset({"pound", "gbp", "weight"})
_SUBJECT_WORDS = frozenset({Sought.PERSON, Sought.THING})


def objects(pair: Pair) -> bool:
    """Whether shared participants have swapped roles."""
    if _asks_for_the_other_amount(pair) or _name_changes_sides(pair):
        return True
    if not (pair.is_reordered or pair.has_other_roles or _voices_differ(pair)):
        return _acts_on_the_asker(pair) or _equivalents_move(pair)
    if pair.are_sides_exchanged and pair.turns + pair.opposites > 0:
        return pair.is_turned
    found = arrangement(pair)
    if found is not Arrangement.UNSURE:
        return found is Arrangement.OTHER
    is_turned_round = not _voices_differ(pair) and _acts_on_the_asker(pair)
    return _roles_swapped(pair) or is_turned_round or _asks_for_the_other_party(pair)


def _equivalents_move(pair: Pair) -> bool:
    """Whether names that stand for each other have changed places: "a Greek in Spain", "a Spaniard in Greece"."""
    substituted, names = pair.remainder.substituted, pair.question.lexicon.names
    if len(substituted) < _TWO or sum(word in names for word, _ in substituted) < _TWO:
        return False
    return arrangement(pair) is Arrangement.OTHER


def _voices_differ(pair: Pair) -> bool:
    """Whether a participle may be passive on one side only."""
    mine, theirs = pair.question, pair.cached
    is_mine = "be" in mine.token_set
    if is_mine == ("be" in theirs.token_set):
        return False
    return not pair.shared.isdisjoint(mine.participles if is_mine else theirs.participles)


def _asks_for_the_other_amount(pair: Pair) -> bool:
    """Whether what one asks the number of is what the other measures in: "grams in an ounce", "ounces in a gram"."""
    mine, theirs = pair.question.counted, pair.cached.counted
    if mine == theirs:
        return False
    if not mine or not theirs:
        return any(_is_another_amount(word, pair.cached) for word in mine) or any(
            _is_another_amount(word, pair.question) for word in theirs
        )
    return any(_mentions(pair.question, word) for word in theirs - mine) and any(
        _mentions(pair.cached, word) for word in mine - theirs
    )


def _is_another_amount(word: str, reading: Reading) -> bool:
    """Whether a text has a figure in the unit that the other asks for, and asks for another itself."""
    return _is_measured(word, reading) and word not in reading.measured_in and reading.tokens[0] != word


def _mentions(reading: Reading, word: str) -> bool:
    return word in reading.tokens or _is_measured(word, reading)


def _is_measured(word: str, reading: Reading) -> bool:
    """Whether a figure of the text is in the unit that the word names."""
    measured = unit(word) if reading.quantities else None
    if measured is None:
        return False
    dimensions = _POUNDS if measured[0] == "pound" else {measured[0]}
    return any(quantity.dimension in dimensions for quantity in reading.quantities)


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
    if not pair.question.lexicon.lists["mutual"].isdisjoint(pair.shared):
        changed = [roles for roles in changed if "with" not in roles]
    return any((after, before) in changed for before, after in changed)


def _ask_for_a_distance(pair: Pair) -> bool:
    """Whether both ask how far it is, which is as far either way."""
    return all(side.asked.scale == "far" or _DISTANCE in side.words for side in (pair.question, pair.cached))


def _acts_on_the_asker(pair: Pair) -> bool:
    """Whether "I" of the one is "me" of the other in otherwise equal words: "who do I call", "who calls me"."""
    mine, theirs = pair.question.token_set & _ASKER, pair.cached.token_set & _ASKER
    if len(mine) != 1 or len(theirs) != 1 or mine == theirs:
        return False
    return _may_be_turned_round(pair) and pair.question.lexicon.lists["mutual"].isdisjoint(pair.shared)


def _may_be_turned_round(pair: Pair) -> bool:
    """Whether all words are shared but for a telling one each; "give me" for "how do I get" is no other direction."""
    rest = pair.remainder
    if not rest.question and not rest.cached:
        return True
    if len(rest.question) > 1 or len(rest.cached) > 1 or len(pair.shared) == 0:
        return False
    is_weak = not pair.question.lexicon.lists["weak"].isdisjoint(rest.question + rest.cached)
    return not is_weak and "you" not in pair.question.tokens and "you" not in pair.cached.tokens


def _asks_for_the_other_party(pair: Pair) -> bool:
    """Whether "who bought A?" faces "whom did A buy?"."""
    mine, theirs = pair.question, pair.cached
    if mine.asked.sought not in _SUBJECT_WORDS or theirs.asked.sought not in _SUBJECT_WORDS:
        return False
    if not _turn_into_each_other(mine, theirs):
        return False
    shared = pair.shared
    first = [word for word in mine.content if word in shared]
    second = [word for word in theirs.content if word in shared]
    return len(first) > 1 and first != second and SELF not in shared


def _turn_into_each_other(mine: Reading, theirs: Reading) -> bool:
    return any(
        _is_object_question(one) and _is_subject_question(other) for one, other in ((mine, theirs), (theirs, mine))
    )


def _name_changes_sides(pair: Pair) -> bool:
    """Whether a name acts in one text and is acted on in the other: "whom did A train", "who beat A"."""
    mine, theirs = pair.question, pair.cached
    if mine.asked.sought not in _SUBJECT_WORDS or theirs.asked.sought not in _SUBJECT_WORDS:
        return False
    return _acts_only_here(mine, theirs) or _acts_only_here(theirs, mine)


def _acts_only_here(one: Reading, other: Reading) -> bool:
    if not _is_object_question(one) or not _is_subject_question(other) or one.labels[-1] in {"relation", "link"}:
        return False
    start = one.tokens.index("do") + 1
    actor = one.tokens[start : start + 1]
    if not one.names.issuperset(actor):
        return False
    return actor == other.tokens[2:3] or (actor == other.tokens[3:4] and other.labels[2] == "")


def _is_object_question(reading: Reading) -> bool:
    """Whether "do" follows the question word or its noun: "who did A buy", "which firm did A buy"."""
    return "do" in reading.tokens[1:3]


def _is_subject_question(reading: Reading) -> bool:
    """Whether the verb follows the question word or its noun at once: "who bought A", "which firm bought A"."""
    return reading.labels[0] == "question" and "auxiliary" not in reading.labels[1:4]
