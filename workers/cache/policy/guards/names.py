"""Names, places, brands and models: Paris is not Rome, a 15 Pro is not a 15."""

from __future__ import annotations

from workers.cache.policy.lexicon import ClassKind
from workers.cache.policy.pair import Pair
from workers.cache.policy.reading import Reading


def objects(pair: Pair) -> bool:
    """Whether a name of one side faces another name, or a model word stands on one side only."""
    rest = pair.remainder
    if not rest.question and not rest.cached:
        return False
    if _has_model_word(rest.question, pair.question) or _has_model_word(rest.cached, pair.cached):
        return True
    if not pair.question.called.isdisjoint(rest.question) and not pair.cached.called.isdisjoint(rest.cached):
        return True
    return ClassKind.NAME in pair.clashes


def _has_model_word(rest: tuple[str, ...], reading: Reading) -> bool:
    """Whether a word left over is part of a model: it is written like a name, or follows a figure or a name."""
    model_words = reading.lexicon.lists["model"]
    if model_words.isdisjoint(rest):
        return False
    for word in rest:
        if word in model_words:
            place = reading.tokens.index(word)
            before = reading.tokens[place - 1] if place else ""
            if word in reading.names or before[:1] == "#" or before in reading.names or before in model_words:
                return True
    return False
