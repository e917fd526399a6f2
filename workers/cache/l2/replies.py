"""What the query engine says, read: maps of RESP3."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from workers.cache.l2.redis_commands import DISTANCE, Field
from workers.cache.ports import Neighbour
from workers.errors import StoreTimeoutError, StoreUnavailableError

FIELD_PROMPT = Field.PROMPT.encode()
FIELD_DISTANCE = DISTANCE.encode()


@dataclass(frozen=True, slots=True)
class IndexState:
    """What FT.INFO says of an index."""

    is_complete: bool
    """Everything that is stored can be found; false while it is being built, and after it gave up building."""
    documents: int
    prefixes: tuple[str, ...]
    attributes: dict[str, dict[str, str]]
    """By name; the engine's own words, values as text."""


def read_index_state(reply: dict[bytes, Any]) -> IndexState:
    """FT.INFO. Engines differ in what they add, so only what is needed is read."""
    errors = _as_map(reply.get(b"Index Errors") or {})
    has_given_up = _text(errors.get(b"background indexing status", b"OK")) != "OK"
    is_building = int(reply.get(b"indexing", 0)) != 0 or float(reply.get(b"percent_indexed", 1)) < 1
    definition = _as_map(reply.get(b"index_definition") or {})
    attributes = (_as_map(each) for each in reply.get(b"attributes", []))
    return IndexState(
        is_complete=not is_building and not has_given_up,
        documents=int(float(reply.get(b"num_docs", 0))),
        prefixes=tuple(_text(prefix) for prefix in definition.get(b"prefixes", [])),
        attributes={
            _text(each[b"attribute"]): {_text(name): _text(value) for name, value in each.items()}
            for each in attributes
        },
    )


def rows(reply: dict[bytes, Any]) -> list[dict[bytes, Any]]:
    """The rows of FT.SEARCH or FT.AGGREGATE.

    Raises:
        StoreTimeoutError, StoreUnavailableError: they are not all; a part is never taken for the whole.
    """
    if warnings := reply.get(b"warning"):
        words = "; ".join(_text(warning) for warning in warnings)
        kind = StoreTimeoutError if "timeout" in words.lower() else StoreUnavailableError
        raise kind(f"Redis' query engine gave a part of the answer only: {words}")
    found: list[dict[bytes, Any]] = reply[b"results"]
    return found


def read_keys(reply: dict[bytes, Any]) -> list[bytes]:
    """The keys that `find_keys` found; one that expired on the way is left out."""
    attributes = (row.get(b"extra_attributes") for row in rows(reply))
    return [key for each in attributes if each and (key := each.get(b"__key"))]


def read_count(reply: dict[bytes, Any]) -> int:
    """What `count_matches` counted."""
    rows(reply)
    return int(reply[b"total_results"])


def read_neighbours(reply: dict[bytes, Any], key_prefix: bytes) -> list[Neighbour]:
    """The neighbours, nearest first. A null document has expired; a key of another namespace cannot be meant."""
    return list(_neighbours(rows(reply), key_prefix))


def _neighbours(found: list[dict[bytes, Any]], key_prefix: bytes) -> Iterator[Neighbour]:
    for row in found:
        fields, key = row.get(b"extra_attributes"), row[b"id"]
        if fields and FIELD_PROMPT in fields and key.startswith(key_prefix):
            similarity = 1.0 - float(fields[FIELD_DISTANCE])
            yield Neighbour(key[len(key_prefix) :].decode(), fields[FIELD_PROMPT].decode(), similarity)


def _as_map(value: Any) -> dict[bytes, Any]:  # noqa: ANN401 - engines say the same as a map or as a flat list
    return value if isinstance(value, dict) else dict(zip(value[::2], value[1::2], strict=True))


def _text(value: Any) -> str:  # noqa: ANN401 - bytes, numbers and lists
    return value.decode() if isinstance(value, bytes) else str(value)
