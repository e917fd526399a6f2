"""asyncapi.yaml says what the code says, and says it in valid AsyncAPI."""

import shutil
import subprocess
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from schemas import DeadLetterHeader, Header, Topics
from workers.asyncapi import build_document, to_yaml
from workers.asyncapi.channels import CHANNELS
from workers.asyncapi.messages import MessageSpec
from workers.settings import KafkaConfig, Settings

ROOT = Path(__file__).parents[2]
CHECK = Path(__file__).parent / "asyncapi"
REGENERATE = "asyncapi.yaml is not what the code says; regenerate it: python -m workers.asyncapi > asyncapi.yaml"

DOCUMENT = build_document()
CONTRACT_TOPICS = {
    "semantic-cache.lookup.requests",
    "semantic-cache.lookup.results",
    "semantic-cache.store.requests",
    "semantic-cache.store.results",
    "semantic-cache.invalidation.requests",
    "semantic-cache.invalidation.results",
    "semantic-cache.product-changes",
    "semantic-cache.feedback",
    "semantic-cache.refresh.requests",
    "semantic-cache.coherence",
    "semantic-cache.dead-letters",
}


@pytest.fixture(scope="module")
def parser() -> Path:
    """The official parser, installed from the lock file where it is not yet."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("the official AsyncAPI parser needs Node.js")
    if not (CHECK / "node_modules" / "@asyncapi" / "parser").is_dir():
        subprocess.run([npm, "ci", "--silent"], cwd=CHECK, check=True, timeout=110)
    return CHECK / "validate.mjs"


def judge(parser: Path, text: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["node", parser, "-"], input=text, capture_output=True, text=True, timeout=60, check=False, cwd=CHECK
    )


def test_the_committed_document_is_what_the_code_says() -> None:
    assert (ROOT / "asyncapi.yaml").read_text("utf-8") == to_yaml(DOCUMENT), REGENERATE


def test_the_yaml_means_the_document() -> None:
    assert yaml.safe_load(to_yaml(DOCUMENT)) == DOCUMENT


def test_the_official_parser_accepts_it(parser: Path) -> None:
    verdict = judge(parser, to_yaml(DOCUMENT))
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr
    assert verdict.stdout.splitlines()[-1].startswith("valid AsyncAPI 3.0.0: 14 channels")


@pytest.mark.parametrize(
    ("security", "server"),
    [
        ({"protocol": "SASL_SSL", "sasl_mechanism": "SCRAM-SHA-512"}, ("kafka-secure", "scramSha512")),
        ({"protocol": "SASL_PLAINTEXT", "sasl_mechanism": "PLAIN"}, ("kafka", "plain")),
        ({"protocol": "SSL", "certificate_file": __file__}, ("kafka-secure", "X509")),
    ],
)
def test_it_says_how_a_secured_kafka_is_signed_in_to(
    parser: Path, security: dict[str, str], server: tuple[str, str]
) -> None:
    user = {"username": "shop", "password": "not-for-the-page"} if "sasl_mechanism" in security else {}
    document = build_document(Settings(kafka=KafkaConfig.model_validate({"security": security | user})))
    (shown,) = document["servers"].values()
    assert (shown["protocol"], shown["security"][0]["type"]) == server
    assert "not-for-the-page" not in to_yaml(document)
    verdict = judge(parser, to_yaml(document))
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("components", "messages", "LookupRequest", "examples", 0, "payload", "prompt"), 7),
        (("components", "schemas", "StoreRequest", "properties", "prompt", "maxLength"), 3),
        (("operations", "receiveLookup", "channel", "$ref"), "#/channels/nowhere"),
        (("channels", "coherence", "bindings", "kafka", "partitions"), 0),
        (("components", "messages", "LookupResult", "correlationId", "location"), "in the header"),
    ],
)
def test_the_official_parser_would_object(parser: Path, path: tuple[str | int, ...], value: object) -> None:
    document = yaml.safe_load(to_yaml(DOCUMENT))
    place: Any = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    assert judge(parser, yaml.safe_dump(document)).returncode == 1


def test_every_topic_of_the_contract_is_a_channel() -> None:
    addresses = {channel["address"] for channel in DOCUMENT["channels"].values()} - {None}
    assert addresses == CONTRACT_TOPICS
    assert is_dataclass(Topics)
    derived = {name for name in dir(Topics) if not name.startswith("_")} - {field.name for field in fields(Topics)}
    assert len(derived) == len(CHANNELS), "a topic of schemas.topics has no channel"


@pytest.mark.parametrize("name", ["lookup", "store", "invalidation"])
def test_requests_say_where_their_reply_goes_and_what_ties_it_to_them(name: str) -> None:
    operation = DOCUMENT["operations"][f"receive{name.capitalize()}"]
    reply = operation["reply"]
    assert reply["address"]["location"] == "$message.header#/reply_to"
    assert DOCUMENT["channels"][f"{name}Replies"]["address"] is None, "AsyncAPI: an address of its own or a dynamic one"
    request = DOCUMENT["components"]["messages"][f"{name.capitalize()}Request"]
    result = DOCUMENT["components"]["messages"][f"{name.capitalize()}Result"]
    assert set(request["headers"]["properties"]) == {header.value for header in Header}
    for message in (request, result):
        assert message["correlationId"]["location"] == "$message.header#/correlation_id"


def test_dead_letters_describe_all_their_headers() -> None:
    headers = DOCUMENT["components"]["messages"]["DeadLetter"]["headers"]
    assert set(headers["properties"]) == {header.value for header in DeadLetterHeader}


def test_the_broadcast_has_one_partition_and_no_group() -> None:
    assert DOCUMENT["channels"]["coherence"]["bindings"]["kafka"]["partitions"] == 1
    assert "bindings" not in DOCUMENT["operations"]["followCoherence"]
    grouped = DOCUMENT["operations"]["receiveLookup"]["bindings"]["kafka"]["groupId"]["enum"]
    assert grouped == ["semantic-cache-workers.lookup.requests"]


def test_product_changes_come_in_three_encodings() -> None:
    messages = DOCUMENT["components"]["messages"]
    assert set(DOCUMENT["channels"]["productChanges"]["messages"]) == {
        "ProductChange",
        "ProductChangeStructured",
        "ProductChangeBinary",
    }
    assert messages["ProductChangeStructured"]["contentType"] == "application/cloudevents+json"
    binary = messages["ProductChangeBinary"]
    assert {"ce_specversion", "ce_id", "ce_source", "ce_type"} == set(binary["headers"]["required"])


def test_every_field_of_every_message_is_described() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    for name, schema in schemas.items():
        for field, content in schema.get("properties", {}).items():
            target = schemas[content["$ref"].rpartition("/")[2]] if "$ref" in content else content
            assert target.get("description"), f"{name}.{field} has no description"


@pytest.mark.parametrize("spec", [m for c in CHANNELS for m in c.messages if m.model], ids=lambda spec: spec.name)
def test_every_message_has_examples_that_its_model_takes(spec: MessageSpec) -> None:
    assert spec.model is not None
    assert spec.examples
    for example in spec.examples:
        assert spec.model.model_validate(example)
