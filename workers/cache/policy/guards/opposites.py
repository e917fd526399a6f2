"""A word on one side and its opposite on the other: "enable" and "disable", "before" and "after"."""

from __future__ import annotations

from workers.cache.policy.pair import Pair


def objects(pair: Pair) -> bool:
    """Whether opposites face each other and no denial turns them back ("not allowed", "forbidden")."""
    return (pair.opposites > 0 and pair.is_turned) or pair.has_opposite_relations
