"""A word on one side and its opposite on the other: "enable" and "disable", "before" and "after"."""

from __future__ import annotations

from workers.cache.policy.pair import Pair


def objects(pair: Pair) -> bool:
    """Whether opposites face each other and no denial turns them back ("not allowed", "forbidden")."""
    return (pair.opposites > 0 and pair.is_turned) or pair.has_opposite_relations or _trade_places(pair)


def _trade_places(pair: Pair) -> bool:
    """Whether a word that both have is the opposite of what each says else: "melt hard wax", "harden melted wax"."""
    rest, opposites = pair.remainder, pair.question.lexicon.opposites
    if len(rest.question) != 1 or len(rest.cached) != 1:
        return False
    mine, theirs = opposites.get(rest.question[0]), opposites.get(rest.cached[0])
    return mine is not None and theirs is not None and not (mine & theirs).isdisjoint(pair.shared)
