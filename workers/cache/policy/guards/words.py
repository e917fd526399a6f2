"""A word swapped for another of its kind: breakfast is not dinner, a passport is not a visa."""

from __future__ import annotations

from workers.cache.policy.pair import Pair


def objects(pair: Pair) -> bool:
    """Whether a word of the question's remainder and one of the cached prompt's are two of one kind."""
    rest, lexicon = pair.remainder, pair.question.lexicon
    return any(lexicon.clash(one, other) for one in rest.question for other in rest.cached)
