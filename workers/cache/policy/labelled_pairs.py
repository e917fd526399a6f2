"""Labelled pairs: what a deployment calibrates on, and what they say of pairs that are not among them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from workers.cache.keys import normalise

_LINES_NAMED = 3
_EXPECTED = '{"question": "…", "cached": "…", "same": true or false}'


class CalibrationError(ValueError):
    """The pairs do not allow a threshold to be chosen; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class LabelledPair:
    """A question, a cached prompt, and whether the answer of the one answers the other."""

    question: str
    cached: str
    same: bool


def read_pairs(path: Path) -> list[LabelledPair]:
    """Read pairs from JSONL: `{"question": str, "cached": str, "same": bool}` a line; other fields are passed over.

    Raises:
        CalibrationError: the file cannot be read, or lines are something else; the message names the first of them.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")  # no other end of line: U+2028 may be in a question
    except (OSError, UnicodeDecodeError) as error:
        raise CalibrationError(f"{path} cannot be read as a text file in UTF-8: {error}.") from error
    rows = [(number, _pair(line)) for number, line in enumerate(lines, start=1) if line.strip()]
    wrong = [number for number, pair in rows if pair is None]
    if wrong:
        named = ", ".join(str(number) for number in wrong[:_LINES_NAMED]) + (", …" if len(wrong) > _LINES_NAMED else "")
        some = f"{len(wrong)} of {len(rows)} lines are" if len(wrong) > 1 else "a line is"
        raise CalibrationError(f"{path}, line {named}: {some} not {_EXPECTED}.")
    return [pair for _, pair in rows if pair is not None]


def _pair(line: str) -> LabelledPair | None:
    try:
        row = json.loads(line)
    except json.JSONDecodeError:
        return None
    if not isinstance(row, dict):
        return None
    question, cached, same = row.get("question"), row.get("cached"), row.get("same")
    if not (isinstance(question, str) and isinstance(cached, str) and isinstance(same, bool)):
        return None
    # As the key sees them: texts that differ in white space alone are one question.
    question, cached = normalise(question), normalise(cached)
    return LabelledPair(question, cached, same) if question and cached else None


class Labels:
    """Who answers whom: as a pair says, else right where a chain of pairs marked the same leads from one to other."""

    def __init__(self, pairs: Iterable[LabelledPair]) -> None:
        self.pairs: Sequence[LabelledPair] = list(dict.fromkeys(pairs))
        self._group = _groups(self.pairs)
        self._different = {(pair.question, pair.cached) for pair in self.pairs if not pair.same}
        self._members: defaultdict[str, set[str]] = defaultdict(set)
        for entry in self.entries:
            self._members[self._group[entry]].add(entry)

    @property
    def questions(self) -> list[str]:
        """Each once, in an order that does not depend on the file's."""
        return sorted({pair.question for pair in self.pairs})

    @property
    def entries(self) -> list[str]:
        """The cached prompts, each once: together they are the cache."""
        return sorted({pair.cached for pair in self.pairs})

    def are_same(self, question: str, cached: str) -> bool:
        """Whether the entry's answer is right; a pair that is marked both ways counts as different."""
        return self._group[question] == self._group[cached] and (question, cached) not in self._different

    def has_match(self, question: str) -> bool:
        """Whether any entry beside an equal text has the right answer."""
        return any(self.are_same(question, entry) for entry in self._members[self._group[question]] - {question})

    @property
    def contradictions(self) -> int:
        """Pairs that are marked different although others make them the same."""
        return sum(self._group[question] == self._group[cached] for question, cached in self._different)


def _groups(pairs: Sequence[LabelledPair]) -> dict[str, str]:
    """Every text to one text that stands for all that are the same as it."""
    parent = {text: text for pair in pairs for text in (pair.question, pair.cached)}

    def root(text: str) -> str:
        while parent[text] != text:
            parent[text] = parent[parent[text]]
            text = parent[text]
        return text

    for pair in pairs:
        if pair.same:
            parent[root(pair.question)] = root(pair.cached)
    return {text: root(text) for text in parent}
