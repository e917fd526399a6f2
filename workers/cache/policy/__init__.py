"""Is it a hit? Pure decisions over a question and the cached prompts near it."""

from __future__ import annotations

from pathlib import Path

from workers.cache.policy.decision import Candidate, Decision, HitPolicy, Judgement, Reason
from workers.cache.policy.margin import MarginPolicy
from workers.cache.policy.parameters import PolicyFileError, load_parameters
from workers.cache.policy.verified import VerifiedPolicy

__all__ = [
    "Candidate",
    "Decision",
    "HitPolicy",
    "Judgement",
    "MarginPolicy",
    "PolicyFileError",
    "Reason",
    "VerifiedPolicy",
    "default_policy",
]


def default_policy(parameters: Path | None = None) -> HitPolicy:
    """The policy a worker uses, with the packaged parameters or those of a file that `calibrate` wrote.

    Reads files; call it once, at the start.

    Raises:
        PolicyFileError: the file is missing, malformed, or of another version.
    """
    return VerifiedPolicy(load_parameters(parameters))
