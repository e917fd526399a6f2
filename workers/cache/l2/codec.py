"""An entry to the fields of its hash, and back."""

import math
from collections.abc import Sequence

import orjson

from workers.cache.entry import Entry
from workers.cache.l2.redis_commands import Argument, Field, Keys, namespace_token, scope_token, tokens_of
from workers.cache.ports import Address, Vector

HOUR_MS = 3_600_000


def keys_of_store(keys: Keys, entry: Entry) -> tuple[str, ...]:
    """The keys of `store.lua`."""
    namespace, entry_id = entry.namespace, entry.entry_id
    return (
        keys.entry(namespace, entry_id),
        keys.vector(namespace, entry_id),
        keys.lease(Address(namespace, entry_id)),
        keys.unannounced(namespace, entry_id),
        keys.rules(namespace),
        keys.all_of(namespace),
        keys.meta(namespace),
    )


def arguments_of_store(keys: Keys, entry: Entry, vector: Vector) -> tuple[Argument, ...]:
    """The arguments of `store.lua`."""
    kept_until = milliseconds(entry.kept_until)
    return (
        entry.entry_id,
        entry.fence,
        kept_until,
        entry.version,
        entry.ordered_ms,
        tokens_of(entry.tags),
        keys.fingerprint,
        # Rounded up to the hour, so that not every store has to raise it.
        (kept_until // HOUR_MS + 1) * HOUR_MS,
        scope_token(entry.namespace, entry.context_key),
        vector.astype("<f4").tobytes(),
        entry.prompt,
        *(Field.NAMESPACE, namespace_token(entry.namespace)),
        *(Field.RESPONSE, entry.response),
        *(Field.HEAD, _head(entry)),
        *(Field.METADATA, entry.metadata or ""),
    )


def decode_entry(address: Address, fields: Sequence[bytes]) -> Entry:
    """The entry from its fields, in the order of FETCHED_FIELDS."""
    response, prompt, fence, version, ordered, head, metadata = fields
    values = orjson.loads(head)
    return Entry(
        entry_id=address.entry_id,
        namespace=address.namespace,
        context_key=values["context_key"],
        prompt=prompt.decode(),
        response=response.decode(),
        fence=int(fence),
        created_at=values["created_at"],
        expires_at=values["expires_at"],
        tags=tuple(values["tags"]),
        metadata=metadata.decode() if metadata else None,
        stale_until=values["stale_until"],
        ordered_ms=int(ordered),
        version=version.decode(),
    )


def milliseconds(seconds: float) -> int:
    """Unix time in seconds to whole milliseconds, never earlier."""
    return math.ceil(seconds * 1000)


def _head(entry: Entry) -> bytes:
    return orjson.dumps(
        {
            "context_key": entry.context_key,
            "created_at": entry.created_at,
            "expires_at": entry.expires_at,
            "stale_until": entry.stale_until,
            "tags": entry.tags,
        }
    )
