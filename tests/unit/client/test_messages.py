"""Requests checked before they are sent, replies that may grow, and the key that makes equal questions meet."""

import orjson
import pytest

from client import CacheClientError, InvalidMessageError, NewAnswer, RequestFailedError
from client.messages import affinity, build, read, store_fields
from schemas import ErrorCode, InvalidationRequest, LookupRequest, LookupResult, StoreRequest, StoreResult
from workers.cache.keys import context_key, entry_id

FIELDS = frozenset({"user_persona", "session_id"})


def a_lookup(**fields: object) -> LookupRequest:
    return build(LookupRequest, {"request_id": "q", "prompt": "How long?", **fields})


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"prompt": ""}, "prompt"),
        ({"prompt": "?", "namespace": "no blanks"}, "namespace"),
        ({"prompt": "?", "promt": "?"}, "promt"),
        ({"prompt": "?", "wait_ms": -1}, "wait_ms"),
    ],
)
def test_names_the_field_that_is_wrong(fields: dict[str, object], named: str) -> None:
    with pytest.raises(InvalidMessageError, match=named):
        build(LookupRequest, {"request_id": "q", **fields})


def test_says_what_is_wrong_with_a_whole_message() -> None:
    with pytest.raises(InvalidMessageError, match="exactly one of tags, entry_ids, everything"):
        build(InvalidationRequest, {"request_id": "i"})


def test_does_not_repeat_what_the_user_wrote() -> None:
    with pytest.raises(InvalidMessageError) as caught:
        build(StoreRequest, {"request_id": "s", "prompt": "?", "response": "!", "ttl_seconds": "my secret"})
    assert "my secret" not in str(caught.value)


def test_equal_questions_share_a_key_whatever_their_blanks() -> None:
    assert affinity(a_lookup(prompt="How  long? ")) == affinity(a_lookup(prompt="How long?"))


def test_a_store_shares_the_key_of_its_lookup() -> None:
    asked = a_lookup(context={"user_persona": "customer"}, namespace="shop")
    store = build(StoreRequest, store_fields(asked, 7, NewAnswer("18 hours."), ()))
    assert affinity(store) == affinity(asked)


@pytest.mark.parametrize("fields", [{"namespace": "other"}, {"context": {"user_persona": "x"}}, {"prompt": "How far?"}])
def test_other_questions_have_other_keys(fields: dict[str, object]) -> None:
    assert affinity(a_lookup(**fields)) != affinity(a_lookup())


def test_the_key_is_the_id_that_a_worker_gives_the_entry() -> None:
    context = {"user_persona": "customer", "session_id": "s-1"}
    request = a_lookup(namespace="shop", context=context)
    assert affinity(request) == entry_id("shop", context_key(context, FIELDS), request.prompt)


def test_reads_a_reply_that_knows_more_than_this_client() -> None:
    reply = {"request_id": "q", "status": "miss", "fence": 3, "mood": "good", "candidates": [], "degraded": False}
    assert read(LookupResult, orjson.dumps(reply)).fence == 3


@pytest.mark.parametrize(
    ("code", "is_retryable"),
    [
        (ErrorCode.INVALID_REQUEST, False),
        (ErrorCode.PAYLOAD_TOO_LARGE, False),
        (ErrorCode.STORE_UNAVAILABLE, True),
        (ErrorCode.INTERNAL, True),
    ],
)
def test_an_error_reply_is_raised_with_its_code(code: ErrorCode, is_retryable: bool) -> None:
    reply = {"request_id": "s", "status": "error", "error": {"code": code.value, "message": "tags: too many"}}
    with pytest.raises(RequestFailedError, match="tags: too many") as caught:
        read(StoreResult, orjson.dumps(reply))
    assert (caught.value.code, caught.value.retryable) == (code, is_retryable)


@pytest.mark.parametrize("reply", [b"nonsense", b"[]", b'{"request_id": "q", "status": "perhaps"}'])
def test_a_reply_that_is_none_is_an_error_of_the_client(reply: bytes) -> None:
    with pytest.raises(CacheClientError, match="does not follow the contract"):
        read(LookupResult, reply)


def test_a_store_carries_all_that_the_answer_depends_on_once() -> None:
    asked = a_lookup(namespace="shop", context={"user_persona": "customer"})
    new = NewAnswer("18 hours.", tags=["product:a", "product:b"], ttl_seconds=60, metadata={"model": "m"})
    request = build(StoreRequest, store_fields(asked, 41, new, ["policy:x", "product:a"]))
    assert request.tags == ["policy:x", "product:a", "product:b"]
    assert (request.namespace, request.context) == ("shop", {"user_persona": "customer"})
    assert (request.fence, request.ttl_seconds, request.metadata) == (41, 60, {"model": "m"})
