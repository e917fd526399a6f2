"""Keys: equal questions of one namespace and context meet, all others stay apart."""

import unicodedata
from collections.abc import Mapping
from hashlib import blake2b

from workers.errors import InvalidRequestError

NO_CONTEXT = "-"


def normalise(prompt: str) -> str:
    """NFC, trimmed, white space folded to single blanks: nothing that could merge two meanings."""
    return " ".join(unicodedata.normalize("NFC", prompt).split())


def digest(*parts: str, size: int = 16) -> str:
    """BLAKE2b over length-prefixed UTF-8 parts, in hex (two digits a byte): no two lists of parts collide."""
    hasher = blake2b(digest_size=size)
    for part in parts:
        data = part.encode()
        hasher.update(len(data).to_bytes(8, "big") + data)
    return hasher.hexdigest()


def context_key(context: Mapping[str, str] | None, fields: frozenset[str]) -> str:
    """The context as a key: the configured fields that are present, sorted, each length-prefixed.

    Raises:
        InvalidRequestError: for a field that is not configured; ignoring it would mix answers.
    """
    if not context:
        return NO_CONTEXT
    unknown = context.keys() - fields
    if unknown:
        allowed = ", ".join(sorted(fields)) or "none"
        raise InvalidRequestError(f"context.{min(unknown)}: not a configured context field (allowed: {allowed})")
    return digest(*(part for name in sorted(context) for part in (name, context[name])), size=8)


def entry_id(namespace: str, context: str, prompt: str) -> str:
    """The entry's id: BLAKE2b-128 of namespace, context key and normalised prompt, 32 hex digits."""
    return digest(namespace, context, normalise(prompt))
