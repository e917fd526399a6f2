"""One seed of the measurement on labelled pairs: fit on one part of the clusters, judge on the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.hit_quality.ablation import Ablated, ablate
from benchmarks.hit_quality.contrasts import Contrast
from benchmarks.hit_quality.joined import join_clusters
from benchmarks.hit_quality.judging import (
    Quality,
    cosine_outcomes,
    lead_outcomes,
    outcomes,
    quality,
    recall_at,
)
from benchmarks.hit_quality.learning import Settings, learn
from benchmarks.hit_quality.pairs import LabelledPair, draw_trial, load_pairs, split_alike
from benchmarks.hit_quality.retrieval import Retrieved, retrieve
from benchmarks.hit_quality.vectors import VectorStore, model_files
from workers.cache.config import PolicyConfig
from workers.cache.policy import HitPolicy, VerifiedPolicy, default_policy
from workers.cache.policy.calibration import Outcome

PRECISIONS = (0.90, 0.95, 0.96, 0.97, 0.98, 0.985, 0.99, 0.995)
DEFAULT_FLOOR = PolicyConfig().min_similarity
_LEAST_ASKED = 600
"""Small caches are drawn anew until so many questions were asked."""


@dataclass(frozen=True, slots=True)
class Task:
    """What a process needs to measure a seed.

    Attributes:
        pairs: the file of pairs.
        seed: of the split and of every draw.
        entries: sizes of the caches; the largest is the one that curves are taken on.
        questions: how many are asked, half of them without a match.
        judged_clusters: how many clusters are held back to judge on.
        vectors: folder of the kept vectors.
        model: folder of the embedding model; None: the one set up.
        contrasts: judged in the ablation; empty: no ablation.
    """

    pairs: Path
    seed: int
    entries: tuple[int, ...]
    questions: int
    judged_clusters: int
    vectors: Path
    model: Path | None = None
    contrasts: tuple[Contrast, ...] = ()


@dataclass(slots=True)
class SeedResult:
    """What a seed gave, by label of the row.

    Attributes:
        seed: which.
        threshold: of the policy that was fitted.
        qualities: at the policy's own threshold: (labels, policy, entries) → served and right.
        curves: (labels, policy) → recall at each of `PRECISIONS`.
        ablated: without one part each.
    """

    seed: int
    threshold: float
    qualities: dict[tuple[str, str, int], Quality] = field(default_factory=dict)
    curves: dict[tuple[str, str], tuple[float, ...]] = field(default_factory=dict)
    ablated: list[Ablated] = field(default_factory=list)


def measure_seed(task: Task) -> SeedResult:
    """Fit and judge once. Takes some 20 s where the vectors are at hand, with the ablation a minute."""
    raw = load_pairs(task.pairs)
    mended = join_clusters(raw)
    fit, judged = split_alike(raw, mended, task.judged_clusters, task.seed)
    store = VectorStore(model_files(task.model), task.vectors)
    settings = Settings(seed=task.seed)
    parameters = learn(fit, store, settings, task.pairs.name)
    fitted, packaged = VerifiedPolicy(parameters), default_policy()
    result = SeedResult(task.seed, parameters.threshold)
    policies: dict[str, tuple[HitPolicy, float]] = {
        "fitted": (fitted, 0.0),
        "packaged": (packaged, 0.0),
        "packaged, default floor": (packaged, DEFAULT_FLOOR),
    }
    largest: dict[str, list[Retrieved]] = {}
    for labels, pairs in judged.items():
        for entries in task.entries:
            found = _found(pairs, entries, task, store)
            for name, (policy, floor) in policies.items():
                result.qualities[labels, name, entries] = quality(policy, found, floor)
        largest[labels] = found
        result.curves |= {(labels, name): curve for name, curve in _curves(found, policies).items()}
    if task.contrasts:
        result.ablated = ablate(fit, store, settings, largest, task.contrasts)
    return result


def _found(pairs: Sequence[LabelledPair], entries: int, task: Task, store: VectorStore) -> list[Retrieved]:
    """The questions of one trial, or of several where the cache is small."""
    draws = max(1, -(-_LEAST_ASKED // (2 * entries)))
    seeds = (task.seed + 1000 * draw for draw in range(draws))
    trials = (draw_trial(pairs, entries, task.questions, seed) for seed in seeds)
    return [found for trial in trials for found in retrieve(trial, store)]


def _curves(
    found: Sequence[Retrieved], policies: Mapping[str, tuple[HitPolicy, float]]
) -> dict[str, tuple[float, ...]]:
    scored: dict[str, list[Outcome]] = {
        name: outcomes(policy, found, floor) for name, (policy, floor) in policies.items()
    }
    scored |= {"cosine": cosine_outcomes(found), "cosine and lead": lead_outcomes(found)}
    return {name: tuple(recall_at(results, precision) for precision in PRECISIONS) for name, results in scored.items()}
