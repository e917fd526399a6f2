"""Contrasts made by rule from real questions: what duplicates never show.

Each rule changes one thing that changes the answer: a figure, a word for its opposite or for another of its kind,
a denial, two words' places, or a content word for one that other questions have in the same place.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from itertools import pairwise

from workers.cache.policy.english import english
from workers.cache.policy.lexicon import Lexicon

_WORD = re.compile(r"[A-Za-z]+|\d+|[^A-Za-z\d]+")
_AUXILIARIES = frozenset({"is", "are", "was", "were", "do", "does", "did", "can", "should", "will", "would"})
_PREFIXES = ("Could you please tell me: ", "Hi, ", "I would like to know: ", "Please, ")


class ContrastRules:
    """Makes contrasts and harmless restatements; `seed` fixes them."""

    def __init__(self, questions: Sequence[str], seed: int) -> None:
        self._random = random.Random(seed)
        self._lexicon: Lexicon = english()
        self._kinds = _members_by_class(self._lexicon, questions)
        self._after = _words_after(questions, self._lexicon)
        self._rules: tuple[Callable[[list[str]], list[str] | None], ...] = (
            self._other_figure,
            self._opposite,
            self._other_of_its_kind,
            self._denied,
            self._swapped,
            self._other_word,
            self._other_word,
            self._other_word,
        )

    def contrast(self, question: str) -> str | None:
        """A question that the answer to `question` does not answer; None if no rule applies."""
        tokens = _WORD.findall(question)
        for rule in self._random.sample(self._rules, len(self._rules)):
            changed = rule(list(tokens))
            if changed is not None and changed != tokens:
                return "".join(changed)
        return None

    def restatement(self, question: str) -> str:
        """The same question behind a polite phrase."""
        return self._random.choice(_PREFIXES) + question[0].lower() + question[1:]

    def _places(self, tokens: Sequence[str], test: Callable[[str], bool]) -> list[int]:
        places = [place for place, token in enumerate(tokens) if test(token)]
        self._random.shuffle(places)
        return places

    def _other_figure(self, tokens: list[str]) -> list[str] | None:
        for place in self._places(tokens, str.isdigit)[:1]:
            tokens[place] = str(int(tokens[place]) + self._random.choice((1, 2, 5, 10)))
            return tokens
        return None

    def _opposite(self, tokens: list[str]) -> list[str] | None:
        opposites = self._lexicon.opposites
        for place in self._places(tokens, lambda token: self._stem(token) in opposites)[:1]:
            tokens[place] = self._random.choice(sorted(opposites[self._stem(tokens[place])]))
            return tokens
        return None

    def _other_of_its_kind(self, tokens: list[str]) -> list[str] | None:
        for place in self._places(tokens, lambda token: self._stem(token) in self._lexicon.classes):
            membership = self._lexicon.classes[self._stem(tokens[place])][0]
            others = [word for word, member in self._kinds.get(membership.class_id, []) if member != membership.member]
            if others:
                tokens[place] = self._random.choice(others)
                return tokens
        return None

    def _denied(self, tokens: list[str]) -> list[str] | None:
        for place in self._places(tokens, lambda token: token.lower() in _AUXILIARIES)[:1]:
            if place + 2 < len(tokens):
                tokens.insert(place + 3, " not")
                return tokens
        return None

    def _swapped(self, tokens: list[str]) -> list[str] | None:
        places = self._places(tokens, self._is_content)[:2]
        if len(places) < 2:
            return None
        one, other = places
        tokens[one], tokens[other] = tokens[other], tokens[one]
        return tokens

    def _other_word(self, tokens: list[str]) -> list[str] | None:
        for place in self._places(tokens, self._is_content):
            before = tokens[place - 2].lower() if place >= 2 else ""
            others = [
                word
                for word in self._after.get(before, ())
                if not self._lexicon.are_synonyms(self._stem(word), self._stem(tokens[place]))
            ]
            if others:
                tokens[place] = self._random.choice(others)
                return tokens
        return None

    def _is_content(self, token: str) -> bool:
        return token.isalpha() and len(token) > 2 and self._stem(token) not in self._lexicon.function_words

    def _stem(self, token: str) -> str:
        return self._lexicon.stem(token.lower())


def _members_by_class(lexicon: Lexicon, questions: Sequence[str]) -> dict[int, list[tuple[str, int]]]:
    """Words that the questions use, by class."""
    used = sorted({token for question in questions for token in _WORD.findall(question) if token.isalpha()})
    found: dict[int, list[tuple[str, int]]] = {}
    for word in used:
        for membership in lexicon.classes.get(lexicon.stem(word.lower()), ()):
            found.setdefault(membership.class_id, []).append((word, membership.member))
    return found


def _words_after(questions: Sequence[str], lexicon: Lexicon) -> dict[str, list[str]]:
    """For each word, the content words that follow it somewhere."""
    found: dict[str, set[str]] = {}
    for question in questions:
        words = [token for token in _WORD.findall(question) if token.isalpha()]
        for before, word in pairwise(words):
            if word.islower() and len(word) > 2 and lexicon.stem(word) not in lexicon.function_words:
                found.setdefault(before.lower(), set()).add(word)
    return {before: sorted(words) for before, words in found.items()}
