"""Verification: the policy's word, and a verifier's on borderline candidates, asked for so long and no longer."""

import asyncio
import logging
import math
import traceback
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from workers.cache.config import PolicyConfig
from workers.cache.cross_encoder import FastembedVerifier
from workers.cache.lookup import JudgedCandidate
from workers.cache.observer import CacheObserver
from workers.cache.policy.decision import Candidate, Decision, HitPolicy, Judgement, Reason
from workers.cache.policy.parameters import load_parameters
from workers.cache.policy.second_opinion import Band, Opinion, OpinionKind, reconsider
from workers.cache.ports import Neighbour, Verifier
from workers.observability import tracing

log = logging.getLogger(__name__)

PAIRS_AT_ONCE = 8
"""Of several questions, so that the first to be read are not late with the last."""
NO_SCORES: Mapping[int, float] = {}


@dataclass(frozen=True, slots=True)
class Judged:
    """A question, its candidates, and what the policy made of them."""

    question: str
    candidates: Sequence[Candidate]
    decision: Decision


@dataclass(frozen=True, slots=True)
class Verified:
    """What stands after a second opinion, and the scores by the candidate's place."""

    decision: Decision
    scores: Mapping[int, float]


def judge(
    policy: HitPolicy, question: str, candidates: Sequence[Candidate], floor: float, *, thorough: bool = False
) -> Judged:
    """The policy's word. One question that it trips over is a miss, and does not take its batch with it."""
    try:
        decision = policy.decide(question, candidates, min_similarity=floor, thorough=thorough)
    except Exception as exc:  # noqa: BLE001 - whatever it is, it is a defect, and no reason to fail the lookup
        place = traceback.extract_tb(exc.__traceback__)[-1]
        # Not the message: it may quote what somebody asked.
        about = {"reason": type(exc).__name__, "where": f"{place.filename}:{place.lineno}"}
        log.error("the policy failed", extra={"action": "policy_failed"} | about)  # noqa: TRY400 - see above
        decision = Decision.of([Judgement(False, Reason.POLICY_FAILED, 0.0)] * len(candidates))
    return Judged(question, candidates, decision)


class SecondOpinion(Protocol):
    """Whatever is asked between the policy's decision and the answer."""

    wants_confidences: bool
    """Whether it looks at exact ones, which the policy only works out where they are asked for."""

    async def open(self) -> None:
        """Be ready to be asked. Raises ModelUnavailableError."""
        ...

    async def aclose(self) -> None:
        """Let go of everything."""
        ...

    async def settle(self, judged: Sequence[Judged]) -> list[Verified]:
        """What stands, for each. Never raises, and takes a bounded time."""
        ...


class NoSecondOpinion:
    """The policy's word stands."""

    wants_confidences = False

    async def open(self) -> None:
        """Nothing to load."""

    async def aclose(self) -> None:
        """Nothing to free."""

    async def settle(self, judged: Sequence[Judged]) -> list[Verified]:
        """As they are."""
        return [Verified(each.decision, NO_SCORES) for each in judged]


@dataclass(frozen=True, slots=True)
class Terms:
    """When the verifier is asked and what it takes to agree; scores 0 to 1."""

    band: Band
    min_score: float
    timeout_seconds: float


