"""Folding the inflections of English words, so that "charged", "charges" and "charging" compare equal."""

from __future__ import annotations

from workers.cache.policy.word_files import words_of

_VOWELS = frozenset("aeiouy")
_KEEP_ING = words_of("keep ing")
_KEEP_ED = words_of("keep ed")
_KEEP_S = words_of("keep s")
_IE = words_of("keep ie")
_UNDOUBLED = frozenset("bdgmnprt")
"""Consonants that English doubles before an ending; ll, ss, ff and zz belong to the word itself."""


def stem(word: str) -> str:
    """A key that the inflections of a lower-case word share; it need not be a word.

    Takes off plural and verb endings only: "payment" and "pay" stay apart, unlike under Porter's stemmer, since a
    derivation can change the question ("universe", "university"). Irregular forms are the lexicon's matter.
    """
    if len(word) < 4 or not word.isascii() or not word.isalpha():
        return word
    base = _strip_plural(word)
    if base.endswith("ing") and base not in _KEEP_ING:
        return _restore(base, base[:-3])
    if base.endswith("ied") and len(base) > 4:
        return base[:-3] + "y"
    if base.endswith("eed"):
        return _drop_e(base[:-1]) if len(base) > 5 and base not in _KEEP_ED else base
    if base.endswith("ed") and base not in _KEEP_ED:
        return _restore(base, base[:-2])
    return _drop_e(base)


def _strip_plural(word: str) -> str:
    if not word.endswith("s") or word in _KEEP_S or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-1] if word[:-1] in _IE else word[:-3] + "y"
    if word.endswith(("xes", "ches", "shes", "sses", "zzes")):
        return word[:-2]
    return word[:-1]


def _restore(word: str, root: str) -> str:
    """What is left of `word` without its ending, in the spelling of the base form."""
    if len(root) < 2 or not _VOWELS & set(root):
        return word
    if len(root) > 3 and root[-1] == root[-2] and root[-1] in _UNDOUBLED:
        return root[:-1]
    return root + "e" if len(root) <= 4 and _wants_e(root) else _drop_e(root)


def _wants_e(root: str) -> bool:
    """Whether a short root lost a silent e: "hop" of "hoping" did, "clean" of "cleaning" did not."""
    last, before = root[-1], root[-2]
    if last in _VOWELS:
        return False
    if before in _VOWELS:
        if len(root) == 4 and root[0] in _VOWELS:
            return False  # two syllables: "open", "edit"
        is_double_vowel = len(root) > 2 and root[-3] in _VOWELS
        return last in "svzcg" if is_double_vowel else last not in "wx"
    return root[-2:] in {"rg", "dg", "nc", "rc", "lv", "rv", "st"} and root not in {"test", "post", "list", "cost"}


def _drop_e(word: str) -> str:
    """Long words lose a final e, since their endings do not tell whether they had one."""
    return word[:-1] if len(word) > 5 and word.endswith("e") else word
