"""Denial and its scope: "not", "never", "without", "except", "only"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from workers.cache.policy.clauses import clauses_of
from workers.cache.policy.denial import Denial
from workers.cache.policy.inclusion import restricts_the_party
from workers.cache.policy.pair import Pair
from workers.cache.policy.reading import Reading

_REACH = 6
"""So near after "keep" and the like stands what is kept."""
_PLAIN_DENIALS = frozenset({"not", "never"})
_WHOLE = frozenset({"all", "every", "both", "neither"})
_EXCEPTING = frozenset({"except", "but"})


def objects(pair: Pair) -> bool:
    """Whether one side denies, excepts or restricts what the other does not, or denies another word."""
    mine, theirs = pair.question, pair.cached
    if not mine.may_deny and not theirs.may_deny:
        return False
    if mine.lessenings != theirs.lessenings and pair.turns > 0 and pair.is_turned:
        return True
    spare = _spare_denials(pair)
    if spare is None or _is_denied_elsewhere(pair) or _restrictions_differ(pair):
        return True
    rest = pair.remainder
    if spare == 0 and (_turns(rest.question, rest.cached, mine) or _turns(rest.cached, rest.question, theirs)):
        return True
    return _stands_apart(mine, theirs) or _singles_out(mine, theirs) or _singles_out(theirs, mine)


def _is_denied_elsewhere(pair: Pair) -> bool:
    """Whether one denies in the question and one in its condition: "not ring when set", "ring when not set"."""
    if len(pair.question.denials) != 1 or len(pair.cached.denials) != 1:
        return False
    if _is_of_the_other(pair):
        return True
    mine, theirs = _clauses_of_denial(pair.question), _clauses_of_denial(pair.cached)
    return mine != theirs and sorted(mine) == sorted(theirs)


def _is_of_the_other(pair: Pair) -> bool:
    """Whether of two things one fails here, and the other there: "the fan runs but the lamp does not"."""
    if "but" not in pair.question.tokens or "but" not in pair.cached.tokens:
        return False
    mine, theirs = _failing(pair.question), _failing(pair.cached)
    return mine != theirs and {mine, theirs} <= pair.shared


def _failing(reading: Reading) -> str:
    """The word that stands before "does not"; empty if none does."""
    place = reading.tokens.index(reading.denials[0].mark) - 1
    while place >= 0 and reading.labels[place] == "auxiliary":
        place -= 1
    return reading.tokens[place] if place >= 0 else ""


def _clauses_of_denial(reading: Reading) -> tuple[str, ...]:
    """The clauses of a text, the one that denies first; nothing where that is not one of two."""
    clauses = clauses_of(reading.text)
    mark = reading.denials[0].mark
    place = reading.tokens.index(mark) if mark in _PLAIN_DENIALS else -1
    denying = [clause.name for clause in clauses if clause.start <= place < clause.end]
    others = [clause.name for clause in clauses if not clause.start <= place < clause.end]
    return (*denying, *others) if len(denying) == len(others) == 1 else ()


def _spare_denials(pair: Pair) -> int | None:
    """How many denials of one side another word of the other side stands for; None if one has no counterpart at all."""
    mine, theirs = pair.question, pair.cached
    if not mine.denials and not theirs.denials:
        return 0
    stands_for = dict(pair.remainder.substituted)
    left_theirs = list(theirs.denials)
    left_mine: list[Denial] = []
    for denial in mine.denials:
        partner = next((other for other in left_theirs if _agree(denial, other, stands_for, pair)), None)
        if partner is None:
            left_mine.append(denial)
        else:
            left_theirs.remove(partner)
    left_mine = [denial for denial in left_mine if not _is_idle(denial, mine, theirs)]
    left_theirs = [denial for denial in left_theirs if not _is_idle(denial, theirs, mine)]
    if not left_mine and not left_theirs:
        return 0
    rest = pair.remainder
    are_met = _are_met(left_mine, rest.cached, theirs, pair) and _are_met(left_theirs, rest.question, mine, pair)
    return len(left_mine) + len(left_theirs) if are_met else None


def _agree(one: Denial, other: Denial, stands_for: Mapping[str, str], pair: Pair) -> bool:
    """Whether both deny the same word, the whole, or each a word that the other text does not have."""
    if not one.words or not other.words:
        return (one.mark in _EXCEPTING) == (other.mark in _EXCEPTING)
    if one.mark == other.mark == "exclud":
        return True
    words = {stands_for.get(word, word) for word in one.words}
    if words & other.words:
        return one.mark != "not" or other.mark != "not" or not (_moves(one, other, pair) or _moves(other, one, pair))
    return words.isdisjoint(pair.cached.words) and other.words.isdisjoint(pair.question.words)


def _moves(one: Denial, other: Denial, pair: Pair) -> bool:
    """Whether the first word that one denies is affirmed by the other: "not choose to stay", "choose not to stay"."""
    is_weak = one.head in pair.question.lexicon.lists["weak"]
    return one.head in pair.shared and one.head not in other.words and not is_weak


def _is_idle(denial: Denial, own: Reading, other: Reading) -> bool:
    """Whether it stands in a remark about what the other side does not speak of, or about what is then asked.

    The latter is "I don't want these mails, how do I stop them?", or "these mails won't stop, what can I do?".
    """
    if not denial.is_aside:
        return False
    lists = own.lexicon.lists
    wishes = denial.head in lists["wish"] and not lists["absent"].isdisjoint(own.words)
    return wishes or denial.head in lists["absent"] or denial.words.isdisjoint(other.words)


def _are_met(denials: Sequence[Denial], facing: tuple[str, ...], other: Reading, pair: Pair) -> bool:
    """Whether for each denial a word that the other side has of its own says as much: "missing" for "without"."""
    if not denials:
        return True
    lexicon = pair.question.lexicon
    if any(lexicon.faces_opposite(denial.mark, frozenset(facing)) for denial in denials):
        return False
    absent = lexicon.lists["excluding" if denials[0].mark in _EXCEPTING else "absent"]
    meeting = sum(word in absent for word in facing)
    spared = sum(_spares(denial.words, facing, other, pair) for denial in denials)
    return len(denials) <= max(meeting + spared, pair.opposites)


def _spares(words: frozenset[str], facing: tuple[str, ...], other: Reading, pair: Pair) -> bool:
    """Whether the other side does the opposite to the words denied: "delete all but the last", "… , keep the last"."""
    for word in facing:
        place = other.tokens.index(word)
        if _undoes(word, pair) and not words.isdisjoint(other.tokens[place + 1 : place + _REACH]):
            return True
    return False


def _undoes(word: str, pair: Pair) -> bool:
    """Whether a word is the opposite of what both texts do."""
    done = pair.shared.union(*pair.remainder.substituted)
    return pair.question.lexicon.faces_opposite(word, done)


def _turns(rest: tuple[str, ...], facing: tuple[str, ...], reading: Reading) -> bool:
    """Whether a word that turns the sense round faces none that ends something as well: "stop getting", "disable".

    A word that was compared as a denial, "excluding …", is left out.
    """
    lists = reading.lexicon.lists
    if lists["turning"].isdisjoint(rest) or not lists["ending"].isdisjoint(facing):
        return False
    return not lists["turning"].intersection(rest) <= {denial.mark for denial in reading.denials}


def _restrictions_differ(pair: Pair) -> bool:
    """Whether one side says "only" and the other does not, or of another party: "is only a customer charged"."""
    mine, theirs = pair.question, pair.cached
    if mine.is_restricted != theirs.is_restricted:
        facing = pair.remainder.question if mine.is_restricted else pair.remainder.cached
        excepting = theirs if mine.is_restricted else mine
        return not excepting.denials or not any(_undoes(word, pair) for word in facing)
    if "only" not in mine.tokens or "only" not in theirs.tokens:
        return False
    return restricts_the_party(mine.tokens, mine.labels) != restricts_the_party(theirs.tokens, theirs.labels)


def _stands_apart(mine: Reading, theirs: Reading) -> bool:
    """Whether a word is taken in on one side and left out on the other: "with the yolk", "minus the yolk"."""
    if not mine.left_out and not theirs.left_out:
        return False
    mine_within, theirs_within = mine.taken_in - mine.left_out, theirs.taken_in - theirs.left_out
    return bool((mine.left_out - mine.taken_in) & theirs_within or (theirs.left_out - theirs.taken_in) & mine_within)


def _singles_out(one: Reading, other: Reading) -> bool:
    """Whether one speaks of all, of both or of neither, and the other of a single one."""
    return not _WHOLE.isdisjoint(one.tokens) and (
        ("one" in other.tokens and "one" not in one.tokens) or "singl" in other.words - one.words
    )
