"""Logistic regression by Newton's method, with an L2 penalty; in NumPy, since thirty features need no more."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Fitted:
    """Log-odds = bias + weights · features, on the features' own scales."""

    bias: float
    weights: tuple[float, ...]


def fit_logistic(values: Array, labels: Array, sample_weights: Array, penalty: float = 3.0) -> Fitted:
    """Fit on rows of `values` (n × features) with 0/1 labels.

    Features are standardised inside, so the penalty treats them alike. Iteratively reweighted least squares as in
    Hastie, Tibshirani, Friedman, The Elements of Statistical Learning, 4.4.1.
    """
    centre, spread = values.mean(axis=0), values.std(axis=0) + 1e-9
    design = np.hstack([np.ones((len(values), 1)), (values - centre) / spread])
    ridge = np.full(design.shape[1], penalty)
    ridge[0] = 1e-6
    beta = np.zeros(design.shape[1])
    for _ in range(50):
        chance = 1 / (1 + np.exp(-np.clip(design @ beta, -30, 30)))
        gradient = design.T @ (sample_weights * (labels - chance)) - ridge * beta
        curvature = sample_weights * chance * (1 - chance) + 1e-9
        hessian = (design * curvature[:, None]).T @ design + np.diag(ridge)
        step = np.linalg.solve(hessian, gradient)
        beta = beta + step
        if float(np.abs(step).max()) < 1e-8:
            break
    weights = beta[1:] / spread
    return Fitted(float(beta[0] - weights @ centre), tuple(float(weight) for weight in weights))
