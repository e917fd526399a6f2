"""The fields of a JSON schema in words: for the page and for the Markdown of the contract."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from workers.asyncapi.payloads import SCHEMA_ADDRESS, JsonObject

_RANGES = (
    ("minLength", "maxLength", " characters"),
    ("minItems", "maxItems", " items"),
    ("minProperties", "maxProperties", " fields"),
    ("minimum", "maximum", ""),
)


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One field. Texts may hold `code` in backticks."""

    name: str
    is_required: bool
    kind: str
    """The type in words."""
    refers_to: str | None
    """The schema that `kind` ends with, where that has fields of its own."""
    meaning: str
    limits: str


def field_rows(schema: JsonObject, schemas: dict[str, JsonObject]) -> list[FieldRow]:
    """The properties of an object's schema, in their order."""
    required = set(schema.get("required", ()))
    return [_row(name, field, schemas, is_required=name in required) for name, field in schema["properties"].items()]


def words_of(schema: JsonObject) -> str:
    """The words of an enumeration."""
    return " ".join(f"`{value}`" for value in schema["enum"])


def _row(name: str, field: JsonObject, schemas: dict[str, JsonObject], *, is_required: bool) -> FieldRow:
    referred = _referred(field)
    target = schemas[referred] if referred else field
    kind, refers_to = _kind(field, schemas)
    meaning = field.get("description") or target.get("description", "")
    return FieldRow(name, is_required, kind, refers_to, meaning, " · ".join(_limits(field, target)))


def _kind(field: JsonObject, schemas: dict[str, JsonObject]) -> tuple[str, str | None]:
    if field.get("type") == "array":
        kind, refers_to = _kind(field["items"], schemas)
        return f"list of {kind}", refers_to
    name = _referred(field)
    if name:
        return ("word", None) if "enum" in schemas[name] else (name, name)
    if "format" in field:
        return f"{field['type']}, {field['format']}", None
    return str(field.get("type", "any")), None


def _limits(field: JsonObject, target: JsonObject) -> Iterable[str]:
    if "exclusiveMinimum" in field:
        yield f"more than {field['exclusiveMinimum']:,}"
    for low, high, unit in _RANGES:
        if low in field or high in field:
            yield _range(field.get(low), field.get(high)) + unit
    if "pattern" in field:
        yield f"matches `{field['pattern']}`"
    if "enum" in target:
        yield "one of " + words_of(target)
    if "const" in field:
        yield f"always `{json.dumps(field['const'])}`"
    if "default" in field:
        yield f"default `{json.dumps(field['default'], ensure_ascii=False)}`"


def _range(low: float | None, high: float | None) -> str:
    if low is None:
        return f"at most {high:,}"
    return f"at least {low:,}" if high is None else f"{low:,} to {high:,}"


def _referred(field: JsonObject) -> str | None:
    address = field.get("$ref") or next((part["$ref"] for part in field.get("allOf", ()) if "$ref" in part), None)
    return str(address).removeprefix(SCHEMA_ADDRESS) if address else None
