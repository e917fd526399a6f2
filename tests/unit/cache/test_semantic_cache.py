"""The cache as a library, on the in-memory twin of L2: what its users may count on."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from hashlib import blake2b

import numpy as np
import pytest

from workers.cache import (
    CacheConfig,
    L1CacheConfig,
    Layer,
    LeaseConfig,
    Lookup,
    LookupMode,
    LookupOutcome,
    LookupStatus,
    Match,
    Parts,
    RefusalReason,
    SemanticCache,
    Store,
    StoreStatus,
)
from workers.cache.clock import ManualClock
from workers.cache.coherence_view import CoherenceView
from workers.cache.local_log import LocalLog
from workers.cache.memory_store import MemoryStore
from workers.cache.policy import MarginPolicy
from workers.cache.ports import Vectors
from workers.cache.recent_rules import RecentRules
from workers.cache.rules import PlacedRule, Rule
from workers.cache.tokens import Token
from workers.errors import InvalidRequestError, NotOpenError, StoreUnavailableError

Q = "How long does the battery last?"
ALMOST_Q = "how long does the battery last"
"""Stands at the same place as Q for this embedder."""


class WordEmbedder:
    """Questions of the same words, whatever their case and punctuation, stand in one place."""

    dimensions = 64
    fingerprint = "f" * 16

    async def open(self) -> None:
        """Nothing to load."""

    async def aclose(self) -> None:
        """Nothing to free."""

    async def embed(self, prompts: Sequence[str]) -> Vectors:
        """One unit vector a prompt."""
        rows = []
        for prompt in prompts:
            words = "".join(c for c in prompt.lower() if c.isalnum() or c == " ")
            seed = int.from_bytes(blake2b(words.encode(), digest_size=8).digest(), "big")
            row = np.random.default_rng(seed).standard_normal(self.dimensions).astype(np.float32)
            rows.append(row / np.linalg.norm(row))
        return np.array(rows, dtype=np.float32)


class UnreachableStore(MemoryStore):
    """A store whose server can go away."""

    is_away = False

    async def fetch(self, wanted):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 - as the twin's
        """Fail while away."""
        if self.is_away:
            raise StoreUnavailableError("away")
        return await super().fetch(wanted)


CONFIG = CacheConfig(lease=LeaseConfig(poll_ms=5))


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def store(clock: ManualClock) -> UnreachableStore:
    return UnreachableStore(clock)


def make(store: MemoryStore, clock: ManualClock, config: CacheConfig = CONFIG) -> SemanticCache:
    return SemanticCache(
        config, Parts(store=store, embedder=WordEmbedder(), policy=MarginPolicy(lone_floor=0.9), clock=clock)
    )


@pytest.fixture
async def cache(store: UnreachableStore, clock: ManualClock) -> AsyncIterator[SemanticCache]:
    async with make(store, clock) as cache:
        yield cache


async def test_a_miss_then_a_store_then_hits_by_layer(cache: SemanticCache) -> None:
    miss = await cache.lookup(Q)
    assert (miss.status, miss.leader, miss.degraded) == (LookupStatus.MISS, True, False)
    stored = await cache.store(Q, "18 hours", tags=["product:a"], metadata={"model": "m"}, fence=miss.fence)
    assert stored.status is StoreStatus.STORED
    hit = await cache.lookup(f"  {Q} ")
    assert (hit.layer, hit.match, hit.response, hit.similarity) == (Layer.L1, Match.EXACT, "18 hours", 1.0)
    assert hit.entry is not None
    assert (hit.entry.tags, hit.entry.metadata) == (("product:a",), '{"model":"m"}')
    cache.l1.clear()
    assert (await cache.lookup(Q)).layer is Layer.L2
    assert (await cache.lookup(Q)).layer is Layer.L1


async def test_a_paraphrase_hits_by_meaning_once_and_by_alias_after(cache: SemanticCache) -> None:
    await cache.store(Q, "18 hours", tags=["t"])
    first, second = await cache.lookup(ALMOST_Q), await cache.lookup(ALMOST_Q)
    assert (first.layer, first.match, first.reason) == (Layer.L2, Match.SEMANTIC, "verified")
    assert (second.layer, second.match, second.reason) == (Layer.L1, Match.SEMANTIC, "alias")
    assert first.entry is not None
    assert first.entry.prompt == Q
    assert (await cache.lookup(ALMOST_Q, mode=LookupMode.EXACT)).status is LookupStatus.MISS
    await cache.invalidate_by_tag("t")
    assert (await cache.lookup(ALMOST_Q)).status is LookupStatus.MISS


async def test_modes_and_floors_only_make_it_stricter(cache: SemanticCache) -> None:
    await cache.store(Q, "18 hours")
    assert (await cache.lookup(Q, mode=LookupMode.SEMANTIC)).match is Match.SEMANTIC
    assert (await cache.lookup("Is it red?", min_similarity=0.0)).status is LookupStatus.MISS
    refused = await cache.lookup("Is it red?", explain=True)
    assert refused.candidates is not None
    assert [(c.prompt, c.accepted, c.reason) for c in refused.candidates] == [(Q, False, "below_floor")]


async def test_contexts_and_namespaces_never_share(cache: SemanticCache) -> None:
    await cache.store(Q, "for developers", context={"user_persona": "developer"})
    for how in ({}, {"user_persona": "manager"}, {"user_persona": "developer", "session_id": "1"}):
        assert (await cache.lookup(Q, context=how)).status is LookupStatus.MISS
        assert (await cache.lookup(ALMOST_Q, context=how)).status is LookupStatus.MISS
    assert (await cache.lookup(Q, context={"user_persona": "developer"}, namespace="other")).status is LookupStatus.MISS
    assert (await cache.lookup(Q, context={"user_persona": "developer"})).response == "for developers"


async def test_an_unknown_context_field_is_an_error(cache: SemanticCache) -> None:
    with pytest.raises(InvalidRequestError, match=r"context\.role"):
        await cache.lookup(Q, context={"role": "admin"})
    with pytest.raises(InvalidRequestError, match=r"context\.role"):
        await cache.store(Q, "x", context={"role": "admin"})


async def test_without_context_hashing_contexts_share(store: UnreachableStore, clock: ManualClock) -> None:
    async with make(store, clock, CONFIG.model_copy(update={"enable_context_hashing": False})) as cache:
        await cache.store(Q, "for all", context={"user_persona": "developer"})
        assert (await cache.lookup(Q)).response == "for all"


@pytest.mark.parametrize(("match_all", "left"), [(False, ["c"]), (True, ["a", "b", "c"])])
async def test_or_and_and(cache: SemanticCache, match_all: bool, left: list[str]) -> None:
    tags = {"a": ["x"], "b": ["y"], "c": ["z"], "d": ["x", "y"]}
    await cache.store_many([Store(prompt, "r", tags=tuple(of)) for prompt, of in tags.items()])
    outcome = await cache.invalidate_by_tags(["x", "y"], match_all=match_all)
    assert outcome.removed == len(tags) - len(left)
    cache.l1.clear()
    found = await cache.lookup_many([Lookup(prompt) for prompt in tags])
    assert [prompt for prompt, hit in zip(tags, found, strict=True) if hit.is_hit] == left


async def test_an_answer_computed_before_an_invalidation_is_not_kept_after_it(cache: SemanticCache) -> None:
    fence = (await cache.lookup(Q)).fence
    token = (await cache.invalidate_by_tag("product:a")).token
    refused = await cache.store(Q, "old", tags=["product:a"], fence=fence)
    assert (refused.status, refused.reason) == (StoreStatus.REFUSED, RefusalReason.STALE)
    assert (await cache.lookup(Q, after=token)).status is LookupStatus.MISS
    assert (await cache.store(Q, "old", tags=["product:b"], fence=fence)).status is StoreStatus.STORED
    assert (await cache.store("other", "new", tags=["product:a"])).status is StoreStatus.STORED


class ReplacedBehindItsBack(LocalLog):
    """A log that turns out to be another one after the first rule was placed."""

    def __init__(self, view: CoherenceView, clock: ManualClock) -> None:
        super().__init__(view, clock)
        self.placed: list[PlacedRule] = []

    async def append(self, rules: Sequence[Rule]) -> list[PlacedRule]:
        """As the real one; remembers the places."""
        places = await super().append(rules)
        self.placed += places
        return places

    async def gave(self, number: int) -> bool:
        """False for the first rule."""
        return await super().gave(number) and number != self.placed[0].offset


async def test_a_rule_of_a_log_that_was_replaced_is_placed_anew_before_it_is_acknowledged(
    store: UnreachableStore, clock: ManualClock
) -> None:
    view = CoherenceView(RecentRules(max_count=10), max_staleness_seconds=1, clock=clock)
    log = ReplacedBehindItsBack(view, clock)
    log.start()
    parts = Parts(
        store=store, embedder=WordEmbedder(), policy=MarginPolicy(lone_floor=0.9), clock=clock, log=log, view=view
    )
    async with SemanticCache(CONFIG, parts) as cache:
        await cache.store(Q, "18 hours", tags=["t"])
        outcome = await cache.invalidate_by_tag("t")
        assert [placed.rule for placed in log.placed] == [log.placed[0].rule] * 2
        assert outcome.token == Token.of(log.placed[1]).encode()
        assert (await cache.lookup(Q)).status is LookupStatus.MISS


async def test_a_new_text_replaces_the_old(cache: SemanticCache) -> None:
    await cache.store(Q, "18 hours")
    assert (await cache.lookup(ALMOST_Q)).response == "18 hours"
    assert (await cache.store(Q, "20 hours")).status is StoreStatus.REPLACED
    assert (await cache.lookup(Q)).response == "20 hours"
    assert (await cache.lookup(ALMOST_Q)).response == "20 hours"


async def test_a_hit_does_not_extend_a_life(cache: SemanticCache, clock: ManualClock) -> None:
    await cache.store(Q, "18 hours", ttl_seconds=10)
    clock.advance(9)
    hit = await cache.lookup(Q)
    assert hit.expires_in_seconds == pytest.approx(1)
    assert hit.age_seconds == pytest.approx(9)
    assert (await cache.lookup(Q, max_age_seconds=5)).status is LookupStatus.MISS
    clock.advance(1.5)
    assert (await cache.lookup(Q)).status is LookupStatus.MISS


async def test_a_stale_answer_is_for_those_who_allow_it_and_never_an_invalidated_one(
    cache: SemanticCache, clock: ManualClock
) -> None:
    await cache.store(Q, "18 hours", tags=["t"], ttl_seconds=10, stale_if_error_seconds=100)
    clock.advance(20)
    assert (await cache.lookup(Q)).status is LookupStatus.MISS
    stale = await cache.lookup(Q, allow_stale=True)
    assert (stale.response, stale.stale, stale.layer) == ("18 hours", True, Layer.L2)
    await cache.invalidate_by_tag("t")
    assert (await cache.lookup(Q, allow_stale=True)).status is LookupStatus.MISS


async def test_a_hundred_callers_one_computation(cache: SemanticCache) -> None:
    outcomes: list[LookupOutcome] = []
    leads = asyncio.Event()

    def deliver(_: int, outcome: LookupOutcome) -> None:
        outcomes.append(outcome)
        if outcome.leader:
            leads.set()

    asking = asyncio.create_task(cache.lookup_beyond_l1([Lookup(Q, wait_ms=60_000)] * 100, deliver))
    await leads.wait()
    assert [o.leader for o in outcomes] == [True]
    async with asyncio.timeout(10):
        while cache.waiting < 99:  # noqa: ASYNC110 - they come part by part, and nobody is told of the last
            await asyncio.sleep(0)
    await cache.store(Q, "18 hours", fence=outcomes[0].fence)
    await asking
    assert [o.response for o in outcomes[1:]] == ["18 hours"] * 99


async def test_a_follower_becomes_leader_when_its_patience_ends(cache: SemanticCache, clock: ManualClock) -> None:
    assert (await cache.lookup(Q)).leader is True
    assert (await cache.lookup(Q)).leader is False
    following = asyncio.create_task(cache.lookup(Q, wait_ms=50))
    while cache.waiting == 0:  # noqa: ASYNC110 - turns of the loop, not time
        await asyncio.sleep(0)
    clock.advance(0.06)
    assert (await following).leader is True


async def test_a_follower_becomes_leader_when_the_lease_ends(cache: SemanticCache, clock: ManualClock) -> None:
    assert (await cache.lookup(Q)).leader is True
    following = asyncio.create_task(cache.lookup(Q, wait_ms=60_000))
    while cache.waiting == 0:  # noqa: ASYNC110 - turns of the loop, not time
        await asyncio.sleep(0)
    clock.advance(CONFIG.lease.duration_ms / 1000 + 1)
    assert (await following).leader is True


async def test_repeats_in_one_call_do_not_wait_for_their_own_caller(cache: SemanticCache) -> None:
    outcomes = await cache.lookup_many([Lookup(Q, wait_ms=60_000)] * 3)
    assert [o.leader for o in outcomes] == [True, False, False]


async def test_an_outage_is_not_an_absence(cache: SemanticCache, store: UnreachableStore) -> None:
    await cache.store("in memory", "yes")
    store.is_away = True
    assert (await cache.lookup("in memory")).layer is Layer.L1
    miss = await cache.lookup(Q)
    assert (miss.status, miss.degraded, miss.leader) == (LookupStatus.MISS, True, True)
    metrics = cache.get_metrics()
    assert (metrics["total_queries"], metrics["l2_cache"]["hit_rate_percentage"]) == (2, 0.0)


async def test_without_l1_everything_comes_from_l2(store: UnreachableStore, clock: ManualClock) -> None:
    async with make(store, clock, CONFIG.model_copy(update={"l1": L1CacheConfig(enabled=False)})) as cache:
        await cache.store(Q, "18 hours")
        assert [(await cache.lookup(Q)).layer for _ in range(2)] == [Layer.L2, Layer.L2]


async def test_without_tags_there_is_nothing_to_invalidate_by(store: UnreachableStore, clock: ManualClock) -> None:
    async with make(store, clock, CONFIG.model_copy(update={"enable_tags": False})) as cache:
        with pytest.raises(InvalidRequestError, match="tags"):
            await cache.store(Q, "x", tags=["t"])
        with pytest.raises(InvalidRequestError, match="tags"):
            await cache.invalidate_by_tag("t")


async def test_garbage_and_foreign_tokens(cache: SemanticCache) -> None:
    token = (await cache.invalidate_by_tag("t")).token
    assert token is not None
    await cache.store(Q, "18 hours")
    assert (await cache.lookup(Q, after=token)).response == "18 hours"
    with pytest.raises(InvalidRequestError, match="after"):
        await cache.lookup(Q, after="garbage")


async def test_what_was_stored_survives_a_restart_of_the_library(store: UnreachableStore, clock: ManualClock) -> None:
    async with make(store, clock) as cache:
        fence = (await cache.lookup("another")).fence
        await cache.store(Q, "18 hours", tags=["t"])
        await cache.store("gone", "x", tags=["u"])
        await cache.invalidate_by_tag("u")
    clock.advance(3)
    async with make(store, clock) as cache:
        assert (await cache.lookup(Q)).layer is Layer.L2
        assert (await cache.lookup("gone")).status is LookupStatus.MISS
        assert (await cache.store("another", "x", tags=["u"], fence=fence)).status is StoreStatus.REFUSED
        await cache.invalidate_by_tag("t")
        assert (await cache.lookup(Q)).status is LookupStatus.MISS


async def test_metrics_have_exactly_the_promised_keys(cache: SemanticCache) -> None:
    await cache.store(Q, "18 hours", tags=["t"], context={"user_persona": "developer"})
    await cache.lookup(Q, context={"user_persona": "developer"})
    await cache.lookup(Q)
    await cache.invalidate_by_tag("t")
    metrics = cache.get_metrics()
    layer = {"hits", "hit_rate_percentage", "avg_latency_ms"}
    assert set(metrics) == {
        "total_queries",
        "hit_rate_percentage",
        "l1_cache",
        "l2_cache",
        "context_hits",
        "tag_invalidations",
    }
    assert (set(metrics["l1_cache"]), set(metrics["l2_cache"])) == (layer, layer)
    assert (metrics["total_queries"], metrics["hit_rate_percentage"]) == (2, 50.0)
    assert (metrics["context_hits"], metrics["tag_invalidations"]) == ({"developer": 1}, {"t": 1})


async def test_use_before_open_and_after_close_says_what_to_do(store: UnreachableStore, clock: ManualClock) -> None:
    cache = make(store, clock)
    with pytest.raises(NotOpenError, match="async with"):
        await cache.lookup(Q)
    await cache.open()
    await cache.open()
    await cache.aclose()
    await cache.aclose()
    with pytest.raises(NotOpenError):
        await cache.lookup(Q)
