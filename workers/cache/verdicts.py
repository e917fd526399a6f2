"""Verdicts on pairings of a question with a stored entry, and the pairings that are forbidden by them."""

import asyncio
from collections import OrderedDict, defaultdict
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
    """The pairings that may not be served, in memory: a lookup asks it once, with the question's id.

    As many of a namespace as the store keeps, so that nobody can fill a worker's memory with verdicts.
    """

    def __init__(self, max_count: int = 10_000) -> None:
        """`max_count`: pairings of a namespace; the oldest go."""
        self._max_count = max_count
        self._entries: dict[str, frozenset[str]] = {}
        self._order: defaultdict[str, OrderedDict[tuple[str, str], None]] = defaultdict(OrderedDict)
        self._during_load: list[PairRuling] | None = None
        self._is_doubted = False
        self._known = asyncio.Event()
        self._known.set()

    def __len__(self) -> int:
        """How many questions have a forbidden entry."""
        return len(self._entries)

    def of(self, question_id: str) -> frozenset[str]:
        """The entries that this question may not be answered with."""
        return self._entries.get(question_id, frozenset())

    def pairs(self) -> list[tuple[str, str, str]]:
        """Namespace, question's id and entry's id of all that are forbidden."""
        return [(namespace, *pair) for namespace, order in self._order.items() for pair in order]

    @property
    def is_known(self) -> bool:
        """False: rulings may have been missed, and the store has not been read since."""
        return self._known.is_set()

    def doubt(self) -> None:
        """Rulings may have been missed; until the store has been read again, nobody knows. What is forbidden stays."""
        self._is_doubted = True
        self._known.clear()

    async def known(self) -> None:
        """Return once nothing is missing."""
        await self._known.wait()

    def rule(self, ruling: PairRuling) -> None:
        """Take a ruling from the log."""
        if self._during_load is not None:
            self._during_load.append(ruling)
        self._lift(ruling.namespace, ruling.question_id, ruling.entry_id)
        if ruling.is_forbidden:
            order = self._order[ruling.namespace]
            order[ruling.question_id, ruling.entry_id] = None
            self._entries[ruling.question_id] = self.of(ruling.question_id) | {ruling.entry_id}
            while len(order) > self._max_count:
                self._lift(ruling.namespace, *next(iter(order)))

    def _lift(self, namespace: str, question_id: str, entry_id: str) -> None:
        self._order[namespace].pop((question_id, entry_id), None)
        if not self._order[namespace]:
            del self._order[namespace]
        left = self.of(question_id) - {entry_id}
        if left:
            self._entries[question_id] = left
        else:
            self._entries.pop(question_id, None)

    def begin_load(self) -> None:
        """The store is about to be read: rulings that are followed meanwhile count more than what it says."""
        self._during_load = []
        self._is_doubted = False

    def end_load(self, verdicts: Iterable[PairVerdict]) -> None:
        """What the store has kept. What was followed before the reading stays: it is in the store as well."""
        followed, self._during_load = self._during_load or [], None
        for v in verdicts:
            self.rule(PairRuling(-1, v.at_ms, v.namespace, v.question_id, v.entry_id, v.verdict is Verdict.WRONG))
        for ruling in followed:
            self.rule(ruling)
        if not self._is_doubted:
            self._known.set()
