"""A word swapped for another: breakfast is not dinner, and a fee is not a limit; or all words but a product's name."""

from __future__ import annotations

from workers.cache.policy.pair import Pair

_SWAP = 0.32
"""A word swapped among n moves the cosine: of contrasts made so, 95 % stay under 1 − 0.25/n (measured, n = 2 … 9). A
few of them are given for the many duplicates between that and 1 − 0.32/n, on which the score decides."""
_LONG_SWAP = 0.8
"""The same where two words stand on a side: they move it further, and one of them is often mere style."""
_LEAST = 0.84
"""In short texts two words are half of what is said: below this they are swapped, whatever their number."""
_REWORDED = 0.88
"""Nearer texts that share but a name are mostly one question in other words: "founded", "was the founder of"."""


def objects(pair: Pair) -> bool:
    """Whether two words of one kind face each other, or the texts are alike but for a word each.

    Words that no list calls equivalent are taken to differ, unless the embeddings stay nearer than a swap lets them.
    """
    rest, lexicon = pair.remainder, pair.question.lexicon
    if not rest.question or not rest.cached:
        return False
    if pair.clashes:
        return True
    if _share_only_a_name(pair):
        return True
    if not pair.is_one_slot or (pair.opposites > 0 and not pair.is_turned):
        return False
    if lexicon.lists["weak"].issuperset(rest.question + rest.cached):
        return False
    words = max(1, len(pair.cached.content))
    if len(rest.question) == len(rest.cached) == 1:
        return pair.similarity < 1 - _SWAP / words
    return pair.similarity < max(_LEAST, 1 - _LONG_SWAP / words)


def _share_only_a_name(pair: Pair) -> bool:
    """Whether each side says something of its own, and all that both say is a name: two questions about one product.

    Of such pairs that the score would serve, 6 % are wrong on ordinary duplicates, and most in a shop's cache.
    """
    rest, faint = pair.remainder, pair.question.lexicon.lists["faint"]
    if (
        pair.similarity >= _REWORDED
        or rest.substituted
        or faint.issuperset(rest.question)
        or faint.issuperset(rest.cached)
    ):
        return False
    return pair.shared <= pair.question.names | pair.cached.names
