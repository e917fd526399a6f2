"""Cutting a question into clauses: the question itself, "before I pay", "if it rains", "and then …"."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from workers.cache.policy.words import stem

MAIN = ""
_MARKERS = {
    stem(word): name
    for name, words in {
        "before": ("before",),
        "after": ("after", "once"),
        "when": ("when", "while", "if", "whether", "unless"),
        "until": ("until", "till"),
        "because": ("because", "since"),
        "although": ("although", "though"),
    }.items()
    for word in words
}
LATER = "then"
"""The name of what comes next: "and then …"."""
_BEFORE_OR_AFTER = frozenset({stem("before"), "or", "after"})
_EITHER = "either"
"""The name of both clauses in "before it or after it"."""
_TOLD = "told"
"""The name of a statement in front of a question: "my card was stolen, what do I do"."""
_EITHER_MARKERS = _MARKERS | dict.fromkeys((stem("before"), "after"), _EITHER)
_ASKING = frozenset({"how", "what", "which", "who", "whom", "whose", "where", "why", "when"})
_SUBJECTS = frozenset({"i", "you", "we", "they", "he", "she", "it", "one"})
_ASKED_FIRST = frozenset({"be", "have"})


_END = "end"
_SHORT = 5
_VERBAL = ("inat", "erat", "ulat", "iz", "ify")
_PREFIXES = ("over", "under", "out", "mis", "re", "un", "dis", "pre")
_POLITE = 5
"""An indirect question begins within so many words."""


class Text:
    """A text as clauses are read from it; each sequence goes on for one place after the last word.

    Attributes:
        tokens: stems in order, and "".
        labels: of each word among the function words, "" for content; at last "end".
        lists: of words, by label.
        content: whether no function word stands at a place.
        auxiliary: whether a form of be, do, have, can … stands there; "let" is a verb.
        verb: whether a word stands there that can be a verb.
        participle: whether it may be a participle.
    """

    __slots__ = ("auxiliary", "content", "labels", "lists", "participle", "tokens", "verb")

    def __init__(
        self,
        tokens: tuple[str, ...],
        labels: tuple[str, ...],
        participles: frozenset[str],
        lists: Mapping[str, frozenset[str]],
    ) -> None:
        self.tokens = (*tokens, "")
        self.labels = (*labels, _END)
        self.lists = lists
        self.content = [label == "" for label in self.labels]
        self.auxiliary = [label == "auxiliary" for label in self.labels]
        verbs, unchanged = lists["verb"], lists["unchanged"]
        self.verb = [word in verbs or _looks_like_a_verb(word, verbs) for word in self.tokens]
        self.participle = [word in participles or word in unchanged for word in self.tokens]
        for place, label in enumerate(labels):
            if label:
                is_let = tokens[place] == "let"
                self.participle[place] = False
                self.verb[place] = is_let
                self.auxiliary[place] &= not is_let


class Clause(NamedTuple):
    """A stretch of tokens.

    Attributes:
        name: `MAIN`, or the sort of clause: "before", "when", "then", ….
        start: its first word, the marker left out.
        end: the token after it.
        is_question: begins with a question word or an auxiliary.
    """

    name: str
    start: int
    end: int
    is_question: bool = False


@lru_cache(maxsize=8192)
def _looks_like_a_verb(word: str, verbs: frozenset[str]) -> bool:
    """Whether a word ends as verbs do ("pollinate", "legalise"), or is one with something in front ("overcharge")."""
    if len(word) > _SHORT and word.endswith(_VERBAL):
        return True
    return any(word.startswith(prefix) and word[len(prefix) :] in verbs for prefix in _PREFIXES)


def clauses_of(text: Text) -> list[Clause]:
    """The clauses in order."""
    found: list[Clause] = []
    name, start, has_asked = MAIN, 0, False
    markers = _EITHER_MARKERS if _BEFORE_OR_AFTER.issubset(text.tokens) else _MARKERS
    for place, word in enumerate(text.tokens[:-1]):
        if _opens_a_question(text, place) and (not has_asked or _is_asked_indirectly(text, place)):
            _add(found, text, Clause(name, start, place))
            name, start, has_asked = MAIN, place, True
        elif place and word == LATER:
            _add(found, text, Clause(name, start, place, has_asked and name == MAIN))
            name, start = (LATER if name in (MAIN, LATER) else MAIN), place + 1
        elif word in _MARKERS:
            _add(found, text, Clause(name, start, place, has_asked and name == MAIN))
            name, start = markers[word], place + 1
    _add(found, text, Clause(name, start, len(text.tokens) - 1, has_asked and name == MAIN))
    return found


def _add(found: list[Clause], text: Text, clause: Clause) -> None:
    """Keep a clause that says something; what is said in front of a question is no part of it if it has a verb."""
    if clause.start >= clause.end:
        return
    is_told = (
        clause.name == MAIN
        and not clause.is_question
        and any(text.auxiliary[place] for place in range(clause.start, clause.end))
    )
    found.append(clause._replace(name=_TOLD) if is_told and not found else clause)


def _is_asked_indirectly(text: Text, place: int) -> bool:
    """Whether the question itself comes only now: "could I ask which …"."""
    before = text.tokens[:place]
    return (
        text.tokens[place] in _ASKING
        and len(before) <= _POLITE
        and any(word in text.lists["inquiring"] for word in before)
    )


def _opens_a_question(text: Text, place: int) -> bool:
    word, following = text.tokens[place], place + 1
    if word in _ASKING:
        return word not in _MARKERS or (text.auxiliary[following])
    if not text.auxiliary[place]:
        return False
    if place == 0:
        return True
    before, after = text.tokens[place - 1], text.tokens[following]
    if before in _SUBJECTS - {"it"} or text.labels[place - 1] == "auxiliary":
        return False
    if after in _SUBJECTS:
        return True
    if word in _ASKED_FIRST:
        return False
    return text.labels[following] in {"article", "pronoun"} or (word == "do" and text.labels[following] == "")
