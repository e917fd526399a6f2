"""Fast encoders against the models: the same JSON, for any outcome."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from schemas import (
    CandidateResult,
    ErrorCode,
    ErrorDetail,
    InvalidationResult,
    InvalidationStatus,
    Layer,
    LookupResult,
    LookupStatus,
    Match,
    Message,
    RefusalReason,
    StoreResult,
    StoreStatus,
)
from workers.cache.entry import Entry
from workers.cache.lookup import JudgedCandidate, LookupOutcome, ShadowAnswer
from workers.kafka import encoding

texts = st.text(max_size=40)
tags = st.lists(st.text(min_size=1, max_size=20), max_size=4).map(tuple)
ids = st.from_regex(r"[0-9a-f]{32}", fullmatch=True)
seconds = st.floats(-1e6, 1e9, allow_nan=False)
cosines = st.floats(-1, 1)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
metadata = st.none() | st.dictionaries(texts, json_values, max_size=4).map(lambda value: orjson.dumps(value).decode())
entries = st.builds(
    Entry,
    entry_id=ids,
    namespace=st.just("default"),
    context_key=st.just("-"),
    prompt=texts,
    response=texts,
    fence=st.integers(0, 2**53 - 1),
    created_at=seconds,
    expires_at=seconds,
    tags=tags,
    metadata=metadata,
)
candidates = st.none() | st.lists(
    st.builds(
        JudgedCandidate,
        entry_id=ids,
        prompt=texts,
        similarity=cosines,
        accepted=st.booleans(),
        reason=texts,
        confidence=st.none() | st.floats(0, 1),
    ),
    max_size=3,
).map(tuple)
hits = st.builds(
    LookupOutcome,
    status=st.just(LookupStatus.HIT),
    entry=entries,
    layer=st.sampled_from(Layer),
    match=st.sampled_from(Match),
    similarity=cosines,
    age_seconds=seconds,
    expires_in_seconds=seconds,
    reason=texts,
    candidates=candidates,
    stale=st.booleans(),
    degraded=st.booleans(),
)
shadows = st.none() | st.builds(
    ShadowAnswer, entry_id=ids, matched_prompt=texts, response=texts, similarity=cosines, confidence=st.floats(0, 1)
)
misses = st.builds(
    LookupOutcome,
    status=st.just(LookupStatus.MISS),
    fence=st.none() | st.integers(0, 2**53 - 1),
    leader=st.none() | st.booleans(),
    reason=st.none() | texts,
    candidates=candidates,
    shadow=shadows,
    degraded=st.booleans(),
)


def as_model(request_id: str, outcome: LookupOutcome) -> LookupResult:
    """The long way round."""
    entry = outcome.entry
    fields: dict[str, Any] = {
        "request_id": request_id,
        "status": outcome.status,
        "layer": outcome.layer,
        "match": outcome.match,
        "similarity": outcome.similarity,
        "age_seconds": outcome.age_seconds,
        "expires_in_seconds": outcome.expires_in_seconds,
        "fence": outcome.fence,
        "leader": outcome.leader,
        "reason": outcome.reason,
        "stale": outcome.stale or None,
        "degraded": outcome.degraded,
    }
    if entry is not None:
        fields |= {
            "response": entry.response,
            "metadata": None if entry.metadata is None else json.loads(entry.metadata),
            "entry_id": entry.entry_id,
            "matched_prompt": entry.prompt,
            "tags": list(entry.tags) or None,
        }
    if outcome.shadow is not None:
        fields["shadow"] = asdict(outcome.shadow)
    if outcome.candidates is not None:
        names = CandidateResult.model_fields
        fields["candidates"] = [{name: getattr(c, name) for name in names} for c in outcome.candidates]
    return LookupResult.model_validate(fields)


def same(encoded: bytes, model: Message) -> bool:
    """Valid against the model, and the same JSON as the model's own."""
    assert type(model).model_validate_json(encoded) == model
    return bool(json.loads(encoded) == json.loads(model.encode()))


@given(texts, hits | misses)
def test_lookups(request_id: str, outcome: LookupOutcome) -> None:
    assert same(encoding.encode_lookup(request_id, outcome), as_model(request_id, outcome))


@given(texts, st.sampled_from(StoreStatus), ids, st.none() | st.sampled_from(RefusalReason))
def test_stores(request_id: str, status: StoreStatus, entry_id: str, reason: RefusalReason | None) -> None:
    model = StoreResult(request_id=request_id, status=status, entry_id=entry_id, reason=reason)
    assert same(encoding.encode_store(request_id, status, entry_id, reason), model)


@given(texts, st.integers(0, 2**40), st.none() | st.text(min_size=1, max_size=99))
def test_invalidations(request_id: str, removed: int, token: str | None) -> None:
    model = InvalidationResult(
        request_id=request_id, status=InvalidationStatus.INVALIDATED, removed=removed, token=token
    )
    assert same(encoding.encode_invalidation(request_id, removed, token), model)


@given(texts, st.sampled_from(ErrorCode), texts)
def test_errors(request_id: str, code: ErrorCode, message: str) -> None:
    error = ErrorDetail(code=code, message=message)
    lookup = LookupResult(request_id=request_id, status=LookupStatus.ERROR, error=error)
    assert same(encoding.encode_lookup_error(request_id, code, message), lookup)
    store = StoreResult(request_id=request_id, status=StoreStatus.ERROR, error=error)
    assert same(encoding.encode_error(request_id, code, message), store)
    invalidation = InvalidationResult(request_id=request_id, status=InvalidationStatus.ERROR, error=error)
    assert same(encoding.encode_error(request_id, code, message), invalidation)
