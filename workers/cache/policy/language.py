"""Which language a text is in, as far as its letters and commonest words tell."""

from __future__ import annotations

import unicodedata

from workers.cache.policy.word_files import words_of

ENGLISH = "en"
_COMMON = {code: words_of(f"language {code}") for code in ("en", "de", "fr", "es", "it", "pt", "nl")}
_FOREIGN = {code: words - _COMMON[ENGLISH] for code, words in _COMMON.items() if code != ENGLISH}
_AMBIGUOUS = words_of("language ambiguous")
_ALL_FOREIGN: frozenset[str] = frozenset().union(*_FOREIGN.values()) - _AMBIGUOUS
_MANY = 3
"""So many words that are also English, or in English names, are no chance."""


def language_of(text: str) -> str:
    """A guess at the language: a script's name, or "en" unless another language's common words prevail."""
    if text.isascii():
        script = "LATIN"
    else:
        letters = [character for character in text if character.isalpha() and not character.isascii()]
        script = _script(letters, text)
    if script != "LATIN":
        return script
    words = frozenset(text.lower().replace("?", " ").replace(",", " ").replace("¿", " ").split())
    if words.isdisjoint(_ALL_FOREIGN) and len(words & _AMBIGUOUS) < _MANY:
        return ENGLISH
    english = len(words & _COMMON[ENGLISH])
    best, code = max((len(words & common), code) for code, common in _FOREIGN.items())
    return code if best > english else ENGLISH


def _script(letters: list[str], text: str) -> str:
    """The script of most letters; accents do not take a text out of Latin."""
    foreign = [unicodedata.name(letter, "LATIN").split()[0] for letter in letters]
    foreign = [name for name in foreign if name != "LATIN"]
    ascii_letters = sum(character.isascii() and character.isalpha() for character in text)
    return max(set(foreign), key=foreign.count) if len(foreign) > ascii_letters else "LATIN"
