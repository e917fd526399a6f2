"""A second opinion in a whole cache: the real policy, the real embedder, small cross-encoders that are really run.

The policy file's threshold is set to 1 (the score refuses all) or 0 (it accepts all), and the band to everything, so
that the verifier is asked whatever the packaged parameters are fitted to.
"""

from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from tests.cross_encoders import POISON, Making, write_cross_encoder
from workers.cache import CacheConfig, Layer, LookupOutcome, LookupStatus, Parts, PolicyConfig, SemanticCache
from workers.cache.config import EmbeddingConfig
from workers.cache.memory_store import MemoryStore
from workers.cache.policy.parameters import load_parameters, write_parameters
from workers.embedding_model import ModelFiles
from workers.observability.prometheus_observers import PrometheusObserver

STORED, REWORDED, VETOED = "How do I cancel my order?", "How can I cancel my order?", "How do I not cancel my order?"
EAGER, STUBBORN = Making(overlap=-1.0), Making(overlap=2.0)
"""Agrees with everything; with nothing."""


class Bench:
    """Makes caches with a verifier."""

    def __init__(self, folder: Path, model_files: ModelFiles) -> None:
        self._folder = folder
        self._model_files = model_files
        self.registry = CollectorRegistry()

    def cache(
        self,
        making: Making,
        *,
        threshold: float,
        **policy: Any,  # noqa: ANN401 - any setting
    ) -> AbstractAsyncContextManager[SemanticCache]:
        """With a policy file of this threshold."""
        path = self._folder / "policy.json"
        write_parameters(load_parameters().model_copy(update={"threshold": threshold}), path)
        verifier = write_cross_encoder(self._folder / "verifier", self._model_files, making)
        defaults: dict[str, Any] = {
            "verifier_band_below": 1,
            "verifier_band_above": 1,
            "verifier_timeout_ms": 60_000,
        }
        settings = PolicyConfig(path=path, verifier_path=verifier, **(defaults | policy))
        config = CacheConfig(embedding=EmbeddingConfig(model_path=self._model_files.path), policy=settings)
        return SemanticCache(config, Parts(store=MemoryStore(), observer=PrometheusObserver(self.registry)))

    def opinions(self, opinion: str) -> float | None:
        """How many there were."""
        return self.registry.get_sample_value("semantic_cache_verifier_opinions_total", {"opinion": opinion})


@pytest.fixture
def bench(tmp_path: Path, model_files: ModelFiles) -> Bench:
    return Bench(tmp_path, model_files)


def about(found: LookupOutcome) -> tuple[LookupStatus, str | None, bool]:
    return found.status, found.reason, found.degraded


async def test_a_borderline_refusal_is_served_if_the_verifier_agrees(bench: Bench) -> None:
    async with bench.cache(Making(), threshold=1.0) as cache:
        await cache.store(STORED, "Go to orders.")
        found = await cache.lookup(REWORDED, explain=True)
        assert about(found) == (LookupStatus.HIT, "verifier_agreed", False)
        assert found.candidates is not None
        (candidate,) = found.candidates
        assert candidate.accepted
        assert candidate.verifier_score is not None
        assert candidate.verifier_score > 0.5
        assert (await cache.lookup(REWORDED)).layer is Layer.L1, "an alias is made of it"
    assert bench.opinions("agreed") == 1


async def test_what_a_guard_vetoed_is_not_served_whatever_the_verifier_says(bench: Bench) -> None:
    async with bench.cache(EAGER, threshold=0.0) as cache:
        await cache.store(STORED, "Go to orders.")
        found = await cache.lookup(VETOED, explain=True)
        assert about(found) == (LookupStatus.MISS, "negation_differs", False)
        assert found.candidates is not None
        assert found.candidates[0].verifier_score is None
    assert bench.opinions("agreed") == 0


async def test_what_is_below_a_floor_is_not_served_whatever_the_verifier_says(bench: Bench) -> None:
    async with bench.cache(EAGER, threshold=0.0) as cache:
        await cache.store(STORED, "Go to orders.")
        assert about(await cache.lookup(REWORDED, min_similarity=0.999)) == (LookupStatus.MISS, "below_floor", False)
    assert bench.opinions("agreed") == 0


@pytest.mark.parametrize(
    ("making", "question", "settings", "reason"),
    [
        (STUBBORN, REWORDED, {}, "verifier_refused"),
        (Making(overlap=-1.0, work=40), REWORDED, {"verifier_timeout_ms": 5}, "verifier_late"),
        (Making(overlap=-1.0, is_poisoned=True), f"How can I cancel my order of {POISON}?", {}, "verifier_failed"),
    ],
)
async def test_a_borderline_acceptance_is_a_miss_if_the_verifier_does_not_agree(
    bench: Bench, making: Making, question: str, settings: dict[str, Any], reason: str
) -> None:
    async with bench.cache(making, threshold=0.0, **settings) as cache:
        await cache.store(f"How do I cancel my order of {POISON}?" if POISON in question else STORED, "Go to orders.")
        kept = len(cache.l1)
        assert about(await cache.lookup(question)) == (LookupStatus.MISS, reason, False)
        assert len(cache.l1) == kept, "no alias is made of it"
    assert bench.opinions(reason.removeprefix("verifier_")) == 1


async def test_outside_the_band_nobody_is_asked(bench: Bench) -> None:
    async with bench.cache(STUBBORN, threshold=0.0, verifier_band_above=0) as cache:
        await cache.store(STORED, "Go to orders.")
        assert about(await cache.lookup(REWORDED)) == (LookupStatus.HIT, "verified", False)
    assert bench.opinions("refused") == 0
