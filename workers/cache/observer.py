"""What the cache tells whoever watches it: business events, no metric's word in them."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Protocol

from schemas.feedback import Verdict
from schemas.store import StoreStatus
from workers.cache.lookup import LookupOutcome
from workers.cache.policy.second_opinion import OpinionKind


class L1PassedOver(StrEnum):
    """Why a lookup did not ask L1 although it is there."""

    NOT_FRESH = "not_fresh"
    """The log was last known to be seen whole longer ago than the bound."""
    NOT_TRUSTED = "not_trusted"
    """The log has not been replayed yet, or says something that this version cannot read."""
    BEHIND_TOKEN = "behind_token"  # noqa: S105 - a reason, not a secret
    """The lookup carries a token that this worker's position has not reached."""


class L1Removal(StrEnum):
    """Why an entry left L1."""

    FULL = "full"
    EXPIRED = "expired"
    INVALIDATED = "invalidated"
    REPLACED = "replaced"
    RESET = "reset"
    """The log was replaced, or log or store has lost a part: copies may be out of date."""


class RefusalCause(StrEnum):
    """Why an answer was not stored."""

    KILLED = "killed"
    """A rule at or after its fence names it."""
    TOO_OLD = "too_old"
    """Its fence is older than the rules that are remembered, so nobody can tell."""


class CacheObserver(Protocol):
    """Told of each event as it happens, on the event loop: a method must be quick and must not raise."""

    def looked_up(self, outcome: LookupOutcome, seconds: float) -> None:
        """A lookup ended after so long."""
        ...

    def l1_passed_over(self, reason: L1PassedOver) -> None:
        """L1 was not asked."""
        ...

    def l1_removed(self, reason: L1Removal, count: int) -> None:
        """So many entries left L1."""
        ...

    def judged(self, reason: str, *, accepted: bool, similarity: float) -> None:
        """The policy's verdict on the best candidate of one lookup; cosine similarity, −1 to 1."""
        ...

    def second_opinions(self, opinions: Mapping[OpinionKind, int], seconds: float) -> None:
        """The verifier was asked about borderline candidates; what became of each, and how long that took."""
        ...

    def shadowed(self) -> None:
        """A hit by meaning was kept back, and its answer only shown."""
        ...

    def verdict_given(self, verdict: Verdict, *, shadowed: bool) -> None:
        """Feedback came on a pairing; `shadowed`: on one whose answer had only been shown."""
        ...

    def embedded(self, prompts: int, seconds: float) -> None:
        """The embedder finished one batch."""
        ...

    def stored(self, status: StoreStatus) -> None:
        """A store ended, refused ones included."""
        ...

    def store_refused(self, cause: RefusalCause) -> None:
        """The reason behind a refused store."""
        ...

    def invalidated(self, removed: int) -> None:
        """A rule was applied, by request or repair, and deleted so many entries of L2."""
        ...

    def repaired(self, rules: int) -> None:
        """So many rules that L2 had lost were applied again."""
        ...

    def l2_reachable(self, reachable: bool) -> None:
        """The breaker round L2 closed (true) or opened (false); told on changes only."""
        ...


class NullObserver:
    """Nobody watches."""

    def looked_up(self, outcome: LookupOutcome, seconds: float) -> None:
        """Do nothing; so do the others."""

    def l1_passed_over(self, reason: L1PassedOver) -> None:
        """Do nothing."""

    def l1_removed(self, reason: L1Removal, count: int) -> None:
        """Do nothing."""

    def judged(self, reason: str, *, accepted: bool, similarity: float) -> None:
        """Do nothing."""

    def second_opinions(self, opinions: Mapping[OpinionKind, int], seconds: float) -> None:
        """Do nothing."""

    def shadowed(self) -> None:
        """Do nothing."""

    def verdict_given(self, verdict: Verdict, *, shadowed: bool) -> None:
        """Do nothing."""

    def embedded(self, prompts: int, seconds: float) -> None:
        """Do nothing."""

    def stored(self, status: StoreStatus) -> None:
        """Do nothing."""

    def store_refused(self, cause: RefusalCause) -> None:
        """Do nothing."""

    def invalidated(self, removed: int) -> None:
        """Do nothing."""

    def repaired(self, rules: int) -> None:
        """Do nothing."""

    def l2_reachable(self, reachable: bool) -> None:
        """Do nothing."""
