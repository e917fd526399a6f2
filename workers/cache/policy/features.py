"""What the learnt score sees of a question and a candidate that no guard objected to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from workers.cache.policy.asking import Sought
from workers.cache.policy.pair import Pair

NAMES = (
    "similarity",
    "lead",
    "lead_over_all",
    "lead_over_third",
    "similarity_short_of_90",
    "lead_short_of_10",
    "lead_over_all_short_of_20",
    "left_in_question",
    "left_in_cached",
    "nothing_left",
    "added",
    "slotted",
    "one_slot",
    "similarity_if_nothing_left",
    "similarity_if_added",
    "similarity_if_slotted",
    "similarity_if_one_slot",
    "added_share",
    "slotted_share",
    "one_slot_share",
    "one_slot_of_known_words",
    "substituted",
    "shared",
    "shared_weight",
    "left_weight",
    "shared_weight_share",
    "heaviest_left",
    "names_left",
    "asks_the_same",
    "asks_whether_for_how",
    "asks_nothing",
    "length_difference",
    "words",
)
"""The features in order; a policy file names them, so that weights never meet others."""

ENOUGH_OVER_RIVALS, ENOUGH_OVER_ALL = 0.1, 0.2
"""Leads in cosine beyond which the score hardly asks how far."""
LEADS = {
    "lead": 1,
    "lead_over_all": 1,
    "lead_over_third": 1,
    "lead_short_of_10": -1,
    "lead_over_all_short_of_20": -1,
}
"""The features that depend on other candidates, and which way they go as a lead grows."""
_WHETHER_FOR_HOW = frozenset({Sought.YES_OR_NO, Sought.WAY})


@dataclass(frozen=True, slots=True)
class WordWeights:
    """How much a word tells: the logarithm of how rare it is among the questions that were fitted on.

    Attributes:
        weights: by stem.
        unseen: the weight of a stem that is not listed.
    """

    weights: Mapping[str, float]
    unseen: float

    def total(self, words: Iterable[str]) -> float:
        """Sum over the words."""
        get, unseen = self.weights.get, self.unseen
        return sum([get(word, unseen) for word in words])

    def heaviest(self, words: Iterable[str]) -> float:
        """The largest weight; 0 without words."""
        get, unseen = self.weights.get, self.unseen
        return max([get(word, unseen) for word in words], default=0.0)


class Lead(NamedTuple):
    """How much nearer than others a candidate is, in cosine; negative where another is nearer.

    Attributes:
        over_rivals: over the nearest other one that no guard refused, and that may be meant instead.
        over_all: over the nearest other one.
        over_third: over the second nearest other one: how crowded the place is.
    """

    over_rivals: float
    over_all: float
    over_third: float


def features(pair: Pair, similarity: float, lead: Lead, weights: WordWeights) -> tuple[float, ...]:
    """One value for each of `NAMES`.

    Args:
        pair: the texts, aligned.
        similarity: cosine, −1…1.
        lead: over the other candidates.
        weights: of words.
    """
    question, cached, rest = pair.question, pair.cached, pair.remainder
    faint = question.lexicon.lists["faint"]
    mine = [word for word in rest.question if word not in faint]
    theirs = [word for word in rest.cached if word not in faint]
    left = mine + theirs
    size = max(1, min(len(question.words), len(cached.words)))
    is_bare = not left
    is_slotted = bool(mine and theirs)
    is_added = not is_bare and not is_slotted
    is_one_slot = len(mine) == 1 and len(theirs) == 1
    knows = question.lexicon.knows
    shared_weight, left_weight = weights.total(pair.shared), weights.total(left)
    names_left = sum([word in question.names for word in mine]) + sum([word in cached.names for word in theirs])
    asked, facing = question.asked.sought, cached.asked.sought
    return (
        similarity,
        *(leading := leading_features(lead))[:3],
        max(0.0, 0.9 - similarity),
        *leading[3:],
        float(len(mine)),
        float(len(theirs)),
        float(is_bare),
        float(is_added),
        float(is_slotted),
        float(is_one_slot),
        similarity if is_bare else 0.0,
        similarity if is_added else 0.0,
        similarity if is_slotted else 0.0,
        similarity if is_one_slot else 0.0,
        is_added / size,
        is_slotted / size,
        is_one_slot / size,
        float(is_one_slot and knows(mine[0]) and knows(theirs[0])),
        float(len(rest.substituted)),
        float(len(pair.shared)),
        shared_weight,
        left_weight,
        shared_weight / (shared_weight + left_weight + 1.0),
        weights.heaviest(left),
        float(names_left),
        float(asked is facing),
        float(asked is not facing and asked in _WHETHER_FOR_HOW and facing in _WHETHER_FOR_HOW),
        float(asked is Sought.UNSAID or facing is Sought.UNSAID),
        float(abs(len(question.tokens) - len(cached.tokens))),
        float(size),
    )


def leading_features(lead: Lead) -> tuple[float, ...]:
    """The features of a lead, in the order of `LEADS`."""
    short_of_rivals = max(0.0, ENOUGH_OVER_RIVALS - lead.over_rivals)
    short_of_all = max(0.0, ENOUGH_OVER_ALL - lead.over_all)
    return (lead.over_rivals, lead.over_all, lead.over_third, short_of_rivals, short_of_all)
