"""Names, places, brands and models: Paris is not Rome, a 15 Pro is not a 15."""

from __future__ import annotations

from workers.cache.policy.lexicon import ClassKind
from workers.cache.policy.pair import Pair
from workers.cache.policy.reading import Reading

_MODEL_WORDS = frozenset(
    "pro max ultra plus mini lite air turbo super ti xt se xl fe gt rs neo nano slim fold flip note tab edge prime "
    "elite home enterprise premium standard deluxe express studio server mobile ".split()
)
_TITLES = frozenset("mount mt mr mrs ms dr sir saint st lake river city inc ltd llc corp president king queen".split())


def objects(pair: Pair) -> bool:
    """Whether a name of one side faces another name, or a model word stands on one side only."""
    rest, lexicon = pair.remainder, pair.question.lexicon
    if not rest.question and not rest.cached:
        return False
    if _has_model_word(rest.question, pair.question) or _has_model_word(rest.cached, pair.cached):
        return True
    mine = _names(rest.question, pair.question)
    theirs = _names(rest.cached, pair.cached)
    if mine and theirs:
        return True
    return any(lexicon.clash(one, other) is ClassKind.NAME for one in rest.question for other in rest.cached)


def _names(rest: tuple[str, ...], reading: Reading) -> list[str]:
    return [word for word in rest if word in reading.names and word not in _TITLES]


def _has_model_word(rest: tuple[str, ...], reading: Reading) -> bool:
    """Whether a word left over belongs to the model before it: it follows a figure or a name."""
    for word in rest:
        if word in _MODEL_WORDS:
            place = reading.tokens.index(word)
            before = reading.tokens[place - 1] if place else ""
            if before[:1] == "#" or before in reading.names or before in _MODEL_WORDS:
                return True
    return False
