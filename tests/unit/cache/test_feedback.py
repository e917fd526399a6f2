"""Feedback in one process: forbidden pairings, shadow answers, and what callers cannot loosen."""

from collections.abc import AsyncIterator, Sequence

import pytest
from prometheus_client import CollectorRegistry

from schemas.feedback import Verdict
from tests.unit.cache.test_semantic_cache import ALMOST_Q, CONFIG, Q, WordEmbedder
from workers.cache import CacheConfig, Layer, Lookup, LookupMode, LookupStatus, Parts, PolicyConfig, SemanticCache
from workers.cache.clock import SystemClock
from workers.cache.coherence_view import make_view
from workers.cache.keys import NO_CONTEXT, entry_id
from workers.cache.local_log import LocalLog
from workers.cache.memory_store import MemoryStore
from workers.cache.policy import Candidate, Decision, MarginPolicy
from workers.cache.reader import is_shadowed
from workers.cache.verdicts import ForbiddenPairs, PairRuling, PairVerdict
from workers.observability.prometheus_observers import PrometheusObserver

OTHER_Q = "How long DOES the battery last!"
"""One more wording at the same place."""


def make(store: MemoryStore, config: CacheConfig = CONFIG, registry: CollectorRegistry | None = None) -> SemanticCache:
    observer = PrometheusObserver(registry or CollectorRegistry())
    policy = MarginPolicy(lone_floor=0.9)
    return SemanticCache(config, Parts(store=store, embedder=WordEmbedder(), policy=policy, observer=observer))


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
async def cache(store: MemoryStore) -> AsyncIterator[SemanticCache]:
    async with make(store) as cache:
        await cache.store(Q, "18 hours")
        yield cache


async def say(cache: SemanticCache, verdict: Verdict, prompt: str = ALMOST_Q, entry_id: str | None = None) -> None:
    entry_id = entry_id or cache.verdict_on(Lookup(Q), "0" * 32, verdict).question_id
    await cache.judge(cache.verdict_on(Lookup(prompt), entry_id, verdict))


async def test_a_wrong_verdict_forbids_the_pairing_in_l1_and_l2_and_no_other(cache: SemanticCache) -> None:
    assert (await cache.lookup(ALMOST_Q)).is_hit
    assert (await cache.lookup(ALMOST_Q)).layer is Layer.L1
    await say(cache, Verdict.WRONG)
    found = await cache.lookup(ALMOST_Q, explain=True)
    assert (found.status, found.reason) == (LookupStatus.MISS, "forbidden")
    assert found.candidates is not None
    assert [(c.prompt, c.accepted, c.reason) for c in found.candidates] == [(Q, False, "forbidden")]
    assert (await cache.lookup(Q)).is_hit
    assert (await cache.lookup(OTHER_Q)).is_hit


async def test_a_right_verdict_lifts_it(cache: SemanticCache) -> None:
    await say(cache, Verdict.WRONG)
    await say(cache, Verdict.RIGHT)
    assert (await cache.lookup(ALMOST_Q)).is_hit


async def test_an_alias_of_another_entry_stays(cache: SemanticCache) -> None:
    assert (await cache.lookup(ALMOST_Q)).is_hit
    await say(cache, Verdict.WRONG, entry_id="f" * 32)
    assert (await cache.lookup(ALMOST_Q)).layer is Layer.L1


async def test_the_next_candidate_is_judged(cache: SemanticCache) -> None:
    await cache.store(OTHER_Q, "as long")
    await say(cache, Verdict.WRONG)
    found = await cache.lookup(ALMOST_Q, explain=True)
    assert found.response == "as long"
    assert {(c.prompt, c.reason) for c in found.candidates or ()} == {(Q, "forbidden"), (OTHER_Q, "verified")}


async def test_an_answer_wrong_under_its_own_question_is_invalidated(cache: SemanticCache) -> None:
    await say(cache, Verdict.WRONG, prompt=Q)
    assert not (await cache.lookup(Q)).is_hit
    await cache.store(Q, "20 hours")
    assert (await cache.lookup(Q)).response == "20 hours"


async def test_a_cache_opened_later_knows_of_it(cache: SemanticCache, store: MemoryStore) -> None:
    await say(cache, Verdict.WRONG)
    async with make(store) as later:
        assert (await later.lookup(ALMOST_Q)).reason == "forbidden"


async def test_what_the_log_did_not_tell_is_read_from_the_store_when_the_log_is_another(
    cache: SemanticCache, store: MemoryStore
) -> None:
    async with make(store) as other:  # a log of its own: it hears nothing of what is said to the first
        assert (await other.lookup(ALMOST_Q)).is_hit
        await say(cache, Verdict.WRONG)
        assert (await other.lookup(ALMOST_Q)).is_hit
        other.view.reset(other.view.position)
        other.view.mark_fresh(float("inf"))
        assert (await other.lookup(ALMOST_Q)).reason == "forbidden"
        await say(cache, Verdict.RIGHT)
        other.view.reset(other.view.position)
        other.view.mark_fresh(float("inf"))
        assert (await other.lookup(ALMOST_Q)).is_hit


async def test_what_was_replayed_before_there_was_a_cache_is_obeyed_and_given_back(store: MemoryStore) -> None:
    async with make(store) as first:
        stored = await first.store(Q, "18 hours")
        pairing = first.verdict_on(Lookup(ALMOST_Q), stored.entry_id, Verdict.WRONG)
    clock = SystemClock()
    view = make_view(CONFIG, clock)
    log = LocalLog(view, clock)
    log.start()
    await log.announce_ruling(pairing)
    parts = Parts(store=store, embedder=WordEmbedder(), policy=MarginPolicy(lone_floor=0.9), log=log, view=view)
    async with SemanticCache(CONFIG, parts) as cache:
        assert (await cache.lookup(ALMOST_Q)).reason == "forbidden"
    (kept,) = await store.verdicts("default")
    assert (kept.question_id, kept.entry_id, kept.verdict) == (pairing.question_id, pairing.entry_id, Verdict.WRONG)
    assert kept.cached is None, "no pair to calibrate on"


