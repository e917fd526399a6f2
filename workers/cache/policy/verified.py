"""The policy that reads both texts: guards veto, a learnt score decides on the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workers.cache.policy.decision import Candidate, Decision, Judgement, Reason
from workers.cache.policy.features import Lead, WordWeights, features
from workers.cache.policy.guards import GUARDS, Guard
from workers.cache.policy.pair import Pair
from workers.cache.policy.parameters import Parameters
from workers.cache.policy.reading import Reading, read
from workers.cache.policy.score import LogisticScore
from workers.cache.policy.text import normalise

_FULL_HOUSE = 5
"""Retrieval finds so many candidates unless the cache holds fewer entries."""
_WRITTEN_FLOOR = 0.2
"""Slips and short forms move an embedding far: a text that is the same but for them is read from this cosine on."""
_SHORT_FORM = 16
"""Letters that a short form may leave out, beside half of the text."""
_ALIKE = 0.97
"""Least confidence in the same words in the same order, since the score has hardly met any that embed far apart."""
_DOUBT = 0.03
"""What they lose of it for all of the cosine; two entries that say the same never tie thus."""
_TIE = 1e-6
"""Two entries whose confidences differ by less are equally likely to be meant."""


@dataclass(slots=True)
class _Read:
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


class VerifiedPolicy:
    """Accepts a candidate that no guard objects to and whose learnt confidence reaches the threshold.

    In a small cache the runner-up is far for want of entries, not because the candidate is right; so the lead is
    never measured against less than `Parameters.stranger`, the similarity at which the nearest unrelated entry of
    a well-filled cache stands. With fewer than five candidates there is next to nothing in the cache, and what is
    asked next is mostly about the same matter: then `Parameters.thin_stranger` stands in.
    """

    def __init__(self, parameters: Parameters, guards: Sequence[Guard] = GUARDS) -> None:
        self._parameters = parameters
        self._guards = tuple(guards)
        self._score = LogisticScore(parameters.bias, parameters.weights)
        self._weights = WordWeights(parameters.word_weights, parameters.unseen_word_weight)
        self._version = parameters.version

    @property
    def name(self) -> str:
        """Always `verified`."""
        return "verified"

    @property
    def version(self) -> str:
        """Of the parameters."""
        return self._version

    def decide(self, question: str, candidates: Sequence[Candidate], *, min_similarity: float = 0.0) -> Decision:
        """See `HitPolicy.decide`."""
        seen = self._read_all(question, candidates, min_similarity)
        return Decision.of(_without_ties([self._judge(place, seen) for place in range(len(seen))]))

    def features_of(self, question: str, candidates: Sequence[Candidate]) -> list[tuple[int, tuple[float, ...]]]:
        """What the score sees: place and features of each candidate that is near enough and meets no veto."""
        seen = self._read_all(question, candidates, 0.0)
        return [
            (place, self._features(one.pair, place, seen))
            for place, one in enumerate(seen)
            if one.pair is not None and one.refusal is None
        ]

    def _read_all(self, question: str, candidates: Sequence[Candidate], min_similarity: float) -> list[_Read]:
        floor = max(self._parameters.floor, min_similarity)
        reading: Reading | None = None
        plain = normalise(question)
        seen: list[_Read] = []
        for candidate in candidates:
            if candidate.similarity < min_similarity:
                seen.append(_Read(candidate, refusal=Reason.BELOW_FLOOR))
                continue
            cached = read(candidate.prompt) if candidate.similarity >= floor else None
            if (normalise(candidate.prompt) if cached is None else cached.plain) == plain:
                seen.append(_Read(candidate, is_same=True))
            elif cached is None:
                seen.append(self._below_floor(plain, candidate))
            else:
                reading = reading or read(question)
                seen.append(self._examine(Pair(reading, cached, candidate.similarity), candidate))
        return seen

    def _examine(self, pair: Pair, candidate: Candidate) -> _Read:
        if pair.is_misspelt:
            return _Read(candidate, pair, is_alike=True)
        for guard in self._guards:
            if guard.objects(pair):
                return _Read(candidate, pair, guard.reason)
        return _Read(candidate, pair, is_alike=pair.says_alike)

    def _below_floor(self, question: str, candidate: Candidate) -> _Read:
        """A candidate under the floor is only served if it says the same in another way of writing."""
        if candidate.similarity >= _WRITTEN_FLOOR and _look_alike(question, candidate.prompt):
            pair = Pair(read(question), read(candidate.prompt), candidate.similarity)
            if (pair.is_misspelt or pair.says_alike) and (found := self._examine(pair, candidate)).is_alike:
                return found
        return _Read(candidate, refusal=Reason.BELOW_FLOOR)

    def _judge(self, place: int, seen: Sequence[_Read]) -> Judgement:
        one = seen[place]
        if one.is_same:
            return Judgement(True, Reason.EXACT, 1.0)
        if one.refusal is not None or one.pair is None:
            return Judgement(False, one.refusal or Reason.BELOW_FLOOR, 0.0)
        confidence = self._score.chance(self._features(one.pair, place, seen))
        if one.is_alike:
            confidence = max(confidence, _ALIKE * (1.0 - _DOUBT * (1.0 - one.candidate.similarity)))
        if confidence >= self._parameters.threshold:
            return Judgement(True, Reason.VERIFIED, confidence)
        return Judgement(False, Reason.LOW_CONFIDENCE, confidence)

    def _features(self, pair: Pair, place: int, seen: Sequence[_Read]) -> tuple[float, ...]:
        return features(pair, seen[place].candidate.similarity, self._lead(place, seen), self._weights)

    def _lead(self, place: int, seen: Sequence[_Read]) -> Lead:
        """The lead over the others; a guard's refusal shows that an entry is not the one meant.

        Where a candidate says what the question says, word for word, entries that were refused are its variants (the
        same question about another model), and no sign that the place is crowded.
        """
        is_thin = len(seen) < _FULL_HOUSE
        stranger = self._parameters.thin_stranger if is_thin else self._parameters.stranger
        others = [other for index, other in enumerate(seen) if index != place and not _are_twins(other, seen[place])]
        rivals = [other.candidate.similarity for other in others if other.pair is None or other.refusal is None]
        crowd = (other for other in others if other.refusal is None) if _says_the_same(seen[place]) else others
        nearest = sorted((other.candidate.similarity for other in crowd), reverse=True)
        similarity = seen[place].candidate.similarity
        return Lead(
            over_rivals=similarity - max([stranger, *rivals]),
            over_all=similarity - max([stranger, *nearest]),
            over_third=similarity - max([stranger, *nearest[1:]]),
        )


def _look_alike(question: str, prompt: str) -> bool:
    """Whether two texts may be one in another way of writing: a cheap look, since most candidates are no such thing."""
    if 2 * abs(len(question) - len(prompt)) > len(question) + _SHORT_FORM or question[:1].lower() != prompt[:1].lower():
        return False
    mine, theirs = question.lower().split(), prompt.lower().split()
    return 2 * len(set(mine).intersection(theirs)) >= max(len(mine), len(theirs))


def _are_twins(one: _Read, other: _Read) -> bool:
    """Whether two entries both say all that the question says and no more, so that neither speaks against the other.

    A paraphrase that was refused once is stored beside the entry it repeats; if the two were rivals, neither would
    ever be served again.
    """
    return _says_the_same(one) and _says_the_same(other)


def _says_the_same(one: _Read) -> bool:
    """Whether no guard objects, and no content word is left over on either side."""
    if one.is_alike:
        return True
    if one.pair is None or one.refusal is not None:
        return False
    rest = one.pair.remainder
    return not rest.question and not rest.cached


def _without_ties(judgements: list[Judgement]) -> list[Judgement]:
    """Refuse verified candidates that share their confidence with another one."""
    verified = [judgement.confidence for judgement in judgements if judgement.reason is Reason.VERIFIED]
    if len(verified) < 2:
        return judgements
    return [
        Judgement(False, Reason.AMBIGUOUS, judgement.confidence)
        if judgement.reason is Reason.VERIFIED
        and sum(abs(judgement.confidence - other) < _TIE for other in verified) > 1
        else judgement
        for judgement in judgements
    ]
