"""The policy that reads both texts: guards veto, a learnt score decides on the rest."""

from __future__ import annotations

from collections.abc import Sequence
from operator import mul

from workers.cache.policy.decision import Candidate, Decision, Judgement, Reason
from workers.cache.policy.examination import Examination, Examined, Floors
from workers.cache.policy.features import LEADS, Lead, WordWeights, features, leading_features
from workers.cache.policy.guards import GUARDS, Guard
from workers.cache.policy.leads import Leads
from workers.cache.policy.pair import Pair
from workers.cache.policy.parameters import Parameters
from workers.cache.policy.score import LogisticScore, chance_at

_ALIKE = 0.97
"""Least confidence in the same words in the same order, since the score has hardly met any that embed far apart."""
_SAME_WORDS = 0.93
"""Least confidence in the same content words, asking for the same, where no runner-up can speak against them."""
_DOUBT = 0.03
"""What they lose of it for all of the cosine; two entries that say the same never tie thus."""
_TIE = 1e-6
"""Two entries whose confidences differ by less are equally likely to be meant."""
_BESIDE = 0.05
"""An entry this much further away than one that may be meant is not meant instead: of 2,600 hits none was."""
_REFUSED = {reason: Judgement(False, reason, 0.0) for reason in Reason}
_PASSED_OVER = _REFUSED[Reason.PASSED_OVER]


class VerifiedPolicy:
    """Accepts the nearest candidate that no guard objects to, if its learnt confidence reaches the threshold.

    Nothing is read that cannot matter: what a candidate's lead is at least, and at most, follows from the
    similarities alone, and mostly settles the matter. A thorough decision is the same one, with all of them judged.
    """

    def __init__(self, parameters: Parameters, guards: Sequence[Guard] = GUARDS) -> None:
        self._parameters = parameters
        self._guards = tuple(guards)
        self._score = LogisticScore(parameters.bias, parameters.weights)
        self._weights = WordWeights(parameters.word_weights, parameters.unseen_word_weight)
        self._version = parameters.version
        self._floors = Floors(parameters.floor, 0.0)
        """Where the caller asks for none."""
        signs = dict(zip(parameters.features, parameters.weights, strict=True))
        self._lead_weights = [signs[name] for name in LEADS]
        self._grows_with_lead = all(signs[name] * sign >= 0 for name, sign in LEADS.items())
        """Else bounds say nothing, and everything is read."""

    @property
    def name(self) -> str:
        """Always `verified`."""
        return "verified"

    @property
    def version(self) -> str:
        """Of the parameters."""
        return self._version

    def decide(
        self,
        question: str,
        candidates: Sequence[Candidate],
        *,
        min_similarity: float = 0.0,
        thorough: bool = False,
    ) -> Decision:
        """See `HitPolicy.decide`."""
        examination = self._examination(question, candidates, min_similarity)
        leads = self._leads(examination)
        settled: list[Judgement] = []
        reach = -1.0
        for place, candidate in enumerate(candidates):
            if candidate.similarity < reach:
                break
            one = examination.at(place)
            judgement = self._judge(one, place, leads, thorough=thorough)
            settled.append(judgement)
            if one.is_rival and judgement.reason is not Reason.BELOW_FLOOR:
                reach = max(reach, candidate.similarity - (_TIE if judgement.accepted else _BESIDE))
        rest = range(len(settled), len(candidates))
        passed_over = [_passed_over(examination.at(place)) if thorough else _PASSED_OVER for place in rest]
        return Decision.of([*_without_ties(settled), *passed_over])

    def features_of(self, question: str, candidates: Sequence[Candidate]) -> list[tuple[int, tuple[float, ...]]]:
        """What the score sees: place and features of each candidate that is near enough and meets no veto."""
        examination = self._examination(question, candidates, 0.0)
        leads = self._leads(examination)
        seen = ((place, examination.at(place)) for place in range(len(candidates)))
        return [
            (place, self._features(one.pair, leads.exact(place)))
            for place, one in seen
            if one.pair is not None and one.refusal is None
        ]

    def _examination(self, question: str, candidates: Sequence[Candidate], min_similarity: float) -> Examination:
        lowest = self._parameters.floor
        floors = Floors(max(lowest, min_similarity), min_similarity) if min_similarity else self._floors
        return Examination(question, candidates, self._guards, floors)

    def _leads(self, examination: Examination) -> Leads:
        return Leads(examination, self._parameters.stranger, self._parameters.thin_stranger)

    def _judge(self, one: Examined, place: int, leads: Leads, *, thorough: bool) -> Judgement:
        if one.is_same:
            return Judgement(True, Reason.EXACT, 1.0)
        if one.refusal is not None or one.pair is None:
            return _REFUSED[one.refusal or Reason.BELOW_FLOOR]
        if thorough or not self._grows_with_lead:
            confidence = self._score.chance(self._features(one.pair, leads.exact(place)))
        else:
            confidence = self._settled(one.pair, place, leads)
        if one.is_alike or (leads.is_thin and one.asks_the_same):
            least = _ALIKE if one.is_alike else _SAME_WORDS
            confidence = max(confidence, least * (1.0 - _DOUBT * (1.0 - one.candidate.similarity)))
        if confidence >= self._parameters.threshold:
            return Judgement(True, Reason.VERIFIED, confidence)
        return Judgement(False, Reason.LOW_CONFIDENCE, confidence)

    def _settled(self, pair: Pair, place: int, leads: Leads) -> float:
        """The confidence at least, where that or the one at most tells on which side of the threshold it is."""
        lead = leads.least(place)
        odds = self._score.odds(self._features(pair, lead))
        least = chance_at(odds)
        if least >= self._parameters.threshold:
            return least
        odds -= self._of_lead(lead)
        if chance_at(odds + self._of_lead(leads.most(place))) < self._parameters.threshold:
            return least
        return chance_at(odds + self._of_lead(leads.exact(place)))

    def _of_lead(self, lead: Lead) -> float:
        """What a lead adds to the odds."""
        odds: float = sum(map(mul, self._lead_weights, leading_features(lead)))
        return odds

    def _features(self, pair: Pair, lead: Lead) -> tuple[float, ...]:
        return features(pair, pair.similarity, lead, self._weights)


def _passed_over(one: Examined) -> Judgement:
    """What an explanation says of a candidate that did not matter: a guard's reason, where it has one."""
    return _PASSED_OVER if one.refusal is None else _REFUSED[one.refusal]


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
