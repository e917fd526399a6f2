"""The data files: plain text, a comment after "# ", one entry or one labelled list a line."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files


def lines(name: str) -> Iterator[str]:
    """The lines of a file that say something."""
    text = files("workers.cache.policy").joinpath("data", name).read_text(encoding="utf-8")
    return (line.strip() for line in text.splitlines() if line.strip() and not line.startswith("# "))


def labelled(name: str) -> Iterator[tuple[str, list[str]]]:
    """Label and words of each line of a file of `label: words`."""
    for line in lines(name):
        label, _, words = line.partition(": ")
        yield label, words.split()


@cache
def word_lists() -> dict[str, tuple[str, ...]]:
    """The lists of `word_lists.txt` by label, as they are written."""
    return {label: tuple(words) for label, words in labelled("word_lists.txt")}


def words_of(label: str) -> frozenset[str]:
    """One list of `word_lists.txt`, without its order."""
    return frozenset(word_lists()[label])
