"""The learnt score: a logistic regression, evaluated in plain Python."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from operator import mul


@dataclass(frozen=True, slots=True)
class LogisticScore:
    """The chance that two questions are one, from features.

    Attributes:
        bias: log-odds where every feature is 0.
        weights: log-odds for a unit of each feature, in the features' order.
    """

    bias: float
    weights: tuple[float, ...]

    def chance(self, values: Sequence[float]) -> float:
        """0…1; as many values as weights are needed, else ValueError."""
        return chance_at(self.odds(values))

    def odds(self, values: Sequence[float]) -> float:
        """The logarithm of the odds; as many values as weights are needed, else ValueError."""
        if len(values) != len(self.weights):
            raise ValueError(f"{len(self.weights)} features are needed, not {len(values)}.")
        odds: float = self.bias + sum(map(mul, self.weights, values))
        return odds


def chance_at(odds: float) -> float:
    """The chance, 0…1, that the logarithm of its odds says."""
    return 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, odds))))
