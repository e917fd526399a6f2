"""A question: a Lookup with its keys worked out, once."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from workers.cache.config import CacheConfig
from workers.cache.keys import NO_CONTEXT, context_key, entry_id
from workers.cache.lookup import Lookup
from workers.cache.ports import Address
from workers.cache.tokens import Token

PERSONA_FIELD = "user_persona"
REMEMBERED_CONTEXTS = 4096
"""Contexts whose keys are not hashed again: a conversation asks more than once."""


@dataclass(slots=True)
class Question:
    """What to look for."""

    lookup: Lookup
    context_key: str
    entry_id: str
    token: Token | None

    @property
    def address(self) -> Address:
        """Where an exact match would be."""
        return Address(self.lookup.namespace, self.entry_id)

    @property
    def persona(self) -> str | None:
        """For counting only."""
        return self.lookup.context.get(PERSONA_FIELD) if self.lookup.context else None


class Questioner:
    """Turns lookups into questions by the deployment's rules of context."""

    def __init__(self, config: CacheConfig) -> None:
        self._fields = frozenset(config.context_fields)
        self._hashing = config.enable_context_hashing
        self._remembered = lru_cache(maxsize=REMEMBERED_CONTEXTS)(self._work_out)

    def context_key(self, context: Mapping[str, str] | None) -> str:
        """The context as a key; unknown fields are an InvalidRequestError even where contexts share answers."""
        return self._remembered(tuple(context.items())) if context else NO_CONTEXT

    def _work_out(self, context: tuple[tuple[str, str], ...]) -> str:
        key = context_key(dict(context), self._fields)
        return key if self._hashing else NO_CONTEXT

    def ask(self, lookup: Lookup) -> Question:
        """Work out the keys.

        Raises:
            InvalidRequestError: for an unknown context field or a token that is none.
        """
        context = self.context_key(lookup.context) if lookup.context else NO_CONTEXT
        token = Token.decode(lookup.after) if lookup.after is not None else None
        return Question(lookup, context, entry_id(lookup.namespace, context, lookup.prompt), token)
