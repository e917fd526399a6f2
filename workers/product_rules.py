"""Product rules: from a change of the catalogue to the tags of the answers that it makes untrue. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from schemas.base import MAX_SELECTORS
from schemas.product_change import ProductChange
from workers.cache.rules import Rule
from workers.errors import ConfigurationError
from workers.settings import ProductRule

MAX_TAG_CHARS = 128
"""As in the schema of a store: no entry has a longer tag."""

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_PLAIN = ("product_id", "brand", "category", "change", "previous.brand", "previous.category")
_ATTRIBUTES = "attributes."


@dataclass(frozen=True, slots=True)
class TagRules:
    """The deployment's rules, checked."""

    rules: tuple[ProductRule, ...]

    def __post_init__(self) -> None:
        for number, rule in enumerate(self.rules):
            for template in rule.tags:
                _check(template, number)

    def tags_of(self, change: ProductChange) -> list[str]:
        """The tags that all matching rules name, each once, in the order of the rules."""
        templates = (template for rule in self.rules if _matches(rule, change) for template in rule.tags)
        tags = (_fill(template, change) for template in templates)
        return list(dict.fromkeys(tag for tag in tags if tag is not None))


def coalesce(tagged: Iterable[tuple[str, Sequence[str]]]) -> list[Rule]:
    """Any-of rules for (namespace, tags) pairs: one a namespace, or as few as its tags fit into."""
    by_namespace: dict[str, dict[str, None]] = defaultdict(dict)
    for namespace, tags in tagged:
        by_namespace[namespace].update(dict.fromkeys(tags))
    return [
        Rule(namespace, tags=frozenset(list(tags)[start : start + MAX_SELECTORS]))
        for namespace, tags in by_namespace.items()
        for start in range(0, len(tags), MAX_SELECTORS)
    ]


def _check(template: str, number: int) -> None:
    """A misspelt placeholder would quietly make no tag, and leave stale answers behind."""
    for name in _PLACEHOLDER.findall(template):
        if name not in _PLAIN and not (name.startswith(_ATTRIBUTES) and len(name) > len(_ATTRIBUTES)):
            allowed = ", ".join(f"{{{plain}}}" for plain in _PLAIN)
            where = f"SEMANTIC_CACHE_PRODUCT_CHANGES__RULES: rule {number + 1}, tag {template!r}"
            raise ConfigurationError(f"{where}: {{{name}}} means nothing; there are {allowed} and {{attributes.name}}")


def _matches(rule: ProductRule, change: ProductChange) -> bool:
    if rule.change and change.change not in rule.change:
        return False
    attributes = change.attributes or {}
    return all(name in attributes and attributes[name] == value for name, value in rule.attributes.items())


def _fill(template: str, change: ProductChange) -> str | None:
    """The tag; None if a value is absent, or the tag longer than any entry's could be."""
    values = {name: _value(name, change) for name in _PLACEHOLDER.findall(template)}
    if not all(values.values()):
        return None
    tag = _PLACEHOLDER.sub(lambda match: values[match[1]] or "", template)
    return tag if 0 < len(tag) <= MAX_TAG_CHARS else None


def _value(name: str, change: ProductChange) -> str | None:
    """What a placeholder stands for; None: absent, empty, or nothing that could be part of a tag."""
    found: Any
    if name.startswith(_ATTRIBUTES):
        found = _attribute(change.attributes or {}, name.removeprefix(_ATTRIBUTES))
    elif name.startswith("previous."):
        found = getattr(change.previous, name.removeprefix("previous."), None)
    else:
        found = getattr(change, name)
    if isinstance(found, bool):
        return str(found).lower()
    return str(found) if isinstance(found, (str, int, float)) and found != "" else None


def _attribute(attributes: dict[str, Any], path: str) -> Any:  # noqa: ANN401 - whatever JSON holds
    """By its whole name first, then step by step into objects."""
    if path in attributes:
        return attributes[path]
    first, _, rest = path.partition(".")
    inner = attributes.get(first)
    return _attribute(inner, rest) if rest and isinstance(inner, dict) else None
