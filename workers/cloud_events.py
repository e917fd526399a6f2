"""CloudEvents 1.0 over Kafka, as far as a product change needs them: structured and binary content mode.

See the CloudEvents specification 1.0.2 and its Kafka protocol binding. An envelope may fill what its data leaves out:
`id` stands in for `event_id`, `time` for `occurred_at`.
"""

from base64 import b64decode
from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from aiokafka import ConsumerRecord
from pydantic import TypeAdapter

from schemas.product_change import ProductChange
from workers.kafka.rejection import RejectedError, invalid

CONTENT_TYPE = "content-type"
STRUCTURED_TYPE = "application/cloudevents+json"
ANY_CLOUD_EVENT = "application/cloudevents"
ATTRIBUTE_PREFIX = "ce_"
SPEC_VERSION = "1.0"
REQUIRED = ("id", "source", "type")

_plain = TypeAdapter(ProductChange)


def read_product_change(record: ConsumerRecord) -> ProductChange:
    """The change in a record: plain, or as the data of a CloudEvent in either mode.

    Raises:
        RejectedError, ValidationError: neither.
    """
    value: bytes = record.value or b""
    headers = _text_headers(record.headers)
    content_type = headers.get(CONTENT_TYPE, "").partition(";")[0].strip().lower()
    if content_type == STRUCTURED_TYPE:
        return _of_event(_object(value))
    if content_type.startswith(ANY_CLOUD_EVENT):
        raise RejectedError(invalid(f"{CONTENT_TYPE}: {content_type} is not read here; send {STRUCTURED_TYPE}"))
    if f"{ATTRIBUTE_PREFIX}specversion" in headers:
        attributes = {
            name.removeprefix(ATTRIBUTE_PREFIX): text
            for name, text in headers.items()
            if name.startswith(ATTRIBUTE_PREFIX)
        }
        return _of_data(_object(value), attributes)
    if b'"specversion"' in value and "specversion" in (content := _object(value)):
        return _of_event(content)
    return _plain.validate_json(value)


def _of_event(event: dict[str, Any]) -> ProductChange:
    """Structured mode: attributes and data in one object."""
    encoded = event.get("data_base64")
    data = event.get("data") if encoded is None else _object(_decoded(encoded))
    if not isinstance(data, dict):
        raise RejectedError(invalid("data: must be a JSON object, the product change"))
    return _of_data(data, event)


def _of_data(data: dict[str, Any], attributes: Mapping[str, Any]) -> ProductChange:
    if attributes.get("specversion") != SPEC_VERSION:
        raise RejectedError(invalid(f"specversion: must be {SPEC_VERSION}"))
    for name in REQUIRED:
        if not isinstance(attributes.get(name), str) or not attributes[name]:
            raise RejectedError(invalid(f"{name}: a CloudEvent must have one"))
    filled = {"event_id": attributes["id"]}
    if "time" in attributes:
        filled["occurred_at"] = attributes["time"]
    return _plain.validate_json(orjson.dumps(filled | data))


def _text_headers(headers: Iterable[tuple[str, bytes | None]]) -> dict[str, str]:
    """Headers that are text; what is not is none of ours."""
    return {name: value.decode(errors="replace") for name, value in headers if value is not None}


def _object(value: bytes) -> dict[str, Any]:
    try:
        content = orjson.loads(value)
    except orjson.JSONDecodeError as exc:
        raise RejectedError(invalid(f"the value is not JSON: {exc}")) from exc
    if not isinstance(content, dict):
        raise RejectedError(invalid("the value: must be a JSON object"))
    return content


def _decoded(text: object) -> bytes:
    try:
        return b64decode(str(text), validate=True)
    except ValueError as exc:
        raise RejectedError(invalid("data_base64: not base64")) from exc
