from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from schemas import LookupRequest, LookupResult, StoreRequest
from workers.asyncapi import build_document, to_yaml
from workers.asyncapi.payloads import payload_schemas
from workers.settings import KafkaConfig, Settings

SCHEMAS = payload_schemas([LookupRequest, LookupResult, StoreRequest])


def nodes(value: object) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for child in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from nodes(child)


def test_an_optional_field_is_absent_never_null() -> None:
    for node in nodes(SCHEMAS):
        assert node.get("type") != "null"
        assert node.get("default", 0) is not None
    assert "context" not in SCHEMAS["LookupRequest"]["required"]


def test_nothing_stands_beside_a_reference() -> None:
    assert all(len(node) == 1 for node in nodes(SCHEMAS) if isinstance(node.get("$ref"), str))


def test_references_lead_somewhere() -> None:
    for node in nodes(SCHEMAS):
        if isinstance(node.get("$ref"), str):
            assert node["$ref"].rpartition("/")[2] in SCHEMAS


def test_limits_and_strictness_come_along() -> None:
    request = SCHEMAS["LookupRequest"]
    assert request["additionalProperties"] is False
    assert request["properties"]["prompt"]["maxLength"] == 32_768
    assert request["properties"]["mode"]["default"] == "exact_then_semantic"
    tags = SCHEMAS["StoreRequest"]["properties"]["tags"]
    assert (tags["type"], tags["maxItems"], tags["items"]["maxLength"]) == ("array", 64, 128)


def test_the_document_follows_the_deployment() -> None:
    document = build_document(
        Settings(kafka=KafkaConfig(bootstrap_servers="a:1, b:2", topic_prefix="shop", partitions=3))
    )
    assert [server["host"] for server in document["servers"].values()] == ["a:1", "b:2"]
    binding = document["channels"]["storeRequests"]["bindings"]["kafka"]
    assert (binding["topic"], binding["partitions"]) == ("shop.store.requests", 3)


def test_yaml_has_no_anchors_and_keeps_the_order() -> None:
    text = to_yaml(build_document())
    assert "&id" not in text
    assert list(yaml.safe_load(text)) == list(build_document())


def test_the_document_of_the_defaults_hears_no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    before = build_document()
    monkeypatch.setenv("SEMANTIC_CACHE_KAFKA__TOPIC_PREFIX", "elsewhere")
    assert build_document() == before