class Verification:
    """Asks a verifier. Late or broken, it refuses what was borderline: an error to nobody."""

    wants_confidences = True

    def __init__(self, verifier: Verifier, terms: Terms, observer: CacheObserver) -> None:
        self._verifier = verifier
        self._terms = terms
        self._observer = observer
        self._is_broken = False

    async def open(self) -> None:
        """Load the verifier. Raises ModelUnavailableError."""
        await self._verifier.open()

    async def aclose(self) -> None:
        """Free it."""
        await self._verifier.aclose()

    async def settle(self, judged: Sequence[Judged]) -> list[Verified]:
        """See SecondOpinion.settle."""
        places = [(i, place) for i, each in enumerate(judged) for place in self._terms.band.borderline(each.decision)]
        if not places:
            return await NoSecondOpinion().settle(judged)
        opinions: list[dict[int, Opinion]] = [{} for _ in judged]
        pairs = [(judged[i].question, judged[i].candidates[place].prompt) for i, place in places]
        for (i, place), opinion in zip(places, await self._ask(pairs), strict=True):
            opinions[i][place] = opinion
        return [
            Verified(reconsider(each.decision, given), _scores(given)) if given else Verified(each.decision, NO_SCORES)
            for each, given in zip(judged, opinions, strict=True)
        ]

    async def _ask(self, pairs: Sequence[tuple[str, str]]) -> list[Opinion]:
        started = asyncio.get_running_loop().time()
        deadline = started + self._terms.timeout_seconds
        portions = [pairs[start : start + PAIRS_AT_ONCE] for start in range(0, len(pairs), PAIRS_AT_ONCE)]
        with tracing.span("verify", attributes={"pairs": len(pairs)}) as span:
            answered = await asyncio.gather(*(self._portion(portion, deadline) for portion in portions))
            opinions = [opinion for portion in answered for opinion in portion]
            counts = Counter(opinion.kind for opinion in opinions)
            span.note(**{kind.value: counts[kind] for kind in OpinionKind})
        self._observer.second_opinions(counts, asyncio.get_running_loop().time() - started)
        return opinions

    async def _portion(self, pairs: Sequence[tuple[str, str]], deadline: float) -> list[Opinion]:
        try:
            async with asyncio.timeout_at(deadline):
                scores = await self._verifier.agree(pairs)
        except TimeoutError:
            return [Opinion(OpinionKind.LATE)] * len(pairs)
        except Exception as exc:  # noqa: BLE001 - a model may fail of anything, and a lookup must not
            self._tell_broken(exc)
            return [Opinion(OpinionKind.FAILED)] * len(pairs)
        if len(scores) != len(pairs):
            self._tell_broken(ValueError(f"{len(scores)} scores for {len(pairs)} pairs"))
            return [Opinion(OpinionKind.FAILED)] * len(pairs)
        self._is_broken = False
        return [self._opinion(score) for score in scores]

    def _opinion(self, score: float) -> Opinion:
        if not math.isfinite(score):
            return Opinion(OpinionKind.FAILED)
        return Opinion(OpinionKind.AGREED if score >= self._terms.min_score else OpinionKind.REFUSED, score)

    def _tell_broken(self, exc: Exception) -> None:
        """Once, until it has answered again. The class alone: a message may quote a prompt."""
        if not self._is_broken:
            log.warning("the verifier fails", extra={"action": "verifier_failed", "reason": type(exc).__name__})
        self._is_broken = True


def explain(
    neighbours: Sequence[Neighbour], allowed: Sequence[Neighbour], verified: Verified
) -> tuple[JudgedCandidate, ...]:
    """All neighbours in their order; those that were not `allowed`, and so not judged, are forbidden by feedback."""
    judgements = {n.entry_id: j for n, j in zip(allowed, verified.decision.judgements, strict=True)}
    scores = {allowed[place].entry_id: score for place, score in verified.scores.items()}
    refusal = Judgement(False, Reason.FORBIDDEN, 0.0)
    judged = ((n, judgements.get(n.entry_id, refusal), scores.get(n.entry_id)) for n in neighbours)
    return tuple(
        JudgedCandidate(n.entry_id, n.prompt, n.similarity, j.accepted, j.reason.value, j.confidence, score)
        for n, j, score in judged
    )


def make_second_opinion(config: PolicyConfig, observer: CacheObserver) -> SecondOpinion:
    """The one that the settings name, or none. Reads the policy file for its threshold.

    Raises:
        PolicyFileError: the file cannot be used.
    """
    if config.verifier_model is None and config.verifier_path is None:
        return NoSecondOpinion()
    threshold = load_parameters(config.path).threshold
    band = Band(threshold - config.verifier_band_below, threshold + config.verifier_band_above)
    terms = Terms(band, config.verifier_min_score, config.verifier_timeout_ms / 1000)
    return Verification(FastembedVerifier(config), terms, observer)


def _scores(opinions: Mapping[int, Opinion]) -> Mapping[int, float]:
    return {place: opinion.score for place, opinion in opinions.items() if opinion.score is not None}