def ruling(question: str, *, is_forbidden: bool = True, namespace: str = "n") -> PairRuling:
    return PairRuling(5, 0, namespace, question, "e", is_forbidden)


def test_a_ruling_followed_while_the_store_is_read_counts_more() -> None:
    forbidden = ForbiddenPairs()
    forbidden.begin_load()
    forbidden.rule(ruling("q", is_forbidden=False))
    forbidden.end_load([PairVerdict("n", "q", "e", Verdict.WRONG, "?", None, 0)])
    assert not forbidden.of("q")


def test_what_was_missed_while_the_store_was_read_is_not_known_until_it_is_read_again() -> None:
    forbidden = ForbiddenPairs()
    forbidden.rule(ruling("q"))
    forbidden.doubt()
    forbidden.begin_load()
    forbidden.doubt()
    forbidden.end_load([])
    assert not forbidden.is_known
    assert forbidden.of("q") == {"e"}, "what is forbidden stays so"
    forbidden.begin_load()
    forbidden.end_load([])
    assert forbidden.is_known


def test_verdicts_without_end_do_not_fill_the_memory() -> None:
    forbidden = ForbiddenPairs(max_count=3)
    forbidden.rule(ruling("theirs", namespace="m"))
    for number in range(10):
        forbidden.rule(ruling(f"q{number}"))
        forbidden.rule(ruling("q7"))  # again: it does not count twice, and is the newest
    assert len(forbidden) == 4
    assert all(forbidden.of(question) for question in ("theirs", "q7", "q8", "q9"))


async def test_shadowed_hits_are_misses_with_the_answer_beside(store: MemoryStore) -> None:
    registry = CollectorRegistry()
    config = CONFIG.model_copy(update={"policy": PolicyConfig(shadow_share=1)})
    async with make(store, config, registry) as cache:
        await cache.store(Q, "18 hours")
        found = await cache.lookup(ALMOST_Q)
        assert (found.status, found.leader, found.response, found.reason) == (LookupStatus.MISS, True, None, "shadowed")
        assert found.shadow is not None
        assert (found.shadow.matched_prompt, found.shadow.response) == (Q, "18 hours")
        assert not (await cache.lookup(ALMOST_Q)).is_hit, "no alias was made"
        assert (await cache.lookup(Q)).is_hit
        await say(cache, Verdict.RIGHT)
        await say(cache, Verdict.WRONG, prompt=Q)
    sample = registry.get_sample_value
    assert sample("semantic_cache_shadowed_hits_total") == 2
    assert sample("semantic_cache_shadow_feedback_total", {"verdict": "right"}) == 1
    assert sample("semantic_cache_shadow_feedback_total", {"verdict": "wrong"}) == 0
    assert sample("semantic_cache_feedback_total", {"verdict": "wrong"}) == 1


class Tripping(MarginPolicy):
    """Fails on one word."""

    def decide(
        self, question: str, candidates: Sequence[Candidate], *, min_similarity: float = 0.0, thorough: bool = False
    ) -> Decision:
        """As the real one, but for that."""
        if "LONG" in question:
            raise IndexError(question)
        return super().decide(question, candidates, min_similarity=min_similarity, thorough=thorough)


async def test_a_question_that_the_policy_trips_over_is_a_miss_and_harms_no_other(
    store: MemoryStore, caplog: pytest.LogCaptureFixture
) -> None:
    parts = Parts(store=store, embedder=WordEmbedder(), policy=Tripping(lone_floor=0.9))
    async with SemanticCache(CONFIG, parts) as cache:
        await cache.store(Q, "18 hours")
        bad, good = await cache.lookup_many([Lookup(Q.upper(), explain=True), Lookup(ALMOST_Q)])
        assert (bad.status, bad.reason, bad.degraded) == (LookupStatus.MISS, "policy_failed", False)
        assert [c.reason for c in bad.candidates or ()] == ["policy_failed"]
        assert good.response == "18 hours"
    (record,) = (record for record in caplog.records if record.levelname == "ERROR")
    assert (record.__dict__["action"], record.__dict__["reason"]) == ("policy_failed", "IndexError")
    assert "test_feedback.py" in record.__dict__["where"]
    assert "LONG" not in str(record.__dict__), "what users asked is not logged"


@pytest.mark.parametrize("share", [0.0, 0.05, 0.5, 1.0])
def test_the_shadow_takes_its_share_of_the_questions_always_the_same(share: float) -> None:
    ids = [entry_id("default", NO_CONTEXT, f"question {number}") for number in range(4000)]
    taken = [question for question in ids if is_shadowed(question, share)]
    assert len(taken) == pytest.approx(share * len(ids), abs=100)
    assert all(is_shadowed(question, min(share * 2, 1.0)) for question in taken), "a larger share has them too"


async def test_no_alias_is_made_of_what_was_not_verified(cache: SemanticCache) -> None:
    assert not (await cache.lookup("Is it red?", min_similarity=0.0)).is_hit
    assert len(cache.l1) == 1
    assert (await cache.lookup(ALMOST_Q, mode=LookupMode.SEMANTIC)).reason == "verified"
    assert len(cache.l1) == 2
