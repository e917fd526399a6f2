"""Tables of fields, as HTML."""

from html import escape

from workers.asyncapi.fields import FieldRow, field_rows
from workers.asyncapi.markup import inline, link
from workers.asyncapi.payloads import JsonObject


def field_table(schema: JsonObject, schemas: dict[str, JsonObject]) -> str:
    """A row a property: name, type, what it means and its limits."""
    rows = "".join(_html(row) for row in field_rows(schema, schemas))
    return (
        '<div class="scroll"><table><thead><tr><th>Field</th><th>Type</th><th>Meaning</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _html(row: FieldRow) -> str:
    mark = '<span class="required">required</span>' if row.is_required else ""
    limits = f'<div class="limits">{inline(row.limits)}</div>' if row.limits else ""
    kind = escape(row.kind)
    if row.refers_to:
        kind = escape(row.kind.removesuffix(row.refers_to)) + link(f"schema-{row.refers_to}", row.refers_to)
    return (
        f"<tr><td><code>{escape(row.name)}</code>{mark}</td><td>{kind}</td><td>{inline(row.meaning)}{limits}</td></tr>"
    )
