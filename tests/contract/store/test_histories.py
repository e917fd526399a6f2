"""The twin and Redis agree on any history of saves and rules."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.contract.store.stores import (
    DIMENSIONS,
    at,
    flat,
    make_entry,
    redis_store,
    remove_keys,
    vector_of,
)
from workers.cache.entry import Entry
from workers.cache.l2 import RedisStore
from workers.cache.memory_store import MemoryStore
from workers.cache.ports import NearestQuery, Progress, SharedStore
from workers.cache.rules import PlacedRule, Rule

pytestmark = pytest.mark.stack

TAGS = ("a", "b", "c,d", "🦜")
PROMPTS = ("one", "two", "three", "four")
CONTEXTS = ("-", "c" * 16)
NUMBERS = st.integers(0, 12)
NOW = 4_000_000_000.0
"""Far from any expiry: time plays no part here."""


@dataclass(frozen=True)
class Save:
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Announced:
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Apply:
    placed: PlacedRule


@dataclass(frozen=True)
class Count:
    rule: Rule


@dataclass(frozen=True)
class Advance:
    progress: Progress


@dataclass(frozen=True)
class Forget:
    fence_below: int | None
    watermark: int


Step = Save | Announced | Apply | Count | Advance | Forget

entries = st.builds(
    lambda prompt, context, changes: make_entry("", prompt, context, created_at=NOW, expires_at=NOW + 9, **changes),
    st.sampled_from(PROMPTS),
    st.sampled_from(CONTEXTS),
    st.fixed_dictionaries(
        {
            "response": st.sampled_from(["x", "y"]),
            "fence": NUMBERS,
            "ordered_ms": st.integers(0, 3),
            "tags": st.lists(st.sampled_from(TAGS), unique=True, max_size=3).map(tuple),
        }
    ),
)
some_entries = st.lists(entries, min_size=1, max_size=3).map(tuple)
some_tags = st.frozensets(st.sampled_from(TAGS), min_size=1, max_size=3)
rules = st.one_of(
    st.builds(Rule, st.just(""), some_tags, st.booleans()),
    st.builds(lambda ids: Rule("", entry_ids=ids), st.frozensets(entries.map(lambda e: e.entry_id), max_size=3)),
    st.just(Rule("", everything=True)),
)
marks = st.lists(NUMBERS.map(lambda n: (n, n * 10)), unique=True, max_size=2).map(tuple)
steps = st.one_of(
    st.builds(Save, some_entries),
    st.builds(Save, some_entries),
    st.builds(Announced, some_entries),
    st.builds(Apply, st.builds(lambda n, rule: PlacedRule(n, n * 10, rule), NUMBERS, rules)),
    st.builds(Count, rules),
    st.builds(Advance, st.builds(Progress, NUMBERS, NUMBERS, marks, st.integers(0, 6))),
    st.builds(Forget, st.none() | NUMBERS, NUMBERS),
)


@pytest_asyncio.fixture
async def redis(redis_url: str) -> AsyncIterator[RedisStore]:
    config = flat(redis_url)
    opened = redis_store(config)
    await opened.open()
    yield opened
    await opened.aclose()
    await remove_keys(redis_url, config.key_prefix)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(history=st.lists(steps, min_size=1, max_size=12))
async def test_the_twin_and_redis_agree(redis: RedisStore, history: list[Step]) -> None:
    namespace = f"h{uuid.uuid4().hex}"
    twin = MemoryStore()
    for number, step in enumerate(history):
        assert await take(twin, namespace, step) == await take(redis, namespace, step), (number, step)
        assert await look(twin, namespace) == await look(redis, namespace), (number, step)


def here(entry: Entry, namespace: str) -> Entry:
    return make_entry(namespace, **{n: getattr(entry, n) for n in Entry.__slots__ if n not in {"namespace", "version"}})


async def take(store: SharedStore, namespace: str, step: Step) -> Any:  # noqa: ANN401 - whatever the step answers
    match step:
        case Save(some):
            vectors = np.array([vector_of(e.prompt) for e in some], np.float32).reshape(-1, DIMENSIONS)
            return await store.save([here(e, namespace) for e in some], vectors)
        case Announced(some):
            return await store.announced([here(e, namespace) for e in some])
        case Apply(placed):
            return await store.apply(PlacedRule(placed.offset, placed.timestamp_ms, there(placed.rule, namespace)))
        case Count(rule):
            return await store.count(there(rule, namespace))
        case Advance(progress):
            return await store.advance(namespace, progress)
        case Forget(fence_below, watermark):
            return await store.forget(namespace, fence_below, watermark)


def there(rule: Rule, namespace: str) -> Rule:
    return Rule(namespace, rule.tags, rule.match_all, rule.entry_ids, rule.everything)


async def look(store: SharedStore, namespace: str) -> Any:  # noqa: ANN401 - all that can be seen
    everything = [make_entry("", prompt, context) for prompt in PROMPTS for context in CONTEXTS]
    queries = [NearestQuery(namespace, context, vector_of("asked"), 3) for context in CONTEXTS]
    return (
        await store.fetch([at(here(entry, namespace)) for entry in everything]),
        [[(n.entry_id, n.prompt, round(n.similarity, 4)) for n in ns] for ns in await store.find_nearest(queries)],
        await store.ledger(namespace, 0),
        await store.ledger(namespace, 6),
    )
