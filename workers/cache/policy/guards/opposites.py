"""A word on one side and its opposite on the other: "enable" and "disable", "before" and "after"."""

from __future__ import annotations

from workers.cache.policy.pair import Pair


def objects(pair: Pair) -> bool:
    """Whether opposites face each other and no denial turns them back ("not allowed", "forbidden")."""
    return (pair.opposites > 0 and pair.is_turned) or pair.has_opposite_relations or _trade_places(pair)


def _trade_places(pair: Pair) -> bool:
    """Whether a word that both have is the opposite of what each says else: "melt hard wax", "harden melted wax"."""
    rest, faces_opposite = pair.remainder, pair.question.lexicon.faces_opposite
    if len(rest.question) != 1 or len(rest.cached) != 1:
        return False
    mine, theirs = frozenset(rest.question), frozenset(rest.cached)
    return any(faces_opposite(word, mine) and faces_opposite(word, theirs) for word in pair.shared)
