"""A question: a Lookup with its keys worked out, once."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from workers.cache.config import CacheConfig
from workers.cache.keys import NO_CONTEXT, context_key, entry_id
from workers.cache.lookup import Asked
from workers.cache.ports import Address
from workers.cache.tokens import Token

PERSONA_FIELD = "user_persona"
REMEMBERED_CONTEXTS = 4096
"""Contexts whose keys are not hashed again: a conversation asks more than once."""
MOST_REMEMBERED_PROMPTS = 16_384
"""Prompts whose ids are not hashed again: as many as L1 may hold, and no more than this."""
LONGEST_REMEMBERED = 512
"""Characters; longer prompts are hashed each time, so that they are not held twice."""


@dataclass(slots=True)
class Question:
    """What to look for."""

    lookup: Asked
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
        context = self.lookup.context
        return context.get(PERSONA_FIELD) if context else None


class Questioner:
    """Turns lookups into questions by the deployment's rules of context."""

    def __init__(self, config: CacheConfig) -> None:
        self._fields = frozenset(config.context_fields)
        self._hashing = config.enable_context_hashing
        self._remembered = lru_cache(maxsize=REMEMBERED_CONTEXTS)(self._work_out)
        self._remembered_id = lru_cache(maxsize=min(config.l1.max_size, MOST_REMEMBERED_PROMPTS))(entry_id)

    def context_key(self, context: Mapping[str, str] | None) -> str:
        """The context as a key; unknown fields are an InvalidRequestError even where contexts share answers."""
        return self._remembered(tuple(context.items())) if context else NO_CONTEXT

    @property
    def remembered(self) -> int:
        """Prompts whose ids are remembered."""
        return self._remembered_id.cache_info().currsize

    def _work_out(self, context: tuple[tuple[str, str], ...]) -> str:
        key = context_key(dict(context), self._fields)
        return key if self._hashing else NO_CONTEXT

    def ask(self, lookup: Asked) -> Question:
        """Work out the keys.

        Raises:
            InvalidRequestError: for an unknown context field or a token that is none.
        """
        context = self.context_key(lookup.context) if lookup.context else NO_CONTEXT
        token = Token.decode(lookup.after) if lookup.after is not None else None
        make_id = self._remembered_id if len(lookup.prompt) <= LONGEST_REMEMBERED else entry_id
        return Question(lookup, context, make_id(lookup.namespace, context, lookup.prompt), token)
