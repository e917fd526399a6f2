"""The models' JSON schemas, as components that refer to each other."""

from collections.abc import Iterable
from typing import Any, TypeAlias

from pydantic.json_schema import models_json_schema

from schemas.base import Message

JsonObject: TypeAlias = dict[str, Any]
SCHEMA_ADDRESS = "#/components/schemas/"
_NULL = {"type": "null"}


def payload_schemas(models: Iterable[type[Message]]) -> dict[str, JsonObject]:
    """The schema of each model and of all that they refer to, by name, in alphabetical order.

    Optional fields are described as absent, never as null, since that is how they travel.
    """
    _, document = models_json_schema(
        [(model, "validation") for model in models], ref_template=SCHEMA_ADDRESS + "{model}"
    )
    definitions: dict[str, JsonObject] = document["$defs"]
    return {name: _tidy_model(definitions[name]) for name in sorted(definitions)}


def reference(model: type[Message]) -> JsonObject:
    """A pointer to a model's schema."""
    return {"$ref": SCHEMA_ADDRESS + model.__name__}


def _tidy_model(schema: JsonObject) -> JsonObject:
    result = {key: value for key, value in schema.items() if key != "examples"}  # they stand with the messages
    if "properties" in schema:
        result["properties"] = {name: _tidy(field) for name, field in schema["properties"].items()}
    return {key: result[key] for key in sorted(result, key=_place)}


def _tidy(field: JsonObject) -> JsonObject:
    """One property: no null, no generated title, and nothing beside a `$ref`, where it would be ignored."""
    result = {key: value for key, value in field.items() if key != "title"}
    options = [_tidy(option) for option in result.pop("anyOf", ()) if option != _NULL]
    if result.get("default", ...) is None:
        del result["default"]
    if len(options) == 1:
        result = options[0] | result
    elif options:
        result["anyOf"] = options
    if "items" in result:
        result["items"] = _tidy(result["items"])
    if "$ref" in result and len(result) > 1:
        result = {"allOf": [{"$ref": result.pop("$ref")}], **result}
    return {key: result[key] for key in sorted(result, key=_place)}


_ORDER = ("title", "description", "type", "enum", "const", "required", "allOf", "anyOf", "properties", "items")


def _place(key: str) -> tuple[int, str]:
    """What a reader asks first comes first."""
    return (_ORDER.index(key) if key in _ORDER else len(_ORDER), key)
