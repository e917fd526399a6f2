"""Verdicts on pairings of a question with a stored entry, and the pairings that are forbidden by them."""

from collections.abc import Iterable
from dataclasses import dataclass

from schemas.feedback import Verdict


@dataclass(frozen=True, slots=True)
class PairVerdict:
    """What somebody said of one pairing; of several on the same pairing the latest stands."""

    namespace: str
    question_id: str
    """The id that the question would have as an entry: namespace, context and normalised prompt in one."""
    entry_id: str
    verdict: Verdict
    question: str
    cached: str | None
    """The entry's own question; None: the entry was gone when the verdict came."""
    at_ms: int
    """Unix milliseconds."""

    @property
    def is_own(self) -> bool:
        """Whether the entry is the question's own: then the answer is judged, no pairing."""
        return self.question_id == self.entry_id


@dataclass(frozen=True, slots=True)
class PairRuling:
    """A verdict at its place in the log: from here on the pairing is forbidden, or allowed again."""

    offset: int
    timestamp_ms: int
    namespace: str
    question_id: str
    entry_id: str
    is_forbidden: bool


class ForbiddenPairs:
    """The pairings that may not be served, in memory: a lookup asks it once, with the question's id."""

    def __init__(self) -> None:
        self._entries: dict[str, frozenset[str]] = {}
        self._during_load: list[PairRuling] | None = None

    def __len__(self) -> int:
        """How many questions have a forbidden entry."""
        return len(self._entries)

    def of(self, question_id: str) -> frozenset[str]:
        """The entries that this question may not be answered with."""
        return self._entries.get(question_id, frozenset())

    def rule(self, ruling: PairRuling) -> None:
        """Take a ruling from the log."""
        if self._during_load is not None:
            self._during_load.append(ruling)
        entries = self.of(ruling.question_id) - {ruling.entry_id}
        if ruling.is_forbidden:
            entries |= {ruling.entry_id}
        if entries:
            self._entries[ruling.question_id] = entries
        else:
            self._entries.pop(ruling.question_id, None)

    def begin_load(self) -> None:
        """The store is about to be read: rulings that are followed meanwhile count more than what it says."""
        self._during_load = []

    def end_load(self, verdicts: Iterable[PairVerdict]) -> None:
        """What the store has kept. What was followed before the reading stays: it is in the store as well."""
        followed, self._during_load = self._during_load or [], None
        for v in verdicts:
            self.rule(PairRuling(-1, v.at_ms, v.namespace, v.question_id, v.entry_id, v.verdict is Verdict.WRONG))
        for ruling in followed:
            self.rule(ruling)
