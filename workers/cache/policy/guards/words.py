"""A word swapped for another: breakfast is not dinner, and a fee is not a limit."""

from __future__ import annotations

from workers.cache.policy.pair import Pair

_SWAP = 0.25
"""A word swapped among n moves the cosine: of contrasts made so, 95 % stay under 1 − 0.25/n (measured, n = 2 … 9)."""


def objects(pair: Pair) -> bool:
    """Whether two words of one kind face each other, or the texts are alike but for a word each.

    Words that no list calls equivalent are taken to differ, unless the embeddings stay nearer than a swap lets them.
    """
    rest, lexicon = pair.remainder, pair.question.lexicon
    if not rest.question or not rest.cached:
        return False
    if any(lexicon.clash(one, other) for one in rest.question for other in rest.cached):
        return True
    if not pair.is_one_slot or (pair.opposites > 0 and not pair.is_turned):
        return False
    if lexicon.lists["weak"].issuperset(rest.question + rest.cached):
        return False
    return pair.similarity < 1 - _SWAP / max(1, len(pair.cached.content))
