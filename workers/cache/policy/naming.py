"""Runs of words that are written like a name: "Brunholm Crema Duo"."""

from __future__ import annotations

import re

_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
_SENTENCE_START = re.compile(r"(?:^|[.?!:]\s+)\W*$")

Name = tuple[str, ...]


def plain_words(text: str) -> Name:
    """All words, folded to lower case."""
    return tuple(word.casefold() for word in _WORD.findall(text))


def long_names(text: str, shortest: int) -> tuple[Name, ...]:
    """Runs of `shortest` words or more with a capital letter, figures included, in lower case.

    The first word of a sentence is no name.
    """
    if text[1:].islower() or len([word for word in text.split()[1:] if not word.islower()]) < shortest:
        return ()
    runs: list[list[str]] = []
    end = -1
    for match in _WORD.finditer(text):
        word = match.group()
        goes_on = bool(runs) and end == match.start() - 1
        is_capital = word[0].isupper() and not _SENTENCE_START.search(text, 0, match.start())
        if goes_on and (is_capital or word[0].isdigit()):
            runs[-1].append(word.casefold())
            end = match.end()
        elif is_capital:
            runs.append([word.casefold()])
            end = match.end()
    return tuple(tuple(run) for run in runs if len(run) >= shortest)
