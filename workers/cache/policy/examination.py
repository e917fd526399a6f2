"""Examining candidates: each is read, held to the floors and shown to the guards, once and only when it matters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workers.cache.policy.decision import Candidate, Reason
from workers.cache.policy.guards import Guard
from workers.cache.policy.pair import Pair
from workers.cache.policy.reading import Reading, read
from workers.cache.policy.text import normalise

_WRITTEN_FLOOR = 0.2
"""Slips and short forms move an embedding far: a text that is the same but for them is read from this cosine on."""
_SHORT_FORM = 16
"""Letters that a short form may leave out, beside half of the text."""


@dataclass(slots=True)
class Examined:
    """A candidate as far as it was read.

    Attributes:
        candidate: as it was given.
        pair: None where the candidate was refused without reading.
        refusal: the reason of a floor or a guard, or None.
        is_same: equal to the question but for white space.
        is_alike: the same words, but for inflections, ways of writing and slips of the keyboard.
    """

    candidate: Candidate
    pair: Pair | None = None
    refusal: Reason | None = None
    is_same: bool = False
    is_alike: bool = False

    @property
    def is_rival(self) -> bool:
        """Whether no guard has shown that another question is meant."""
        return self.pair is None or self.refusal is None

    @property
    def says_the_same(self) -> bool:
        """Whether no guard objects, and no content word is left over on either side."""
        if self.is_alike:
            return True
        if self.pair is None or self.refusal is not None:
            return False
        rest = self.pair.remainder
        return not rest.question and not rest.cached

    @property
    def asks_the_same(self) -> bool:
        """Whether, besides, both ask for the same kind of thing: a reason, a time, an amount."""
        if self.pair is None or not self.says_the_same:
            return False
        return self.pair.question.asked.sought is self.pair.cached.asked.sought


@dataclass(frozen=True, slots=True)
class Floors:
    """Least cosines.

    Attributes:
        reading: under it a text is not read, unless it is written like the question.
        asked: under it no candidate is looked at: what deployment and caller ask for.
    """

    reading: float
    asked: float


class Examination:
    """A question and its candidates, best first. What is asked of one candidate is worked out for that one alone."""

    def __init__(self, question: str, candidates: Sequence[Candidate], guards: Sequence[Guard], floors: Floors) -> None:
        self.candidates = candidates
        self._question = question
        self._plain = normalise(question)
        self._guards = guards
        self._floors = floors
        self._reading: Reading | None = None
        self._examined: list[Examined | None] = [None] * len(candidates)

    def __len__(self) -> int:
        return len(self.candidates)

    def at(self, place: int) -> Examined:
        """What became of the candidate at a place."""
        found = self._examined[place]
        if found is None:
            found = self._examined[place] = self._examine(self.candidates[place])
        return found

    def _examine(self, candidate: Candidate) -> Examined:
        if candidate.similarity < self._floors.asked:
            return Examined(candidate, refusal=Reason.BELOW_FLOOR)
        if candidate.similarity < self._floors.reading:
            return self._below_floor(candidate)
        cached = read(candidate.prompt)
        if cached.plain == self._plain:
            return Examined(candidate, is_same=True)
        return self._guarded(candidate, self._pair(candidate, cached))

    def _below_floor(self, candidate: Candidate) -> Examined:
        """Under the floor a candidate is served if it says the same in another way of writing."""
        if normalise(candidate.prompt) == self._plain:
            return Examined(candidate, is_same=True)
        if candidate.similarity >= _WRITTEN_FLOOR and _look_alike(self._plain, candidate.prompt):
            pair = self._pair(candidate, read(candidate.prompt))
            if (pair.is_misspelt or pair.says_alike) and (found := self._guarded(candidate, pair)).is_alike:
                return found
        return Examined(candidate, refusal=Reason.BELOW_FLOOR)

    def _pair(self, candidate: Candidate, cached: Reading) -> Pair:
        if self._reading is None:
            self._reading = read(self._question)
        return Pair(self._reading, cached, candidate.similarity)

    def _guarded(self, candidate: Candidate, pair: Pair) -> Examined:
        if pair.question.strangers != pair.cached.strangers and pair.is_misspelt:
            return Examined(candidate, pair, is_alike=True)
        for guard in self._guards:
            if guard.objects(pair):
                return Examined(candidate, pair, guard.reason)
        return Examined(candidate, pair, is_alike=pair.says_alike)


def _look_alike(question: str, prompt: str) -> bool:
    """Whether two texts may be one in another way of writing: a cheap look, since most candidates are no such thing."""
    if 2 * abs(len(question) - len(prompt)) > len(question) + _SHORT_FORM or question[:1].lower() != prompt[:1].lower():
        return False
    mine, theirs = question.lower().split(), prompt.lower().split()
    return 2 * len(set(mine).intersection(theirs)) >= max(len(mine), len(theirs))
