"""Keys never collide, and never merge two meanings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.cache.keys import NO_CONTEXT, context_key, digest, entry_id, normalise
from workers.errors import InvalidRequestError

texts = st.text(st.characters(exclude_categories=["Cs"]))
contexts = st.dictionaries(st.sampled_from(["a", "b", "ab"]), texts)
FIELDS = frozenset(["a", "b", "ab"])


@pytest.mark.parametrize(
    ("one", "other"),
    [("  what   is\tthis\n", "what is this"), ("cafe\u0301", "caf\u00e9"), ("a\u00a0b", "a b")],
)
def test_white_space_and_unicode_form_do_not_matter(one: str, other: str) -> None:
    assert normalise(one) == normalise(other)


@pytest.mark.parametrize(("one", "other"), [("US", "us"), ("2+2", "2+3"), ("don't", "dont"), ("²", "2"), ("ﬁt", "fit")])
def test_all_else_does(one: str, other: str) -> None:
    assert normalise(one) != normalise(other)


@given(st.lists(texts), st.lists(texts))
def test_no_two_lists_of_parts_share_a_digest(one: list[str], other: list[str]) -> None:
    assert (digest(*one) == digest(*other)) == (one == other)


@given(contexts, contexts)
def test_contexts_share_a_key_only_if_they_are_equal(one: dict[str, str], other: dict[str, str]) -> None:
    assert (context_key(one, FIELDS) == context_key(other, FIELDS)) == (one == other)


def test_the_order_of_fields_does_not_matter() -> None:
    assert context_key({"a": "1", "b": "2"}, FIELDS) == context_key({"b": "2", "a": "1"}, FIELDS)


def test_no_context_is_a_context_of_its_own() -> None:
    assert context_key(None, FIELDS) == context_key({}, FIELDS) == NO_CONTEXT != context_key({"a": ""}, FIELDS)


def test_an_unknown_field_is_named() -> None:
    with pytest.raises(
        InvalidRequestError, match=r"context\.role: not a configured context field \(allowed: a, ab, b\)"
    ):
        context_key({"a": "1", "role": "admin"}, FIELDS)


@given(texts, texts, texts, texts)
def test_namespaces_and_contexts_hold_entries_apart(ns: str, other: str, ctx: str, prompt: str) -> None:
    assert (entry_id(ns, ctx, prompt) == entry_id(other, ctx, prompt)) == (ns == other)
    assert (entry_id("n", ns, prompt) == entry_id("n", other, prompt)) == (ns == other)


def test_a_key_is_the_same_in_every_process() -> None:
    assert entry_id("default", NO_CONTEXT, " What  is this? ") == "93c4bf901b550f356d15eec96c070480"
