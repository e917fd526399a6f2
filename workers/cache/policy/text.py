"""Reading a question: Unicode form, white space, words."""

from __future__ import annotations

import unicodedata


def normalise(text: str) -> str:
    """NFC, trimmed, white space folded to single blanks; nothing that could merge two meanings."""
    return " ".join((text if text.isascii() else unicodedata.normalize("NFC", text)).split())


def same_text(one: str, other: str) -> bool:
    """Whether two texts are the same but for white space and Unicode form."""
    return one == other or normalise(one) == normalise(other)
