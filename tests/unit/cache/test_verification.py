"""Asking a verifier: for so long and no longer, and an error to nobody."""

import asyncio
import logging
from collections.abc import Callable, Sequence

import pytest
from prometheus_client import CollectorRegistry

from workers.cache.policy.decision import Candidate, Decision, Judgement, Reason
from workers.cache.policy.second_opinion import Band, OpinionKind
from workers.cache.verification import PAIRS_AT_ONCE, Judged, NoSecondOpinion, Terms, Verification
from workers.observability.prometheus_observers import PrometheusObserver

BAND = Band(0.7, 0.95)
Scores = Callable[[Sequence[tuple[str, str]]], Sequence[float]]


class Scripted:
    """Answers by script, `passes` of them at most; the next ones take for ever."""

    def __init__(self, scores: Scores, passes: int = 1_000) -> None:
        self._scores = scores
        self._passes = passes
        self.asked: list[Sequence[tuple[str, str]]] = []
        self.given_up = 0

    async def open(self) -> None:
        """Nothing to load."""

    async def aclose(self) -> None:
        """Nothing to free."""

    async def agree(self, pairs: Sequence[tuple[str, str]]) -> Sequence[float]:
        self.asked.append(pairs)
        if len(self.asked) > self._passes:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                self.given_up += 1
                raise
        return self._scores(pairs)


def judged(question: str, *confidences: float) -> Judged:
    judgements = [Judgement(False, Reason.LOW_CONFIDENCE, confidence) for confidence in confidences]
    candidates = [Candidate(f"{question} {place}", 0.9) for place in range(len(confidences))]
    return Judged(question, candidates, Decision.of(judgements))


def verification(
    verifier: Scripted, registry: CollectorRegistry | None = None, timeout_seconds: float = 30.0
) -> Verification:
    observer = PrometheusObserver(registry or CollectorRegistry())
    return Verification(verifier, Terms(BAND, 0.5, timeout_seconds), observer)


def opinions(registry: CollectorRegistry) -> dict[str, float | None]:
    name = "semantic_cache_verifier_opinions_total"
    return {kind.value: registry.get_sample_value(name, {"opinion": kind}) for kind in OpinionKind}


async def test_only_borderline_pairs_are_asked_about_each_with_its_own_question() -> None:
    verifier, registry = (
        Scripted(lambda pairs: [0.9 if pair[1].endswith("1") else 0.2 for pair in pairs]),
        CollectorRegistry(),
    )
    settled = await verification(verifier, registry).settle([judged("a", 0.1), judged("b", 0.8, 0.9), judged("c", 0.8)])
    assert verifier.asked == [[("b", "b 0"), ("b", "b 1"), ("c", "c 0")]]
    assert [one.decision.accepted for one in settled] == [None, 1, None]
    assert [one.decision.reason for one in settled] == ["low_confidence", "verifier_agreed", "verifier_refused"]
    assert [dict(one.scores) for one in settled] == [{}, {0: 0.2, 1: 0.9}, {0: 0.2}]
    assert opinions(registry) == {"agreed": 1, "refused": 2, "late": 0, "failed": 0}
    assert registry.get_sample_value("semantic_cache_verifier_seconds_count") == 1


async def test_nothing_borderline_asks_nobody() -> None:
    verifier, registry = Scripted(lambda _: [1.0]), CollectorRegistry()
    (settled,) = await verification(verifier, registry).settle([judged("a", 0.1)])
    assert (verifier.asked, settled.decision.reason) == ([], "low_confidence")
    assert registry.get_sample_value("semantic_cache_verifier_seconds_count") == 0


async def test_what_is_not_read_in_time_is_refused_and_what_was_counts() -> None:
    verifier, registry = Scripted(lambda pairs: [1.0] * len(pairs), passes=1), CollectorRegistry()
    many = [judged(f"q{number}", 0.8) for number in range(PAIRS_AT_ONCE + 1)]
    settled = await verification(verifier, registry, timeout_seconds=0.05).settle(many)
    assert [one.decision.reason for one in settled] == ["verifier_agreed"] * PAIRS_AT_ONCE + ["verifier_late"]
    assert verifier.given_up == 1
    assert opinions(registry) == {"agreed": PAIRS_AT_ONCE, "refused": 0, "late": 1, "failed": 0}


def raising(_pairs: Sequence[tuple[str, str]]) -> Sequence[float]:
    raise RuntimeError("a secret prompt")


@pytest.mark.parametrize("scores", [raising, lambda _: [], lambda _: [float("nan")], lambda _: [float("inf")]])
async def test_whatever_the_verifier_fails_of_is_a_refusal(scores: Scores) -> None:
    (settled,) = await verification(Scripted(scores)).settle([judged("a", 0.8)])
    assert (settled.decision.accepted, settled.decision.reason) == (None, "verifier_failed")


async def test_a_failing_verifier_is_logged_once_and_without_the_prompt(caplog: pytest.LogCaptureFixture) -> None:
    asking = verification(Scripted(raising))
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            await asking.settle([judged("a", 0.8)])
    (record,) = caplog.records
    assert (record.__dict__["action"], record.__dict__["reason"]) == ("verifier_failed", "RuntimeError")


async def test_without_a_verifier_the_policys_word_stands() -> None:
    one = judged("a", 0.8)
    assert [settled.decision for settled in await NoSecondOpinion().settle([one])] == [one.decision]
