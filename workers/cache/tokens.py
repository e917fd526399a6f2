"""Tokens: a place in the coherence log that a caller can hand on, without knowing what it is."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from dataclasses import dataclass
from typing import Self

from schemas.base import MAX_SAFE_INTEGER
from workers.cache.rules import PlacedRule
from workers.errors import InvalidRequestError

_FORM = re.compile(r"1\.(\d{1,16})\.(\d{1,16})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Token:
    """The position after one rule, and that rule's broker time, by which a token of another log is known."""

    position: int
    timestamp_ms: int

    @classmethod
    def of(cls, placed: PlacedRule) -> Self:
        """The token that an acknowledged rule is answered with."""
        return cls(placed.offset + 1, placed.timestamp_ms)

    def encode(self) -> str:
        """URL-safe text."""
        return urlsafe_b64encode(f"1.{self.position}.{self.timestamp_ms}".encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str) -> Self:
        """The token that `encode` made.

        Raises:
            InvalidRequestError: for anything else.
        """
        try:
            plain = urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii")
        except (Base64Error, ValueError):
            plain = ""
        match = _FORM.fullmatch(plain)
        if match is None or int(match[1]) > MAX_SAFE_INTEGER or int(match[1]) == 0:
            raise InvalidRequestError("after: not a token; use one from an InvalidationResult, unchanged")
        return cls(int(match[1]), int(match[2]))
