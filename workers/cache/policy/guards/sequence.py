"""What comes before, during and after: what to do once it is mended is not how to mend it."""

from __future__ import annotations

import re

from workers.cache.policy.clauses import MAIN
from workers.cache.policy.inclusion import governed_by
from workers.cache.policy.pair import Pair
from workers.cache.policy.reading import Reading
from workers.cache.policy.standing import VERB, at_place
from workers.cache.policy.words import stem

_BEFORE = stem("before")
_APART = frozenset({_BEFORE, "after"})
_AT_THE_TIME = frozenset({"at", "during"})
_WHILE = frozenset({"while", "during"})
_ENDING = frozenset(map(stem, ("end", "expire", "finish", "over", "conclude", "complete", "close")))
_ORDERING = _APART | _WHILE | {"once", "or"}
_PAST = re.compile(r"\b(?:was|were|did|had|used to)\b", re.IGNORECASE)
_PRESENT = re.compile(r"\b(?:is|are|am|do|does|will|can|may|has|have)\b", re.IGNORECASE)
_LONG_AGO = frozenset({"last", "ago", "yesterday", "previously", "formerly", "originally", "past", _BEFORE})

_ASKED_ABOUT = at_place(MAIN, VERB)
_DATING = frozenset({at_place("before", VERB), at_place("after", VERB)})


def objects(pair: Pair) -> bool:
    """Whether an act is the matter of one text and only dates the other's, or is dated otherwise."""
    if _was_once(pair.question, pair.cached) or _was_once(pair.cached, pair.question):
        return True
    if _ORDERING.isdisjoint(pair.question.tokens) and _ORDERING.isdisjoint(pair.cached.tokens):
        return False
    return _choices_differ(pair) or any(
        _only_dates(one, other, pair) or _is_at_the_time(one, other) or _is_over(one, other, pair)
        for one, other in ((pair.question, pair.cached), (pair.cached, pair.question))
    )


def _was_once(past: Reading, present: Reading) -> bool:
    """Whether only one text asks how it was, and says when: "did it cost more last year", "does it cost more"."""
    if _LONG_AGO.isdisjoint(past.tokens) or not _LONG_AGO.isdisjoint(present.tokens):
        return False
    return bool(_PAST.search(past.raw)) and not (_PRESENT.search(past.raw) or _PAST.search(present.raw))


def _choices_differ(pair: Pair) -> bool:
    """Whether one text asks "before or after", and the other not, or before or after something else."""
    mine, theirs = _asks_before_or_after(pair.question), _asks_before_or_after(pair.cached)
    if mine != theirs:
        other = pair.cached if mine else pair.question
        return "or" not in other.tokens and not other.taken_in
    if not mine:
        return False
    here, there = (governed_by({"after"}, side.tokens, side.labels) for side in (pair.question, pair.cached))
    rest = pair.remainder
    return here.isdisjoint(there) and not here.isdisjoint(rest.question) and not there.isdisjoint(rest.cached)


def _asks_before_or_after(reading: Reading) -> bool:
    return "or" in reading.tokens and _APART.issubset(reading.tokens)


def _only_dates(one: Reading, other: Reading, pair: Pair) -> bool:
    """Whether what is done in one text is done before or after the matter of the other, which dates nothing so."""
    if _APART.union({"once"}).isdisjoint(other.tokens):
        return False
    mine, theirs = one.standing.places, other.standing.places
    if not {place.clause for place in mine.values()}.isdisjoint({"before", "after"}):
        return False
    return any(
        place == _ASKED_ABOUT and word in pair.shared and theirs.get(word) in _DATING and not _is_told(word, one)
        for word, place in mine.items()
    )


def _is_told(verb: str, reading: Reading) -> bool:
    """Whether the question comes only after the verb: "I cancelled it, why is it …"."""
    return "question" in reading.labels[reading.tokens.index(verb) :]


def _is_at_the_time(one: Reading, other: Reading) -> bool:
    """Whether "at" or "during" faces "before" or "after" in front of the same word."""
    if _AT_THE_TIME.isdisjoint(one.tokens) or _APART.isdisjoint(other.tokens):
        return False
    here = governed_by(_AT_THE_TIME, one.tokens, one.labels)
    there = governed_by(_APART, other.tokens, other.labels)
    return not (here & there).isdisjoint(one.words) and _APART.isdisjoint(one.tokens)


def _is_over(one: Reading, other: Reading, pair: Pair) -> bool:
    """Whether one asks what is so while something goes on, and the other when it ends."""
    left = pair.remainder.cached if other is pair.cached else pair.remainder.question
    return not _WHILE.isdisjoint(one.tokens) and _WHILE.isdisjoint(other.tokens) and not _ENDING.isdisjoint(left)
