"""Denial and its scope: "not", "never", "without", "except", "only"."""

from __future__ import annotations

from workers.cache.policy.lexicon import Lexicon
from workers.cache.policy.pair import Pair
from workers.cache.policy.reading import Reading


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
    if _turns(rest.question, rest.cached, mine.lexicon) or _turns(rest.cached, rest.question, mine.lexicon):
        return True
    return (
        _restricts_another_word(mine, theirs)
        or _singles_out(mine, theirs)
        or _singles_out(theirs, mine)
        or _denies_another_word(mine, theirs)
    )


def _turns(rest: tuple[str, ...], facing: tuple[str, ...], lexicon: Lexicon) -> bool:
    """Whether a word that turns the sense round faces none that ends something as well: "stop getting", "disable"."""
    return not lexicon.lists["turning"].isdisjoint(rest) and lexicon.lists["ending"].isdisjoint(facing)


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
    """Whether "only" stands before the party in one text and further on in the other: "is only a customer charged"."""
    return "only" in mine.tokens and _restricts_the_party(mine) != _restricts_the_party(theirs)


def _restricts_the_party(reading: Reading) -> bool:
    """Whether no content word comes before "only"."""
    return all(reading.labels[: reading.tokens.index("only")])


def _denied(reading: Reading) -> str | None:
    """The first content word after the first denial; None after an inversion ("isn't my …"), which denies the verb."""
    labels = reading.labels
    if "negation" not in labels:
        return None
    start = labels.index("negation")
    if labels[start + 1 : start + 2] in (("pronoun",), ("article",)):
        return None
    following = zip(reading.tokens[start:], labels[start:], strict=True)
    return next((token for token, label in following if not label), None)
