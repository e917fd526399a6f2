"""Writes what is generated: asyncapi.yaml, docs/SETTINGS.md, and the tables inside README.md and docs/CONTRACT.md."""

import re
from collections.abc import Callable
from pathlib import Path

from workers.asyncapi import build_document, to_yaml
from workers.asyncapi.fields import field_rows
from workers.settings_table import all_settings, settings_document, settings_table

ROOT = Path(__file__).parents[1]
DOCUMENT = build_document()


def generated(root: Path = ROOT) -> dict[Path, str]:
    """Each generated file and what it must hold."""
    readme, contract = root / "README.md", root / "docs" / "CONTRACT.md"
    return {
        root / "asyncapi.yaml": to_yaml(DOCUMENT),
        root / "docs" / "SETTINGS.md": settings_document(),
        readme: filled(
            readme.read_text("utf-8"), "settings", lambda _: settings_table(all_settings(), with_limits=False)
        ),
        contract: filled(contract.read_text("utf-8"), "fields", fields_table),
    }


def filled(text: str, kind: str, content: Callable[[str], str]) -> str:
    """The text with everything between `<!-- kind name -->` and `<!-- /kind -->` written anew."""
    places = re.compile(rf"(<!-- {kind} ?(\w*) -->\n).*?(<!-- /{kind} -->)", re.DOTALL)
    return places.sub(lambda place: f"{place[1]}\n{content(place[2])}\n{place[3]}", text)


def fields_table(schema: str) -> str:
    """The fields of one message as Markdown."""
    schemas = DOCUMENT["components"]["schemas"]
    lines = ["| Field | Type | Meaning |", "| --- | --- | --- |"]
    for row in field_rows(schemas[schema], schemas):
        limits = f" *{row.limits}*" if row.limits else ""
        name = f"`{row.name}`" + (" (required)" if row.is_required else "")
        lines.append(f"| {name} | {row.kind} | {row.meaning}{limits} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    for path, text in generated().items():
        path.write_text(text, "utf-8")
