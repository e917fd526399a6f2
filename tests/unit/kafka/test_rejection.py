"""Why a record cannot be processed, in a sentence that names the field and quotes nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas import ErrorCode, InvalidationRequest, LookupRequest, Message, StoreRequest
from workers.kafka.rejection import Rejection, explain, read_request_id


def rejection_of(model: type[Message], value: bytes) -> Rejection:
    with pytest.raises(ValidationError) as caught:
        model.model_validate_json(value)
    return explain(caught.value, model)


@pytest.mark.parametrize(
    ("model", "value", "sentence"),
    [
        (LookupRequest, b"nope", "the value is not JSON: expected ident at line 1 column 2"),
        (LookupRequest, b"", "the value is not JSON: EOF while parsing a value at line 1 column 0"),
        (LookupRequest, b"[]", "the value: must be a JSON object"),
        (LookupRequest, b'{"request_id": "q"}', "prompt: is required"),
        (
            LookupRequest,
            b'{"request_id": "q", "prompt": "x", "namespaces": "y"}',
            "namespaces: there is no such field; did you mean namespace?",
        ),
        (LookupRequest, b'{"request_id": "q", "prompt": "x", "qqqq": 1}', "qqqq: there is no such field"),
        (InvalidationRequest, b'{"request_id": "i"}', "name exactly one of tags, entry_ids, everything (given: none)"),
    ],
)
def test_sentences(model: type[Message], value: bytes, sentence: str) -> None:
    assert rejection_of(model, value) == Rejection(ErrorCode.INVALID_REQUEST, sentence)


@pytest.mark.parametrize(
    ("model", "value", "code"),
    [
        (LookupRequest, b'{"request_id":"q","prompt":"' + b"x" * 32_769 + b'"}', ErrorCode.PAYLOAD_TOO_LARGE),
        (
            StoreRequest,
            b'{"request_id":"s","prompt":"x","response":"' + "ü".encode() * 450_001 + b'"}',
            ErrorCode.PAYLOAD_TOO_LARGE,
        ),
        (LookupRequest, b'{"request_id":"' + b"q" * 129 + b'","prompt":"x"}', ErrorCode.INVALID_REQUEST),
    ],
)
def test_what_is_oversized_is_told_from_what_is_wrong(model: type[Message], value: bytes, code: ErrorCode) -> None:
    found = rejection_of(model, value)
    assert found.code is code
    assert len(found.message) < 300


def test_many_faults_and_long_names_make_a_short_message() -> None:
    value = b'{"request_id":"q","prompt":"x"' + b"".join(b',"%s%d":1' % (b"k" * 500, n) for n in range(50)) + b"}"
    found = rejection_of(LookupRequest, value)
    assert "and 45 more" in found.message
    assert len(found.message) < 1000


def test_no_value_is_quoted() -> None:
    value = b'{"request_id":"q","prompt":"x","mode":"my secret","after":5}'
    assert "secret" not in rejection_of(LookupRequest, value).message


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (b'{"request_id": "q-1"}', "q-1"),
        (b'{"request_id": "q-1", broken', "q-1"),
        (b'{"prompt": "x", "request_id" : "q \\u00e9"', "q é"),
        (b'{"request_id": 7}', ""),
        (b'{"request_id": ""}', ""),
        (b'{"request_id": "' + b"q" * 129 + b'"}', ""),
        (b'["request_id"]', ""),
        (b"null", ""),
        (b"\xff\xfe", ""),
        (b"", ""),
        (None, ""),
    ],
)
def test_the_request_id_is_read_where_it_can_be(value: bytes | None, found: str) -> None:
    assert read_request_id(value) == found


@given(st.binary(max_size=200))
def test_no_bytes_make_it_fail(value: bytes) -> None:
    assert isinstance(read_request_id(value), str)
    assert isinstance(read_request_id(b'{"request_id": "' + value), str)
