"""From labelled pairs to the parameters of a policy."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.hit_quality.contrast_rules import ContrastRules
from benchmarks.hit_quality.logistic import fit_logistic
from benchmarks.hit_quality.pairs import Asked, Labelled, LabelledPair, Trial, draw_trial
from benchmarks.hit_quality.retrieval import Retrieved, retrieve, search
from benchmarks.hit_quality.vectors import VectorStore
from workers.cache.policy import HitPolicy
from workers.cache.policy.calibration import (
    Outcome,
    choose_threshold,
    curve_points,
    outcome_of,
    precision_curve,
)
from workers.cache.policy.features import NAMES
from workers.cache.policy.guards import GUARDS, Guard
from workers.cache.policy.parameters import FittedOn, Parameters
from workers.cache.policy.reading import read
from workers.cache.policy.verified import VerifiedPolicy

RARE = 10
"""A word in fewer questions weighs like an unseen one, lest the fit learn its own questions by heart."""
_NOBODY = -1


@dataclass(frozen=True, slots=True)
class Settings:
    """How to fit.

    Attributes:
        seed: of every draw.
        trials: (entries, questions) of the caches that are simulated.
        contrasts: how many contrasts to make by rule.
        contrast_weight: what one of them counts beside a real candidate.
        target_precision: that the threshold is chosen for.
        floor: least cosine at which texts are read.
        stranger_quantile: where in the similarities of the nearest strangers the least runner-up is put.
        thin_stranger_quantile: the same for a cache of fewer than five entries.
        guards: that veto.
        unseen: features that are given no weight.
    """

    seed: int = 0
    trials: tuple[tuple[int, int], ...] = ((3000, 6000),) * 5 + ((300, 2000),) * 2
    contrasts: int = 2000
    contrast_weight: float = 0.1
    target_precision: float = 0.98
    floor: float = 0.7
    stranger_quantile: float = 0.02
    thin_stranger_quantile: float = 0.08
    guards: Sequence[Guard] = GUARDS
    unseen: frozenset[str] = frozenset()


def learn(data: Labelled, store: VectorStore, settings: Settings, name: str) -> Parameters:
    """Fit the weights, then choose the threshold on caches drawn from the same pairs.

    Some forty weights over tens of thousands of candidates learn nothing by heart, and a part held back for the
    threshold would only fill smaller caches, where precision flatters. What the threshold is worth is judged on
    pairs of other clusters, by `evaluate`.
    """
    draft = _fit_weights(data, store, settings, name)
    outcomes = _outcomes(data.pairs, store, draft, settings)
    threshold = choose_threshold(outcomes, settings.target_precision)
    curve = tuple(curve_points(precision_curve(outcomes, points=25)))
    return draft.model_copy(update={"threshold": round(threshold.threshold, 4), "curve": curve})


def _trials(pairs: Sequence[LabelledPair], settings: Settings) -> Iterable[Trial]:
    clusters = len({pair.cluster for pair in pairs})
    for place, (entries, questions) in enumerate(settings.trials if pairs else ()):
        entries = min(entries, int(clusters * 0.6))
        questions = min(questions, 2 * (clusters - entries))
        yield draw_trial(pairs, entries, questions, 1000 * settings.seed + place)


def word_weights(pairs: Sequence[LabelledPair]) -> tuple[dict[str, float], float]:
    """Logarithm of the inverse document frequency by stem, and that of an unseen stem."""
    questions = {text for pair in pairs for text in (pair.question, pair.paraphrase)}
    counts = Counter(word for question in questions for word in read(question).words)
    unseen = math.log(len(questions) / RARE)
    common = {word: count for word, count in counts.items() if count > RARE}
    return {word: round(math.log(len(questions) / count), 3) for word, count in sorted(common.items())}, round(
        unseen, 3
    )


def _fit_weights(data: Labelled, store: VectorStore, settings: Settings, name: str) -> Parameters:
    weights, unseen = word_weights(data.pairs)
    blank = Parameters(
        fitted_on=FittedOn(
            data=name,
            pairs=len(data.pairs),
            contrasts=settings.contrasts,
            seed=settings.seed,
            embedding_model=store.fingerprint,
        ),
        target_precision=settings.target_precision,
        floor=settings.floor,
        stranger=0.0,
        thin_stranger=0.0,
        threshold=1.0,
        features=NAMES,
        bias=0.0,
        weights=(0.0,) * len(NAMES),
        word_weights=weights,
        unseen_word_weight=unseen,
    )
    trials = list(_trials(data.pairs, settings))
    found = [retrieved for trial in trials for retrieved in retrieve(trial, store)]
    as_given = [retrieved for trial in _trials(data.as_given, settings) for retrieved in retrieve(trial, store)]
    blank = blank.model_copy(
        update={
            "stranger": round(_stranger(found, settings.stranger_quantile), 3),
            "thin_stranger": round(_stranger(found, settings.thin_stranger_quantile), 3),
        }
    )
    made = _contrasts(trials[0], store, settings)
    policy = VerifiedPolicy(blank, settings.guards)
    rows, labels = _rows([*found, *as_given], policy)
    contrast_rows, contrast_labels = _rows(made, policy)
    sample_weights = np.concatenate([np.ones(len(rows)), np.full(len(contrast_rows), settings.contrast_weight)])
    values = np.array(rows + contrast_rows) * [name not in settings.unseen for name in NAMES]
    fitted = fit_logistic(values, np.array(labels + contrast_labels, float), sample_weights)
    return blank.model_copy(
        update={
            "bias": round(fitted.bias, 5),
            "weights": tuple(round(weight, 5) for weight in fitted.weights),
        }
    )


def _stranger(found: Sequence[Retrieved], quantile: float) -> float:
    """A quantile of the cosine of the nearest entry that is not the one meant, in the largest caches."""
    nearest = [
        next((c.similarity for c, right in zip(one.candidates, one.is_right, strict=True) if not right), 0.0)
        for one in found[: len(found) // 2]
    ]
    return float(np.quantile(nearest, quantile))


def _contrasts(trial: Trial, store: VectorStore, settings: Settings) -> list[Retrieved]:
    rules = ContrastRules([entry.text for entry in trial.entries], settings.seed)
    generator = random.Random(settings.seed)
    entries = [generator.choice(trial.entries) for _ in range(settings.contrasts)]
    made = {text for entry in entries if (text := rules.contrast(entry.text))}
    known = {entry.text for entry in trial.entries}
    asked = [Asked(text, _NOBODY) for text in sorted(made - known)]
    return list(search(asked, trial.entries, store))


def _rows(found: Sequence[Retrieved], policy: VerifiedPolicy) -> tuple[list[tuple[float, ...]], list[bool]]:
    rows: list[tuple[float, ...]] = []
    labels: list[bool] = []
    for one in found:
        for place, values in policy.features_of(one.asked.text, one.candidates):
            rows.append(values)
            labels.append(one.is_right[place])
    return rows, labels


def _outcomes(
    pairs: Sequence[LabelledPair], store: VectorStore, parameters: Parameters, settings: Settings
) -> list[Outcome]:
    policy = VerifiedPolicy(parameters.model_copy(update={"threshold": 0.0}), settings.guards)
    trials = list(_trials(pairs, replace(settings, seed=settings.seed + 1)))
    largest = max(len(trial.entries) for trial in trials)
    found = [retrieved for trial in trials if len(trial.entries) == largest for retrieved in retrieve(trial, store)]
    return [outcome(policy, one) for one in found]


def outcome(policy: HitPolicy, retrieved: Retrieved) -> Outcome:
    """What serving the policy's most confident candidate would have been; ordering is all that matters here."""
    decision = policy.decide(retrieved.asked.text, retrieved.candidates, thorough=True)
    return outcome_of(decision, retrieved.is_right, has_match=retrieved.has_match)
