"""What each part of the policy is worth: the same measurement without it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from benchmarks.hit_quality.contrasts import Contrast, House, found_in, judge, share_served
from benchmarks.hit_quality.judging import outcomes, recall_at
from benchmarks.hit_quality.learning import Settings, learn
from benchmarks.hit_quality.pairs import Asked, Labelled
from benchmarks.hit_quality.retrieval import Retrieved
from benchmarks.hit_quality.vectors import VectorStore
from workers.cache.policy import VerifiedPolicy
from workers.cache.policy.features import NAMES
from workers.cache.policy.guards import GUARDS

TRIALS = 3
LEAD = frozenset(name for name in NAMES if "lead" in name)
"""The features that see how far the runner-up is."""
_TEXT = frozenset(NAMES) - LEAD - {name for name in NAMES if name.startswith("similarity") and "_if_" not in name}
"""The features that see words."""


@dataclass(frozen=True, slots=True)
class Ablated:
    """The policy without one part.

    Attributes:
        without: the part.
        recall: at a precision of .98, by labels.
        contrasts: share served, at the policy's own threshold, alone in the cache.
        restatements: share served, likewise.
    """

    without: str
    recall: dict[str, float]
    contrasts: float
    restatements: float


def ablate(
    fit: Labelled,
    store: VectorStore,
    settings: Settings,
    judged: Mapping[str, Sequence[Retrieved]],
    contrasts: Sequence[Contrast],
) -> list[Ablated]:
    """Take each part away. Parts that the score is fitted to see are fitted without; guards are merely left out.

    The fits are of fewer caches than the policy's own, since there are many of them.
    """
    settings = replace(settings, trials=settings.trials[:TRIALS])
    others: tuple[Asked, ...] = ()
    alone = found_in(House.ALONE, contrasts, others, store)
    rows = []
    for name, policy in _variants(fit, store, settings):
        verdicts = list(judge(policy, contrasts, alone, House.ALONE, 0.0))
        rows.append(
            Ablated(
                name,
                {labels: recall_at(outcomes(policy, found), 0.98) for labels, found in judged.items()},
                share_served(verdict for verdict in verdicts if not verdict.contrast.same),
                share_served(verdict for verdict in verdicts if verdict.contrast.same),
            )
        )
    return rows


def _variants(fit: Labelled, store: VectorStore, settings: Settings) -> Iterator[tuple[str, VerifiedPolicy]]:
    def fitted(**changes: object) -> VerifiedPolicy:
        changed = replace(settings, **changes)  # type: ignore[arg-type]  # the names are Settings' own
        return VerifiedPolicy(learn(fit, store, changed, "ablation"), changed.guards)

    parameters = learn(fit, store, settings, "ablation")
    yield "nothing", VerifiedPolicy(parameters)
    yield "the lead", fitted(unseen=LEAD)
    yield "what the score sees of words", fitted(unseen=_TEXT)
    yield "all that the score sees but cosine", fitted(unseen=frozenset(NAMES) - {"similarity"})
    yield "all guards", fitted(guards=())
    for guard in GUARDS:
        yield f"guard {guard.name}", VerifiedPolicy(parameters, [other for other in GUARDS if other is not guard])
