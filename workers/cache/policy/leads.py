"""How far a candidate leads: exactly, or what it is at least and at most without reading the others."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from workers.cache.policy.examination import Examination, Examined
from workers.cache.policy.features import Lead

_FULL_HOUSE = 5
"""Retrieval finds so many candidates unless the cache holds fewer entries."""


class Leads:
    """The leads of one examination's candidates.

    In a small cache the runner-up is far for want of entries, not because the candidate is right; so a lead is never
    measured against less than a stranger: the similarity at which an unrelated entry of a well-filled cache stands.
    """

    def __init__(self, examination: Examination, stranger: float, thin_stranger: float) -> None:
        """`thin_stranger` stands in where fewer candidates than five say that there is next to nothing in the cache."""
        self._examination = examination
        self._stranger = thin_stranger if len(examination) < _FULL_HOUSE else stranger
        self._similarities = [candidate.similarity for candidate in examination.candidates]

    def least(self, place: int) -> Lead:
        """If every other candidate were one that may be meant."""
        others = self._but(place)
        return self._lead(place, others, others)

    def most(self, place: int) -> Lead:
        """If the guards showed of every other candidate that another question is meant."""
        similarity = self._similarities[place]
        return Lead(*(3 * (similarity - self._stranger,)))

    def exact(self, place: int) -> Lead:
        """A guard's refusal shows that an entry is not the one meant, and so no rival.

        Where a candidate says what the question says, word for word, entries that were refused are its variants (the
        same question about another model), and no sign that the place is crowded.
        """
        one = self._examination.at(place)
        others = self._others(place, one)
        rival = next((other for other in others if other.is_rival), None)
        rivals = [] if rival is None else [rival.candidate.similarity]
        if not one.says_the_same:
            return self._lead(place, rivals, self._but(place))
        crowd = (other for other in self._others(place, one) if other.refusal is None)
        return self._lead(place, rivals, [other.candidate.similarity for other in islice(crowd, 2)])

    def _others(self, place: int, one: Examined) -> Iterator[Examined]:
        """Nearest first, without those that say all that the question says and no more, as the one does itself.

        A paraphrase that was refused once is stored beside the entry it repeats; if the two were rivals, neither would
        ever be served again.
        """
        others = (self._examination.at(other) for other in range(len(self._examination)) if other != place)
        return (other for other in others if not other.says_the_same) if one.says_the_same else others

    def _but(self, place: int) -> list[float]:
        return [similarity for other, similarity in enumerate(self._similarities) if other != place]

    def _lead(self, place: int, rivals: list[float], nearest: list[float]) -> Lead:
        """From similarities that fall, or from none."""
        similarity = self._similarities[place]
        return Lead(
            over_rivals=similarity - max([self._stranger, *rivals[:1]]),
            over_all=similarity - max([self._stranger, *nearest[:1]]),
            over_third=similarity - max([self._stranger, *nearest[1:2]]),
        )
