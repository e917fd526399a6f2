"""The safeguards of the protocol, taken out one at a time."""

from collections.abc import Callable, Sequence

import pytest

from tests.model.world import ForgetfulStore
from workers.cache.coherence_view import CoherenceView
from workers.cache.entry import Entry
from workers.cache.guard import Guard
from workers.cache.memory_store import MemoryStore
from workers.cache.ports import Fetched, SaveOutcome, Vector
from workers.cache.reader import Reader
from workers.cache.recent_rules import RecentRules
from workers.cache.repair import Repair
from workers.cache.rules import PlacedRule
from workers.cache.writer import Writer


def store_without_fence_check(patch: pytest.MonkeyPatch) -> None:
    """The store writes whatever it is given."""
    original = MemoryStore._save

    def save(self: MemoryStore, entry: Entry, vector: Vector) -> SaveOutcome:
        tenant = self._known(entry.namespace)
        rules, tenant.rules = tenant.rules, []
        try:
            return original(self, entry, vector)
        finally:
            tenant.rules = rules

    patch.setattr(MemoryStore, "_save", save)


def no_admission_check(patch: pytest.MonkeyPatch) -> None:
    """What was read enters L1, whatever has been seen since."""
    patch.setattr(Guard, "may_keep", lambda *_: True)


def no_read_guard(patch: pytest.MonkeyPatch) -> None:
    """What the store returns is served, whatever this worker knows."""

    def may_serve(self: Guard, fetched: Fetched) -> bool:
        del self
        return fetched.entry is not None

    patch.setattr(Guard, "may_serve", may_serve)


def no_watermark(patch: pytest.MonkeyPatch) -> None:
    """What the memory no longer covers is served as well."""
    patch.setattr(RecentRules, "covers", lambda *_: True)


def l1_without_freshness(patch: pytest.MonkeyPatch) -> None:
    """L1 answers at any time."""
    patch.setattr(CoherenceView, "is_fresh", lambda *_: True)


def age_from_the_answer(patch: pytest.MonkeyPatch) -> None:
    """A probe's age counts from when its answer came."""
    original = CoherenceView.mark_fresh

    def mark_fresh(self: CoherenceView, asked_at: float) -> None:
        del asked_at
        original(self, self._clock.monotonic())

    patch.setattr(CoherenceView, "mark_fresh", mark_fresh)


def delete_before_the_rule(patch: pytest.MonkeyPatch) -> None:
    """The entries go first, then the rule is written."""

    async def apply(self: ForgetfulStore, placed: PlacedRule) -> int:
        removed = self._delete_if_killed(placed, self._doomed(placed))
        await self._scheduler.pause("store.apply: deleted")
        self._write_rule(placed)
        self._mark(placed, self.losses)
        return removed

    patch.setattr(ForgetfulStore, "apply", apply)


def mark_before_the_deletes(patch: pytest.MonkeyPatch) -> None:
    """A rule counts as applied when it is written."""
    original = ForgetfulStore._write_rule

    def write_rule(self: ForgetfulStore, placed: PlacedRule) -> None:
        original(self, placed)
        self._mark(placed, self.losses)

    patch.setattr(ForgetfulStore, "_write_rule", write_rule)


def mark_whatever_was_lost(patch: pytest.MonkeyPatch) -> None:
    """The mark does not ask whether the rule and the deletions before it still stand."""
    original = ForgetfulStore._mark
    patch.setattr(ForgetfulStore, "_mark", lambda self, placed, _losses: original(self, placed, self.losses))


def delete_unconditionally(patch: pytest.MonkeyPatch) -> None:
    """What the search found is deleted, although it may have been written anew since."""

    def delete(self: ForgetfulStore, placed: PlacedRule, doomed: Sequence[str]) -> int:
        tenant = self._known(placed.rule.namespace)
        return self._delete(tenant, [entry_id for entry_id in doomed if self._at(tenant, entry_id)])

    patch.setattr(ForgetfulStore, "_delete_if_killed", delete)


def silent_replacements(patch: pytest.MonkeyPatch) -> None:
    """Nobody is told of a replaced answer."""

    async def announce(self: Writer, replaced: Sequence[Entry]) -> None:
        del self, replaced

    patch.setattr(Writer, "_announce", announce)


def replacements_forgotten(patch: pytest.MonkeyPatch) -> None:
    """Admission does not ask whether the answer was replaced meanwhile."""
    patch.setattr(RecentRules, "is_superseded", lambda *_args, **_kwargs: False)


def store_read_without_catching_up(patch: pytest.MonkeyPatch) -> None:
    """The store is read, and believed, by a worker that does not know the log as of the bound."""

    async def catch_up(self: Reader, searches: Sequence[object]) -> None:
        for search in searches:
            search.since = self._levels.view.position  # type: ignore[attr-defined]

    patch.setattr(Reader, "_catch_up", catch_up)


def tokens_ignored(patch: pytest.MonkeyPatch) -> None:
    """L1 answers whether or not it has seen the token's rule."""
    patch.setattr(Reader, "_has_reached", lambda *_: True)


def no_repair(patch: pytest.MonkeyPatch) -> None:
    """What the store has lost stays lost."""

    async def check(self: Repair) -> int:
        del self
        return 0

    patch.setattr(Repair, "check", check)


def fenceless_stores_too_young(patch: pytest.MonkeyPatch) -> None:
    """A store without a fence gets the position of when it is worked off."""
    patch.setattr(RecentRules, "position_at", lambda self, _timestamp_ms: self.position)


def no_repair_and_no_watermark(patch: pytest.MonkeyPatch) -> None:
    """Nobody repairs, and nobody asks how far the store has come."""
    no_repair(patch)
    no_watermark(patch)


Mutant = Callable[[pytest.MonkeyPatch], None]
FOUND_BY_CHANCE: tuple[Mutant, ...] = (
    store_without_fence_check,
    no_admission_check,
    no_read_guard,
    no_watermark,
    silent_replacements,
)
"""Those that random histories find within seconds; the others have scenes of their own."""
