"""All settings as Markdown, from the models themselves: `python -m workers.settings_table > docs/SETTINGS.md`."""

import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Any, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt, MaxLen, MinLen
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from workers.cache.config import Config
from workers.settings import ENV_PREFIX, Settings

_PREAMBLE = """\
# Settings

<!-- Generated: python -m workers.settings_table > docs/SETTINGS.md -->

Settings come from the environment. All are read and checked once, at the start; a wrong or misspelt one stops the
start with a sentence that names it. Lists and objects are JSON.
"""
_GENERAL = "General"


@dataclass(frozen=True, slots=True)
class Setting:
    """One variable."""

    name: str
    group: str
    """The first line of the group's docstring."""
    default: str
    limits: str
    meaning: str


def all_settings() -> list[Setting]:
    """Every variable that a worker reads, in the order of the model; those of no group first."""
    found = list(_settings_of(Settings, ENV_PREFIX, _GENERAL))
    return [s for s in found if s.group == _GENERAL] + [s for s in found if s.group != _GENERAL]


def settings_table(settings: Iterable[Setting], *, with_limits: bool = True) -> str:
    """A Markdown table."""
    heads = ["Variable", "Default", *(["Limits"] if with_limits else []), "Meaning"]
    lines = [f"| {' | '.join(heads)} |", "|" + " --- |" * len(heads)]
    for setting in settings:
        cells = [f"`{setting.name}`", setting.default, *([setting.limits] if with_limits else []), setting.meaning]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def settings_document() -> str:
    """The whole of docs/SETTINGS.md."""
    settings = all_settings()
    groups = dict.fromkeys(setting.group for setting in settings)
    tables = (f"## {group}\n\n{settings_table(s for s in settings if s.group == group)}" for group in groups)
    return "\n".join((_PREAMBLE, *tables))


def _settings_of(model: type[BaseModel], prefix: str, group: str) -> Iterable[Setting]:
    for name, field in model.model_fields.items():
        full = prefix + name.upper()
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, Config):
            heading = (kind.__doc__ or name).strip().splitlines()[0].rstrip(".")
            yield from _settings_of(kind, f"{full}__", f"{name}: {heading}")
        else:
            yield Setting(full, group, _default(field), "; ".join(_limits(field)), _meaning(field))


def _meaning(field: FieldInfo) -> str:
    return " ".join((field.description or "").split()).replace("|", "\\|")


def _default(field: FieldInfo) -> str:
    value = field.get_default(call_default_factory=True, validated_data={})
    if value is PydanticUndefined or value is None or value == "":
        return "–"
    if isinstance(value, SecretStr):
        return f"`{value.get_secret_value()}`"
    return (
        f"`{json.dumps(_plain(value), ensure_ascii=False)}`".replace('`"', "`").replace('"`', "`").replace("|", "\\|")
    )


def _plain(value: object) -> object:
    """A default as JSON would say it; what a nested model leaves at its own defaults is left out."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", exclude_defaults=True)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value.value if isinstance(value, Enum) else value


def _limits(field: FieldInfo) -> Iterable[str]:
    kind = field.annotation
    if isinstance(kind, type) and issubclass(kind, Enum):
        yield ", ".join(f"`{item.value}`" for item in kind)
    low: Any = None
    high: Any = None
    for limit in (*field.metadata, *_annotations(kind)):
        low = limit.ge if isinstance(limit, Ge) else limit.min_length if isinstance(limit, MinLen) else low
        high = limit.le if isinstance(limit, Le) else limit.max_length if isinstance(limit, MaxLen) else high
        if isinstance(limit, Gt):
            yield f"> {limit.gt}"
        if isinstance(limit, Lt):
            yield f"< {limit.lt}"
        if pattern := getattr(limit, "pattern", None):
            yield f"`{pattern}`".replace("|", "\\|")
    unit = " items" if get_origin(kind) is tuple else " characters" if kind is str else ""
    if low is not None and high is not None:
        yield f"{low:,} – {high:,}{unit}"
    elif low is not None:
        yield f"≥ {low:,}{unit}"
    elif high is not None:
        yield f"≤ {high:,}{unit}"


def _annotations(kind: object) -> tuple[Any, ...]:
    """Limits inside an optional annotation."""
    return tuple(limit for part in get_args(kind) if get_origin(part) is Annotated for limit in get_args(part)[1:])


if __name__ == "__main__":
    sys.stdout.write(settings_document())
