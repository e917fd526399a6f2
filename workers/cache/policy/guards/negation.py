"""Denial and its scope: "not", "never", "without", "except", "only"."""

from __future__ import annotations

from workers.cache.policy.pair import Pair
from workers.cache.policy.reading import Reading


_TURNING = frozenset("unabl impossibl stop quit avoid prevent refus fail lack undo revers".split())
"""Words that turn what follows round when they stand on one side only."""


def objects(pair: Pair) -> bool:
    """Whether one side denies, excepts or restricts what the other does not, or denies another word."""
    if pair.turns > 0 and pair.is_turned:
        return True
    mine, theirs = pair.question, pair.cached
    if ("except" in mine.tokens) != ("except" in theirs.tokens):
        return True
    if ("only" in mine.tokens) != ("only" in theirs.tokens):
        return True
    rest = pair.remainder
    if not _TURNING.isdisjoint(rest.question) or not _TURNING.isdisjoint(rest.cached):
        return True
    return (
        _restricts_another_word(mine, theirs)
        or _singles_out(mine, theirs)
        or _singles_out(theirs, mine)
        or _denies_another_word(mine, theirs)
    )


def _singles_out(one: Reading, other: Reading) -> bool:
    """Whether one speaks of all and the other of a single one."""
    return ("all" in one.tokens or "every" in one.tokens) and (
        ("one" in other.tokens and "one" not in one.tokens) or "singl" in other.words - one.words
    )


def _denies_another_word(mine: Reading, theirs: Reading) -> bool:
    """Whether both deny, but each a word that the other side has and affirms."""
    first, second = _denied(mine), _denied(theirs)
    if first is None or second is None or first == second:
        return False
    return first in theirs.words and second in mine.words


def _restricts_another_word(mine: Reading, theirs: Reading) -> bool:
    """Whether "only" stands before another word: "only charged", "only a customer"."""
    return "only" in mine.tokens and _after_only(mine) != _after_only(theirs)


def _after_only(reading: Reading) -> str | None:
    start = reading.tokens.index("only")
    following = zip(reading.tokens[start:], reading.labels[start:], strict=True)
    return next((token for token, label in following if not label), None)


def _denied(reading: Reading) -> str | None:
    """The first content word after the first denial."""
    labels = reading.labels
    if "negation" not in labels:
        return None
    start = labels.index("negation")
    following = zip(reading.tokens[start:], labels[start:], strict=True)
    return next((token for token, label in following if not label), None)
