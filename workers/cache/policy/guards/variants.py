"""Variants of a product: a Crema Duo is not a Crema, although it has every word of it."""

from __future__ import annotations

import re

from workers.cache.policy.pair import Pair

_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
_SENTENCE_START = re.compile(r"(?:^|[.?!:]\s+)\W*$")
_LEAST_SHARED = 2
"""Fewer words before it do not tell a variant from a fuller name: "New York", "New York City" differ, "Clinton" not."""

Name = tuple[str, ...]


def objects(pair: Pair) -> bool:
    """Whether one side's name goes on where the other's ends, after two words or more."""
    question, cached = pair.question.raw, pair.cached.raw
    return _breaks_off(question, cached) or _breaks_off(cached, question)


def _breaks_off(text: str, other: str) -> bool:
    """Whether the other text has the first words of a name of this one, and nowhere the whole."""
    there = tuple(word.casefold() for word in _WORD.findall(other))
    return any(
        not _holds(there, name) and any(_holds(there, name[:length]) for length in range(_LEAST_SHARED, len(name)))
        for name in _names(text)
    )


def _names(text: str) -> list[Name]:
    """Runs of words with a capital letter, figures included, folded; the first word of a sentence is no name."""
    runs: list[list[str]] = []
    end = -1
    for match in _WORD.finditer(text):
        word = match.group()
        goes_on = end == match.start() - 1
        is_capital = word[0].isupper() and not _SENTENCE_START.search(text[: match.start()])
        if runs and goes_on and (is_capital or word[0].isdigit()):
            runs[-1].append(word.casefold())
            end = match.end()
        elif is_capital:
            runs.append([word.casefold()])
            end = match.end()
    return [tuple(run) for run in runs if len(run) > _LEAST_SHARED]


def _holds(words: Name, part: Name) -> bool:
    return any(words[start : start + len(part)] == part for start in range(len(words) - len(part) + 1))
