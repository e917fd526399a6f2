"""The shared level in this process's memory: the twin of L2 in Redis, with the same meaning in every call.

For tests and models, and for a library user without Redis. One contract suite holds both to the same behaviour.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from workers.cache.clock import Clock, SystemClock
from workers.cache.entry import Entry
from workers.cache.ports import (
    Address,
    Fetched,
    Ledger,
    NearestQuery,
    Neighbour,
    Progress,
    SaveOutcome,
    SaveStatus,
    Vector,
    Vectors,
)
from workers.cache.rules import PlacedRule, Rule, kills
from workers.cache.verdicts import PairVerdict

MAX_VERDICTS = 10_000
"""Of a namespace, as in Redis by default."""


@dataclass(slots=True)
class _Kept:
    """An entry and its vector."""

    entry: Entry
    vector: Vector


@dataclass(slots=True)
class _Tenant:
    """All of one namespace."""

    entries: dict[str, _Kept] = field(default_factory=dict)
    rules: list[PlacedRule] = field(default_factory=list)
    marks: set[tuple[int, int]] = field(default_factory=set)
    """(number, timestamp in ms) of the applied rules."""
    watermark: int | None = None
    floor: int = 0
    unannounced: dict[str, tuple[str, float]] = field(default_factory=dict)
    """Entry id → version whose announcement is due, and until when (Unix seconds) copies of older ones may live."""
    scopes: dict[str, NDArray[np.float32]] = field(default_factory=dict)
    """Context key → its vectors as one matrix, in the order of `ids`; made when asked for."""
    ids: dict[str, list[str]] = field(default_factory=dict)
    verdicts: dict[tuple[str, str], PairVerdict] = field(default_factory=dict)
    """By question id and entry id."""


class MemoryStore:
    """A SharedStore in memory. Each call is atomic: nothing in it awaits."""

    def __init__(self, clock: Clock | None = None, *, max_verdicts: int = MAX_VERDICTS) -> None:
        self._clock = clock or SystemClock()
        self._max_verdicts = max_verdicts
        self._tenants: dict[str, _Tenant] = {}
        self._leases: dict[Address, float] = {}
        """Ends of the leases, monotonic seconds."""
        self._incarnation = uuid.uuid4().hex

    async def open(self) -> None:
        """Nothing to do."""

    async def aclose(self) -> None:
        """Nothing to do; what is stored stays."""

    # --- AnswerStore ----------------------------------------------------------------------------------------------

    async def fetch(self, wanted: Sequence[Address]) -> list[Fetched]:
        """See AnswerStore.fetch."""
        return [self._fetch(address) for address in wanted]

    async def find_nearest(self, queries: Sequence[NearestQuery]) -> list[list[Neighbour]]:
        """See AnswerStore.find_nearest; exact."""
        return [self._find(query) for query in queries]

    async def save(self, entries: Sequence[Entry], vectors: Vectors) -> list[SaveOutcome]:
        """See AnswerStore.save."""
        return [self._save(entry, vector) for entry, vector in zip(entries, vectors, strict=True)]

    async def announced(self, entries: Sequence[Entry]) -> None:
        """See AnswerStore.announced."""
        for entry in entries:
            due = self._tenant(entry.namespace).unannounced
            if entry.entry_id in due and due[entry.entry_id][0] == entry.version:
                del due[entry.entry_id]

    async def lease(self, wanted: Sequence[Address], duration_ms: int) -> list[bool]:
        """See AnswerStore.lease."""
        return [self._lease(address, duration_ms / 1000) for address in wanted]

    async def end_lease(self, wanted: Sequence[Address]) -> None:
        """See AnswerStore.end_lease."""
        for address in wanted:
            self._leases.pop(address, None)

    # --- RuleStore ------------------------------------------------------------------------------------------------

    async def apply(self, placed: PlacedRule) -> int:
        """See RuleStore.apply."""
        tenant = self._known(placed.rule.namespace)
        tenant.rules.append(placed)
        tenant.marks.add((placed.offset, placed.timestamp_ms))
        return self._delete(tenant, [e.entry_id for e in self._alive(tenant) if kills(placed, e)])

    async def count(self, rule: Rule) -> int:
        """See RuleStore.count."""
        return sum(rule.matches(entry) for entry in self._alive(self._tenant(rule.namespace)))

    async def ledger(self, namespace: str, since: int) -> Ledger:
        """See RuleStore.ledger."""
        tenant = self._tenant(namespace)
        return Ledger(tenant.watermark or 0, {number: at for number, at in sorted(tenant.marks) if number >= since})

    async def advance(self, namespace: str, progress: Progress) -> bool:
        """See RuleStore.advance."""
        tenant = self._known(namespace)
        stands = tenant.watermark or 0
        if stands < progress.since or not tenant.marks.issuperset(progress.applied):
            return False
        if progress.since == 0 and stands > 0:
            return False
        tenant.watermark = max(stands, progress.watermark)
        tenant.floor = max(tenant.floor, progress.trim_below)
        tenant.rules = [placed for placed in tenant.rules if placed.offset >= progress.trim_below]
        tenant.marks = {(number, at) for number, at in tenant.marks if number >= progress.trim_below}
        return True

    async def forget(self, namespace: str, fence_below: int | None, watermark: int) -> int:
        """See RuleStore.forget."""
        tenant = self._known(namespace)
        if fence_below is None:
            tenant.rules.clear()
            tenant.marks.clear()
            tenant.floor, tenant.watermark = watermark, watermark
            return self._delete(tenant, [entry.entry_id for entry in self._alive(tenant)])
        tenant.floor = max(tenant.floor, fence_below)
        tenant.watermark = max(tenant.watermark or 0, watermark)
        return self._delete(tenant, [entry.entry_id for entry in self._alive(tenant) if entry.fence < fence_below])

    async def namespaces(self) -> set[str]:
        """See RuleStore.namespaces."""
        return set(self._tenants)

    async def incarnation(self) -> str:
        """See RuleStore.incarnation: this object's own."""
        return self._incarnation

    # --- VerdictStore ---------------------------------------------------------------------------------------------

    async def judge(self, verdict: PairVerdict) -> bool:
        """See VerdictStore.judge."""
        kept, pairing = self._known(verdict.namespace).verdicts, (verdict.question_id, verdict.entry_id)
        if pairing in kept and kept[pairing].at_ms > verdict.at_ms:
            return False
        kept[pairing] = verdict
        while len(kept) > self._max_verdicts:
            del kept[min(kept, key=lambda each: kept[each].at_ms)]
        return True

    async def verdicts(self, namespace: str) -> list[PairVerdict]:
        """See VerdictStore.verdicts."""
        return sorted(self._tenant(namespace).verdicts.values(), key=lambda verdict: verdict.at_ms)

    # --- inside ---------------------------------------------------------------------------------------------------

    def _tenant(self, namespace: str) -> _Tenant:
        """For reading: a namespace that was never written to is not remembered."""
        return self._tenants.get(namespace) or _Tenant()

    def _known(self, namespace: str) -> _Tenant:
        return self._tenants.setdefault(namespace, _Tenant())

    def _alive(self, tenant: _Tenant) -> list[Entry]:
        """The entries that have not expired; those that have are forgotten."""
        now = self._clock.wall()
        expired = [entry_id for entry_id, kept in tenant.entries.items() if kept.entry.kept_until <= now]
        self._delete(tenant, expired)
        return [kept.entry for kept in tenant.entries.values()]

    def _at(self, tenant: _Tenant, entry_id: str) -> Entry | None:
        kept = tenant.entries.get(entry_id)
        return kept.entry if kept and kept.entry.kept_until > self._clock.wall() else None

    def _delete(self, tenant: _Tenant, entry_ids: Sequence[str]) -> int:
        for entry_id in entry_ids:
            kept = tenant.entries.pop(entry_id)
            tenant.scopes.pop(kept.entry.context_key, None)
        return len(entry_ids)

    def _fetch(self, address: Address) -> Fetched:
        tenant = self._tenant(address.namespace)
        return Fetched(self._at(tenant, address.entry_id), tenant.watermark or 0)

    def _find(self, query: NearestQuery) -> list[Neighbour]:
        tenant = self._tenant(query.namespace)
        self._alive(tenant)
        if query.context_key not in tenant.scopes:
            kept = [k for k in tenant.entries.values() if k.entry.context_key == query.context_key]
            tenant.ids[query.context_key] = [k.entry.entry_id for k in kept]
            rows = [_unit(k.vector) for k in kept]
            tenant.scopes[query.context_key] = np.array(rows, np.float32).reshape(len(rows), len(query.vector))
        similarities = tenant.scopes[query.context_key] @ _unit(query.vector)
        ids = tenant.ids[query.context_key]
        return [
            Neighbour(ids[i], tenant.entries[ids[i]].entry.prompt, float(similarities[i]))
            for i in np.argsort(-similarities, kind="stable")[: query.limit]
        ]

    def _save(self, entry: Entry, vector: Vector) -> SaveOutcome:
        tenant = self._known(entry.namespace)
        self._leases.pop(Address(entry.namespace, entry.entry_id), None)
        if entry.fence < tenant.floor:
            return SaveOutcome(SaveStatus.REFUSED)
        killing = [placed.offset for placed in tenant.rules if kills(placed, entry)]
        if killing:
            return SaveOutcome(SaveStatus.REFUSED, max(killing))
        old = self._at(tenant, entry.entry_id)
        if old is not None and old.ordered_ms > entry.ordered_ms:
            return SaveOutcome(SaveStatus.SUPERSEDED)
        status = self._announce_status(tenant, entry, old)
        if old is not None and old.version == entry.version:
            entry = replace(entry, fence=max(old.fence, entry.fence))
        if tenant.watermark is None:
            tenant.watermark = entry.fence
            tenant.floor = max(tenant.floor, entry.fence)
        tenant.entries[entry.entry_id] = _Kept(entry, np.array(vector, np.float32))
        tenant.scopes.pop(entry.context_key, None)
        return SaveOutcome(status)

    def _announce_status(self, tenant: _Tenant, entry: Entry, old: Entry | None) -> SaveStatus:
        """REPLACED from the overwriting until it is confirmed to be announced, while an older copy may live."""
        _, due_until = tenant.unannounced.get(entry.entry_id, ("", 0.0))
        if old is not None and old.version != entry.version:
            due_until = max(due_until, old.kept_until)
        if due_until <= self._clock.wall():
            tenant.unannounced.pop(entry.entry_id, None)
            return SaveStatus.STORED
        tenant.unannounced[entry.entry_id] = (entry.version, due_until)
        return SaveStatus.REPLACED

    def _lease(self, address: Address, seconds: float) -> bool:
        now = self._clock.monotonic()
        if self._leases.get(address, float("-inf")) > now:
            return False
        self._leases[address] = now + seconds
        return True


def _unit(vector: Vector) -> Vector:
    """The vector at length 1: similarity is a cosine whatever the caller's lengths."""
    unit: Vector = vector / max(float(np.linalg.norm(vector)), 1e-12)
    return unit
