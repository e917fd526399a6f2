"""Tokens come back as they went, and nothing else is one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.cache.entries import a_rule
from workers.cache.tokens import Token
from workers.errors import InvalidRequestError


@given(st.integers(1, 2**53 - 1), st.integers(0, 10**15))
def test_a_token_comes_back(position: int, timestamp_ms: int) -> None:
    token = Token(position, timestamp_ms)
    assert Token.decode(token.encode()) == token
    assert len(token.encode()) <= 256


def test_a_token_is_the_place_after_its_rule() -> None:
    assert Token.of(a_rule(41, "a", at_ms=7)) == Token(42, 7)


@given(st.text(max_size=256))
def test_garbage_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(InvalidRequestError, match="after: not a token"):
        Token.decode(text)


@pytest.mark.parametrize("inside", ["1.0.5", "2.5.5", "1.5", "1.-5.5", "1.5.5.5", "1.9007199254740993.1", "1.٥.5"])
def test_a_token_of_another_form_is_refused(inside: str) -> None:
    from base64 import urlsafe_b64encode

    with pytest.raises(InvalidRequestError):
        Token.decode(urlsafe_b64encode(inside.encode()).decode().rstrip("="))
