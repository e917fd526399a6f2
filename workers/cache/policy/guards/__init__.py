"""What vetoes a hit: one guard a file, each a pure function of a pair of readings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from workers.cache.policy.decision import Reason
from workers.cache.policy.guards import (
    asking,
    comparison,
    direction,
    language,
    names,
    negation,
    numbers,
    opposites,
    order,
    parties,
    sequence,
    variants,
    words,
)
from workers.cache.policy.pair import Pair


@dataclass(frozen=True, slots=True)
class Guard:
    """A veto and the reason that it gives.

    Attributes:
        name: of its file.
        reason: what an explanation says when it objects.
        objects: whether the pair asks two different things, as far as this guard can see.
    """

    name: str
    reason: Reason
    objects: Callable[[Pair], bool]


GUARDS: tuple[Guard, ...] = (
    Guard("language", Reason.LANGUAGE_DIFFERS, language.objects),
    Guard("numbers", Reason.NUMBER_DIFFERS, numbers.objects),
    Guard("comparison", Reason.COMPARISON_DIFFERS, comparison.objects),
    Guard("opposites", Reason.OPPOSITE, opposites.objects),
    Guard("negation", Reason.NEGATION_DIFFERS, negation.objects),
    Guard("names", Reason.NAME_DIFFERS, names.objects),
    Guard("variants", Reason.NAME_DIFFERS, variants.objects),
    Guard("direction", Reason.DIRECTION_DIFFERS, direction.objects),
    Guard("order", Reason.ORDER_DIFFERS, order.objects),
    Guard("asking", Reason.QUESTION_DIFFERS, asking.objects),
    Guard("words", Reason.WORD_DIFFERS, words.objects),
    Guard("sequence", Reason.ORDER_DIFFERS, sequence.objects),
    Guard("parties", Reason.DIRECTION_DIFFERS, parties.objects),
)
"""In the order they are asked: the cheap and the telling first, those that read the clauses anew last."""
