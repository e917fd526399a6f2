"""Texts that are the same but for slips of the keyboard: "how do I lokc my crad", "how do I lock my card"."""

from __future__ import annotations

from collections.abc import Sequence

from workers.cache.policy.kinship import is_slip
from workers.cache.policy.lexicon import Lexicon

LEAST_SLIPPED = 4
"""Letters of a word that may hold a slip; in a shorter one, any other letter mostly makes another word."""
_LEAST_NAME = 6
"""The same where the word is written like a name and meant is none that is known: "Denon", "Demon"."""
WORDS_A_SLIP = 2
"""At most one word in so many may hold a slip."""
_EDGES = ".,;:?!\"'()[]“”‘’…"


def spelt_words(text: str) -> tuple[str, ...]:
    """The words as they are written, signs and all, without the punctuation round them and without apostrophes."""
    plain = text.replace("'", "").replace("’", "")
    return tuple(word for word in (part.strip(_EDGES) for part in plain.split()) if word)


def same_but_for_slips(mine: Sequence[str], theirs: Sequence[str], lexicon: Lexicon) -> bool:
    """Whether both have the same words in the same order, once slips are undone."""
    if len(mine) != len(theirs):
        return False
    changed = [
        (place, one, other)
        for place, (one, other) in enumerate(zip(mine, theirs, strict=True))
        if one != other and lexicon.stem(one.casefold()) != lexicon.stem(other.casefold())
    ]
    if len(changed) * WORDS_A_SLIP > len(mine):
        return False
    return all(
        _is_misspelt(one, other, lexicon, may_be_name=place > 0)
        or _is_misspelt(other, one, lexicon, may_be_name=place > 0)
        for place, one, other in changed
    )


def _is_misspelt(word: str, meant: str, lexicon: Lexicon, *, may_be_name: bool) -> bool:
    """Whether the one is no word at all, and a slip of the other, which is a word."""
    if not (word.isascii() and word.isalpha() and meant.isalpha()) or len(word) < LEAST_SLIPPED:
        return False
    is_name = may_be_name and word[0].isupper() and not word.isupper()
    low, low_meant = word.casefold(), meant.casefold()
    if is_name and (meant[0].islower() or (len(word) < _LEAST_NAME and lexicon.stem(low_meant) not in lexicon.names)):
        return False
    if not is_slip(low, low_meant, LEAST_SLIPPED) or lexicon.is_word(lexicon.stem(low)):
        return False
    return lexicon.is_word(lexicon.stem(low_meant))
