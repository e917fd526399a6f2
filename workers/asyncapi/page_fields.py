"""Tables of fields, from JSON schemas."""

import json
from collections.abc import Iterable
from html import escape

from workers.asyncapi.markup import inline, link
from workers.asyncapi.payloads import SCHEMA_ADDRESS, JsonObject

_RANGES = (
    ("minLength", "maxLength", " characters"),
    ("minItems", "maxItems", " items"),
    ("minProperties", "maxProperties", " fields"),
    ("minimum", "maximum", ""),
)


def field_table(schema: JsonObject, schemas: dict[str, JsonObject]) -> str:
    """A row a property: name, type, what it means and its limits."""
    required = set(schema.get("required", ()))
    rows = [_row(name, field, schemas, is_required=name in required) for name, field in schema["properties"].items()]
    return (
        '<div class="scroll"><table><thead><tr><th>Field</th><th>Type</th><th>Meaning</th></tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def enum_values(schema: JsonObject) -> str:
    """The words of an enumeration."""
    return " ".join(f"<code>{escape(str(value))}</code>" for value in schema["enum"])


def _row(name: str, field: JsonObject, schemas: dict[str, JsonObject], *, is_required: bool) -> str:
    mark = '<span class="required">required</span>' if is_required else ""
    target = _target(field, schemas)
    meaning = field.get("description") or target.get("description", "")
    notes = " · ".join(_notes(field, target))
    small = f'<div class="limits">{notes}</div>' if notes else ""
    return (
        f"<tr><td><code>{escape(name)}</code>{mark}</td><td>{_type(field, schemas)}</td>"
        f"<td>{inline(meaning)}{small}</td></tr>"
    )


def _notes(field: JsonObject, target: JsonObject) -> Iterable[str]:
    if "exclusiveMinimum" in field:
        yield f"more than {field['exclusiveMinimum']:,}"
    for low, high, unit in _RANGES:
        if low in field or high in field:
            yield _range(field.get(low), field.get(high)) + unit
    if "pattern" in field:
        yield f"matches <code>{escape(field['pattern'])}</code>"
    if "enum" in target:
        yield "one of " + enum_values(target)
    if "const" in field:
        yield f"always <code>{escape(json.dumps(field['const']))}</code>"
    if "default" in field:
        yield f"default <code>{escape(json.dumps(field['default'], ensure_ascii=False))}</code>"


def _range(low: float | None, high: float | None) -> str:
    if low is None:
        return f"at most {high:,}"
    return f"at least {low:,}" if high is None else f"{low:,} to {high:,}"


def _type(field: JsonObject, schemas: dict[str, JsonObject]) -> str:
    """The type in words, with a link where it is a schema of its own."""
    if field.get("type") == "array":
        return f"list of {_type(field['items'], schemas)}"
    name = _referred(field)
    if name and "enum" not in schemas[name]:
        return link(f"schema-{name}", name)
    if name:
        return "word"
    if "format" in field:
        return escape(f"{field['type']}, {field['format']}")
    return escape(str(field.get("type", "any")))


def _target(field: JsonObject, schemas: dict[str, JsonObject]) -> JsonObject:
    name = _referred(field)
    return schemas[name] if name else field


def _referred(field: JsonObject) -> str | None:
    address = field.get("$ref") or next((part["$ref"] for part in field.get("allOf", ()) if "$ref" in part), None)
    return str(address).removeprefix(SCHEMA_ADDRESS) if address else None
