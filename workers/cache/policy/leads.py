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
        self.is_thin = len(examination) < _FULL_HOUSE
        self._stranger = thin_stranger if self.is_thin else stranger
        self._similarities = [candidate.similarity for candidate in examination.candidates]

    def least(self, place: int) -> Lead:
        """If every other candidate were one that may be meant."""
        nearest = self._nearest(place)
        return self._lead(place, nearest, nearest)

    def most(self, place: int) -> Lead:
        """If the guards showed of every other candidate that another question is meant."""
        similarity = self._similarities[place]
        lead = similarity - self._stranger
        return Lead(lead, lead, lead)

    def exact(self, place: int) -> Lead:
        """A guard's refusal shows that an entry is not the one meant, and so no rival.

        Where a candidate says what the question says, word for word, entries that were refused are its variants (the
        same question about another model), and no sign that the place is crowded.
        """
        one = self._examination.at(place)
        if not one.says_the_same:
            return self._lead(place, self._rival(place), self._nearest(place))
        rival = next((other for other in self._others(place, one) if other.is_rival), None)
        rivals = [] if rival is None else [rival.candidate.similarity]
        crowd = (other for other in self._others(place, one) if other.refusal is None)
        return self._lead(place, rivals, [other.candidate.similarity for other in islice(crowd, 2)])

    def _rival(self, place: int) -> list[float]:
        """The similarity of the nearest other that may be meant; none is looked for beyond the stranger."""
        for other, similarity in enumerate(self._similarities):
            if similarity <= self._stranger:
                break
            if other != place and self._examination.at(other).is_rival:
                return [similarity]
        return []

    def _others(self, place: int, one: Examined) -> Iterator[Examined]:
        """Nearest first, without those that say all that the question says and no more, as the one does itself.

        A paraphrase that was refused once is stored beside the entry it repeats; if the two were rivals, neither would
        ever be served again.
        """
        others = (self._examination.at(other) for other in range(len(self._examination)) if other != place)
        return (other for other in others if not other.says_the_same) if one.says_the_same else others

    def _nearest(self, place: int) -> list[float]:
        """The similarities of the two nearest others, as far as there are any."""
        if place > 1:
            return self._similarities[:2]
        nearest = self._similarities[:3]
        del nearest[place]
        return nearest

    def _lead(self, place: int, rivals: list[float], nearest: list[float]) -> Lead:
        """From similarities that fall, or from none."""
        similarity, stranger = self._similarities[place], self._stranger
        return Lead(
            over_rivals=similarity - (max(stranger, rivals[0]) if rivals else stranger),
            over_all=similarity - (max(stranger, nearest[0]) if nearest else stranger),
            over_third=similarity - (max(stranger, nearest[1]) if len(nearest) > 1 else stranger),
        )
