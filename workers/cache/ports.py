"""The seams of the cache: what it asks of an embedder, of a shared store, of a log. No driver's word in them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from workers.cache.entry import Entry
from workers.cache.rules import PlacedRule, Replacement, Rule
from workers.cache.verdicts import PairRuling, PairVerdict

Vector = NDArray[np.float32]
"""One embedding, shape (dimensions,), of length 1."""
Vectors = NDArray[np.float32]
"""Embeddings, shape (prompts, dimensions), each of length 1."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where an entry would be."""

    namespace: str
    entry_id: str


@dataclass(frozen=True, slots=True)
class Fetched:
    """What the store holds at an address, and how far it has followed the log for that namespace."""

    entry: Entry | None
    watermark: int
    """All rules of the namespace below it are applied in this store; read together with the entry. 0: unknown."""


@dataclass(frozen=True, slots=True)
class NearestQuery:
    """Neighbours wanted: same namespace, same context."""

    namespace: str
    context_key: str
    vector: Vector
    limit: int


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A stored question near the asked one."""

    entry_id: str
    prompt: str
    similarity: float
    """Cosine, −1 to 1."""


class SaveStatus(StrEnum):
    """What a save did."""

    STORED = "stored"
    REPLACED = "replaced"
    REFUSED = "refused"
    SUPERSEDED = "superseded"
    """A later request for the same entry was here before: nothing is written."""


@dataclass(frozen=True, slots=True)
class SaveOutcome:
    """What became of one save."""

    status: SaveStatus
    killed_by: int | None = None
    """On a refusal: the rule that kills it; None if its fence is older than the rules that the store keeps."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """What the store knows of the log, for one namespace."""

    watermark: int
    """All rules below it are applied. 0: the namespace has never been written to."""
    applied: dict[int, int] = field(default_factory=dict)
    """Offset → timestamp (Unix ms) of the rules marked as applied, from the asked offset on."""


@dataclass(frozen=True, slots=True)
class Progress:
    """What a worker has found applied in the store, to be believed only if it still stands."""

    watermark: int
    """All rules below it are applied."""
    since: int
    """The store's watermark must be at least this: so much was found applied before."""
    applied: tuple[tuple[int, int], ...]
    """(offset, timestamp in ms) of every rule from `since` up to `watermark`: each must be marked."""
    trim_below: int = 0


class Embedder(Protocol):
    """Prompts to vectors."""

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        ...

    @property
    def fingerprint(self) -> str:
        """Names model, weights and pooling: vectors of different fingerprints never meet. 16 hex digits."""
        ...

    async def open(self) -> None:
        """Load the model. Raises ModelUnavailableError."""
        ...

    async def aclose(self) -> None:
        """Free it."""
        ...

    async def embed(self, prompts: Sequence[str]) -> Vectors:
        """One unit vector a prompt, in order, shape (len(prompts), dimensions)."""
        ...


class Verifier(Protocol):
    """Reads two questions together and says whether they ask the same: surer than a policy, and slower."""

    async def open(self) -> None:
        """Load the model. Raises ModelUnavailableError."""
        ...

    async def aclose(self) -> None:
        """Free it."""
        ...

    async def agree(self, pairs: Sequence[tuple[str, str]]) -> Sequence[float]:
        """For each pair of the asked and a stored question how far they ask the same, 0 to 1.

        Raises anything; whoever cancels the call has its pairs read only if that has begun.
        """
        ...


class AnswerStore(Protocol):
    """The shared level. Every method raises StoreUnavailableError when it cannot know."""

    async def open(self) -> None:
        """Connect and see to the index. Idempotent."""
        ...

    async def aclose(self) -> None:
        """Let go of connections. Idempotent."""
        ...

    async def fetch(self, wanted: Sequence[Address]) -> list[Fetched]:
        """What stands at each address, in order, in one round trip."""
        ...

    async def find_nearest(self, queries: Sequence[NearestQuery]) -> list[list[Neighbour]]:
        """The neighbours of each query, nearest first, in one round trip."""
        ...

    async def save(self, entries: Sequence[Entry], vectors: Vectors) -> list[SaveOutcome]:
        """Write each unless a rule kills it, each check and write in one atomic step; ends its lease.

        What replaced another answer is REPLACED, and stays so if it is saved again, until `announced` says that the
        others know: a worker that dies in between leaves the announcement to whoever gets its request next.
        """
        ...

    async def announced(self, entries: Sequence[Entry]) -> None:
        """These replacements are in the log now."""
        ...

    async def lease(self, wanted: Sequence[Address], duration_ms: int) -> list[bool]:
        """For each address: True for the one caller who shall compute the answer."""
        ...

    async def end_lease(self, wanted: Sequence[Address]) -> None:
        """Let others become leaders."""
        ...


class RuleStore(Protocol):
    """The shared level as a view of the log."""

    async def apply(self, placed: PlacedRule) -> int:
        """Write the rule, delete what it kills until none is left, mark it applied. The number deleted."""
        ...

    async def count(self, rule: Rule) -> int:
        """How many entries the rule would delete now; touches nothing."""
        ...

    async def ledger(self, namespace: str, since: int) -> Ledger:
        """What is applied, from offset `since` on."""
        ...

    async def advance(self, namespace: str, progress: Progress) -> bool:
        """Raise the watermark, in one atomic step; False if the store has lost something meanwhile.

        Rules and marks below `trim_below` go, and fences below it are refused from now on.
        """
        ...

    async def forget(self, namespace: str, fence_below: int | None, watermark: int) -> int:
        """Drop entries with a lower fence (None: all, and every rule and mark), then set the watermark."""
        ...

    async def namespaces(self) -> set[str]:
        """Those that hold entries or rules."""
        ...

    async def incarnation(self) -> str:
        """Names this run of the store: another name, and a part of what was written may be gone."""
        ...


class VerdictStore(Protocol):
    """What was said of pairings; kept without expiry, the latest of a namespace."""

    async def judge(self, verdict: PairVerdict) -> bool:
        """Keep it; False if a later verdict on the same pairing stands. Safe to repeat."""
        ...

    async def verdicts(self, namespace: str) -> list[PairVerdict]:
        """Those that stand, oldest first."""
        ...


class SharedStore(AnswerStore, RuleStore, VerdictStore, Protocol):
    """L2: all views of one store."""


class CoherenceLog(Protocol):
    """The one order of all rules."""

    async def append(self, rules: Sequence[Rule]) -> list[PlacedRule]:
        """Append durably, in order; returns their places. Raises LogUnavailableError."""
        ...

    async def gave(self, number: int) -> bool:
        """Whether the log is still the one that gave out a number: ask before what hangs on the number is promised.

        Raises LogUnavailableError.
        """
        ...

    async def announce(self, replaced: Sequence[Entry]) -> list[Replacement]:
        """Tell all that these entries have new answers. Raises LogUnavailableError."""
        ...

    async def announce_ruling(self, verdict: PairVerdict) -> PairRuling:
        """Tell all that a pairing is forbidden, or allowed again. Raises LogUnavailableError."""
        ...

    async def end(self) -> int:
        """The offset after the last record, asked now. Raises LogUnavailableError."""
        ...

    async def begin(self) -> int:
        """The oldest offset that the log still keeps, asked now. Raises LogUnavailableError."""
        ...

    async def read(self, start: int, stop: int) -> list[PlacedRule]:
        """The rules kept at offsets from `start` up to, not including, `stop`. Raises LogUnavailableError."""
        ...
