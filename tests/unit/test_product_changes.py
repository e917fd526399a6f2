"""From product changes to tags, in every form that a change may come in."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

import pytest
from aiokafka import ConsumerRecord
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas.base import MAX_SELECTORS
from schemas.product_change import ProductChange
from workers.cloud_events import read_product_change
from workers.errors import ConfigurationError
from workers.kafka.rejection import RejectedError
from workers.product_rules import TagRules, coalesce
from workers.settings import DEFAULT_PRODUCT_RULES, ProductRule

DEFAULTS = TagRules(DEFAULT_PRODUCT_RULES)


def change(**fields: Any) -> ProductChange:  # noqa: ANN401 - whatever a test varies
    return ProductChange.model_validate({"event_id": "e", "product_id": "p", "change": "price_changed"} | fields)


def tags_of(rule: ProductRule, **fields: Any) -> list[str]:  # noqa: ANN401
    return TagRules((rule,)).tags_of(change(**fields))


@pytest.mark.parametrize("word", ["price_changed", "stock_changed", "updated", "anything else"])
def test_by_default_a_change_names_its_product(word: str) -> None:
    assert DEFAULTS.tags_of(change(change=word, brand="B", category="C")) == ["product:p"]


@pytest.mark.parametrize("word", ["created", "discontinued", "deleted"])
def test_by_default_a_change_of_the_range_names_brand_and_category_old_and_new(word: str) -> None:
    found = DEFAULTS.tags_of(change(change=word, brand="B", category="C", previous={"brand": "A", "category": "C"}))
    assert found == ["product:p", "brand:B", "category:C", "brand:A"]


def test_absent_values_make_no_tag() -> None:
    assert DEFAULTS.tags_of(change(change="deleted")) == ["product:p"]
    rule = ProductRule(tags=("{brand}", "{previous.brand}", "{attributes.sku}", "{category}-{brand}", "fixed"))
    assert tags_of(rule, category="C") == ["fixed"]


@pytest.mark.parametrize(
    ("attributes", "tag"),
    [
        ({"sku": "S-1"}, "sku:S-1"),
        ({"sku": 7}, "sku:7"),
        ({"sku": 1.5}, "sku:1.5"),
        ({"sku": True}, "sku:true"),
        ({"sku": False}, "sku:false"),
        ({"sku": 0}, "sku:0"),
        ({"sku": None}, None),
        ({"sku": ""}, None),
        ({"sku": ["a"]}, None),
        ({"sku": {"a": 1}}, None),
        ({}, None),
    ],
)
def test_attributes(attributes: dict[str, Any], tag: str | None) -> None:
    assert tags_of(ProductRule(tags=("sku:{attributes.sku}",)), attributes=attributes) == ([tag] if tag else [])


def test_attributes_inside_attributes() -> None:
    rule = ProductRule(tags=("{attributes.size.width}", "{attributes.a.b}"))
    assert tags_of(rule, attributes={"size": {"width": 3}, "a.b": "whole", "a": {"b": "parts"}}) == ["3", "whole"]


def test_a_rule_applies_to_the_changes_and_attributes_that_it_names() -> None:
    rule = ProductRule(change=("price_changed",), attributes={"region": "eu", "live": True}, tags=("hit",))
    assert tags_of(rule, attributes={"region": "eu", "live": True, "more": 1}) == ["hit"]
    assert tags_of(rule, attributes={"region": "us", "live": True}) == []
    assert tags_of(rule, attributes={"region": "eu"}) == []
    assert tags_of(rule) == []
    assert tags_of(rule, change="deleted", attributes={"region": "eu", "live": True}) == []


def test_all_matching_rules_add_their_tags_each_once() -> None:
    rules = TagRules((ProductRule(tags=("a", "b")), ProductRule(tags=("b", "c"))))
    assert rules.tags_of(change()) == ["a", "b", "c"]


def test_what_is_filled_in_is_not_read_as_a_template() -> None:
    assert tags_of(ProductRule(tags=("{product_id}-{brand}",)), product_id="{brand}", brand="B") == ["{brand}-B"]


def test_a_tag_longer_than_any_entry_can_have_is_left_out() -> None:
    assert tags_of(ProductRule(tags=("x" * 100 + "{product_id}",)), product_id="y" * 29) == []
    assert tags_of(ProductRule(tags=("x" * 100 + "{product_id}",)), product_id="y" * 28) == ["x" * 100 + "y" * 28]


@pytest.mark.parametrize("template", ["{prodcut_id}", "{}", "{attributes.}", "{previous.price}", "{a}{brand}"])
def test_a_placeholder_that_means_nothing_stops_the_start(template: str) -> None:
    with pytest.raises(ConfigurationError, match="PRODUCT_CHANGES__RULES: rule 2"):
        TagRules((ProductRule(tags=("fine",)), ProductRule(tags=(template,))))


def test_a_storm_is_one_rule_a_namespace() -> None:
    rules = coalesce(("eu" if n % 2 else "us", [f"product:{n % 50}", "all"]) for n in range(500))
    assert {rule.namespace for rule in rules} == {"eu", "us"}
    assert len(rules) == 2
    assert sum(len(rule.tags) for rule in rules) == 50 + 2
    assert not any(rule.match_all for rule in rules)


@given(st.lists(st.tuples(st.sampled_from(["a", "b"]), st.lists(st.integers(0, 3000).map(str), max_size=50))))
def test_no_tag_is_lost_and_no_rule_too_large(tagged: list[tuple[str, list[str]]]) -> None:
    rules = coalesce(tagged)
    named = {(rule.namespace, tag) for rule in rules for tag in rule.tags}
    assert named == {(namespace, tag) for namespace, tags in tagged for tag in tags}
    assert all(0 < len(rule.tags) <= MAX_SELECTORS for rule in rules)
    assert sum(len(rule.tags) for rule in rules) == len(named)


# --- CloudEvents ------------------------------------------------------------------------------------------------

DATA = {"event_id": "e", "product_id": "p", "change": "deleted", "namespace": "eu"}
EVENT = {"specversion": "1.0", "id": "ce-1", "source": "/catalogue", "type": "product", "time": "2026-03-01T12:00:00Z"}


def record(value: Any, headers: Mapping[str, bytes | None] | None = None) -> ConsumerRecord:  # noqa: ANN401
    data = value if isinstance(value, bytes) or value is None else json.dumps(value).encode()
    return ConsumerRecord("t", 0, 0, 0, 0, None, data, None, 0, 0, tuple((headers or {}).items()))


STRUCTURED: dict[str, bytes | None] = {"content-type": b"application/cloudevents+json; charset=UTF-8"}
BINARY: dict[str, bytes | None] = {
    "ce_specversion": b"1.0",
    "ce_id": b"ce-1",
    "ce_source": b"/catalogue",
    "ce_type": b"product",
    "ce_time": b"2026-03-01T12:00:00Z",
    "content-type": b"application/json",
}


@pytest.mark.parametrize(
    "made",
    [
        record(DATA | {"occurred_at": "2026-03-01T12:00:00Z"}),
        record(EVENT | {"data": DATA}, STRUCTURED),
        record(EVENT | {"data": DATA}),
        record(EVENT | {"data": DATA, "subject": "p", "datacontenttype": "application/json", "myextension": 5}),
        record(EVENT | {"data_base64": base64.b64encode(json.dumps(DATA).encode()).decode()}, STRUCTURED),
        record(DATA, BINARY),
        record(DATA, BINARY | {"ce_subject": b"p", "odd": b"\xff", "null": None}),
    ],
)
def test_one_change_in_every_form(made: ConsumerRecord) -> None:
    expected = ProductChange.model_validate(DATA | {"occurred_at": "2026-03-01T12:00:00Z"})
    assert read_product_change(made) == expected


def test_the_envelope_stands_in_for_what_the_data_leaves_out_and_for_nothing_else() -> None:
    bare = {"product_id": "p", "change": "deleted"}
    found = read_product_change(record(bare, BINARY))
    assert found.event_id == "ce-1"
    assert found.occurred_at is not None
    own = read_product_change(record(DATA | {"occurred_at": "2020-01-01T00:00:00Z"}, BINARY))
    assert own.event_id == "e"
    assert own.occurred_at is not None
    assert own.occurred_at.year == 2020


@pytest.mark.parametrize(
    ("made", "sentence"),
    [
        (record(b"nope", STRUCTURED), "not JSON"),
        (record([EVENT], STRUCTURED), "must be a JSON object"),
        (record(EVENT, STRUCTURED), "data: must be a JSON object"),
        (record(EVENT | {"data": [DATA]}, STRUCTURED), "data: must be a JSON object"),
        (record(EVENT | {"data_base64": "%%%"}, STRUCTURED), "data_base64"),
        (record(EVENT | {"data": DATA, "specversion": "0.3"}, STRUCTURED), "specversion: must be 1.0"),
        (record({"specversion": "1.0", "data": DATA}), "id: a CloudEvent must have one"),
        (record(EVENT | {"data": DATA, "source": ""}), "source: a CloudEvent must have one"),
        (record(EVENT | {"data": DATA, "type": 5}), "type: a CloudEvent must have one"),
        (record(DATA, {"ce_specversion": b"1.0", "ce_id": b"1"}), "source: a CloudEvent must have one"),
        (record(DATA, BINARY | {"ce_specversion": b"2.0"}), "specversion: must be 1.0"),
        (record(DATA, {"content-type": b"application/cloudevents-batch+json"}), "is not read here"),
        (record(DATA, {"content-type": b"application/cloudevents+avro"}), "is not read here"),
    ],
)
def test_envelopes_that_are_none(made: ConsumerRecord, sentence: str) -> None:
    with pytest.raises(RejectedError, match=sentence):
        read_product_change(made)


@pytest.mark.parametrize(
    "made",
    [
        record(None),
        record(b""),
        record({"event_id": "e"}),
        record(EVENT | {"data": DATA | {"unknown": 1}}),
        record(EVENT | {"data": {"change": "deleted"}}, STRUCTURED),
        record(DATA | {"namespace": "a b"}, BINARY),
        record(DATA, BINARY | {"ce_time": b"yesterday"}),
    ],
)
def test_changes_that_are_none(made: ConsumerRecord) -> None:
    with pytest.raises(ValidationError):
        read_product_change(made)


@given(st.binary(max_size=60), st.dictionaries(st.sampled_from([*BINARY, "x"]), st.none() | st.binary(max_size=9)))
def test_whatever_comes_it_is_a_change_or_a_rejection(value: bytes, headers: dict[str, bytes | None]) -> None:
    with pytest.raises((RejectedError, ValidationError)):
        read_product_change(record(value, headers))
