"""How far a candidate leads: exactly, or what it is at least and at most without reading the others."""

from __future__ import annotations

from collections.abc import Iterator

from workers.cache.policy.examination import Examination, Examined
from workers.cache.policy.features import ENOUGH_OVER_ALL, ENOUGH_OVER_RIVALS, Lead

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
        others = [other for other in self._others(place) if not other.says_the_same]
        rivals = [other.candidate.similarity for other in others if other.is_rival]
        crowd = [other.candidate.similarity for other in others if other.refusal is None]
        return self._lead(place, rivals, crowd)

    def _rival(self, place: int) -> list[float]:
        """The similarity of the nearest other that may be meant; none is looked for beyond the stranger.

        One so far behind that the score asks no further is taken for a rival unread.
        """
        behind = self._similarities[place] - ENOUGH_OVER_RIVALS
        for other, similarity in enumerate(self._similarities):
            if similarity <= self._stranger:
                break
            if other != place and (similarity <= behind or self._examination.at(other).is_rival):
                return [similarity]
        return []

    def _others(self, place: int) -> Iterator[Examined]:
        """Nearest first; those so far behind that the score asks no further are not read.

        For a candidate that says all that the question says and no more, others that do so as well are left out: a
        paraphrase that was refused once is stored beside the entry it repeats; if the two were rivals, neither would
        ever be served again.
        """
        behind = self._similarities[place] - ENOUGH_OVER_ALL
        for other, candidate in enumerate(self._examination.candidates):
            if other != place:
                yield self._examination.at(other) if candidate.similarity > behind else Examined(candidate)

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
