"""How the words of a question stand to each other: who acts, what is acted on, from what, to what, in which clause.

A light structure read from the tokens, not a parse: an English question is taken for a chain of clauses, each a
subject, a verb and what follows, and the passive voice and fronted parts are brought back to the plain order. So
"Which clubs has Milan beaten?" and "Which clubs were beaten by Milan?" stand alike, and "Which clubs have beaten
Milan?" does not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from workers.cache.policy.clauses import Clause, Text, clauses_of
from workers.cache.policy.frame import COORDINATORS, ROLES, SELF
from workers.cache.policy.shape import SUBJECTS, Shape, Span, Voice, shape_of
from workers.cache.policy.tokens import POSSESSIVE
from workers.cache.policy.words import stem

ASKED = "~asked"
"""What "who", "what" or "which" asks for, a participant too."""
ACTS = "acts"
VERB = "verb"
CORE = "core"
OF = "of"
IS = "is"
"""What the asker is: "as a tenant", "can I be a tenant"."""
UNKNOWN = "unknown"
"""Of words that no preposition governs, in a clause whose verb was not made out."""
_CAUSED = "caused"
"""The clause of one who is made to act: "get my boss to sign it"."""
_BARE = frozenset({"make", "let", "help"})
"""One may be made to act without a "to": "let my boss sign it"."""
_PURPOSE = "purpose"
"""The clause of what something is done for: "use a card to pay"."""
_DESCRIBED = "described"
"""The clause of a participle behind its noun: "an item bought online"."""
_GOVERNING = ROLES | {
    stem(word): role
    for word, role in {
        "outof": "from", "off": "from", "without": "without", "minus": "without", "plus": "with", "as": IS,
        "around": "around", "near": "near", "behind": "behind", "during": "during", "since": "since",
    }.items()
}  # fmt: skip
_I = frozenset({"i", "me"})
_ROLES_BY_VOICE = {
    Voice.ACTIVE: (ACTS, CORE),
    Voice.PASSIVE: (CORE, CORE),
    Voice.COPULA: (CORE, CORE),
    Voice.UNKNOWN: (UNKNOWN, UNKNOWN),
}
"""What a subject is, and what follows the verb."""


class Place(NamedTuple):
    """Where a participant stands: in which clause, and as what."""

    clause: str
    role: str


at_place = cache(Place)
"""There are few places, so that each is made but once."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where each participant of a text stands.

    Attributes:
        places: of each content word that comes once, of the asker, and of what is asked for.
        possessed: each possessor to the word after its "'s".
        actors: whoever acts in any clause, the nameless ("you", "they") included.
    """

    places: Mapping[str, Place]
    possessed: Mapping[str, str]
    actors: frozenset[str]


def standing_of(text: Text) -> Standing:
    """Read the clauses one by one."""
    reader = _Reader(text)
    for clause in clauses_of(text):
        reader.read(clause)
    return reader.result()


class _Reader:
    """Puts the words of one text in their places, clause by clause."""

    def __init__(self, text: Text) -> None:
        self._text = text
        self._places: dict[str, Place] = {}
        self._possessed: dict[str, str] = {}
        self._actors: set[str] = set()

    def result(self) -> Standing:
        tokens = self._text.tokens
        if len(set(tokens)) < len(tokens):
            for word in [word for word, times in Counter(tokens).items() if times > 1]:
                self._places.pop(word, None)
        actors = self._actors.union(word for word, place in self._places.items() if place.role == ACTS)
        return Standing(self._places, self._possessed, frozenset(actors))

    def read(self, clause: Clause) -> None:
        shape = shape_of(self._text, clause)
        subject, rest = _ROLES_BY_VOICE[shape.voice]
        if shape.asked.end > shape.asked.start:
            self._put_asked(shape, at_place(clause.name, subject if shape.is_asked_subject else rest))
        self._put(shape.subject, at_place(clause.name, CORE if self._is_existence(shape) else subject))
        if self._text.content[shape.verb]:
            self._places[self._text.tokens[shape.verb]] = at_place(clause.name, VERB)
        self._put_rest(shape, at_place(clause.name, rest), clause.end)

    def _is_existence(self, shape: Shape) -> bool:
        return self._text.tokens[shape.subject.start : shape.subject.start + 1] == ("there",)

    def _put_asked(self, shape: Shape, place: Place) -> None:
        """A person asked for who is not the subject of a passive verb is its agent: "by whom was it made"."""
        text, start = self._text, shape.asked.start
        if shape.voice is Voice.PASSIVE and not shape.is_asked_subject:
            is_agent = text.tokens[start] in {"who", "whom"} or (start and text.tokens[start - 1] == "by")
            if not (is_agent or text.tokens[-2] == "by"):
                self._put(shape.asked, place)
                return
            place = at_place(place.clause, ACTS)
        if shape.voice in {Voice.ACTIVE, Voice.PASSIVE}:
            self._places.setdefault(ASKED, place)
        self._put(shape.asked, place)

    def _put_rest(self, shape: Shape, place: Place, end: int) -> None:
        start = shape.rest
        caused = self._end_of_caused(shape.verb, start, end)
        if caused:
            self._put(Span(start, caused), at_place(_CAUSED, ACTS))
            start, place = caused, at_place(_CAUSED, CORE)
        self._put(Span(start, end), place, has_agent=shape.voice is Voice.PASSIVE)

    def _end_of_caused(self, verb: int, start: int, end: int) -> int:
        """Where "to" begins after one who is made to act: "get my boss | to sign"; 0 if nobody is."""
        text = self._text
        if verb < 0 or text.tokens[verb] not in text.lists["causing"]:
            return 0
        for place in range(start + 1, end - 1):
            if text.verb[place] and text.tokens[verb] in _BARE and text.tokens[place - 1] in text.lists["party"]:
                return place
            if text.tokens[place] == "to":
                return place if text.verb[place + 1] or text.auxiliary[place + 1] else 0
            if text.labels[place] in {"link", "relation", "auxiliary"}:
                return 0
        return 0

    def _put(self, span: Span, at: Place, *, has_agent: bool = False) -> None:
        """Put every word of a span: at `at`, or under the word that governs it there."""
        text, here = self._text, at
        for place in range(span.start, span.end):
            word = text.tokens[place]
            if text.content[place]:
                here = self._put_word(place, here, at)
            elif word in _GOVERNING and word not in COORDINATORS:
                is_agent = has_agent and word == "by" and (here is at or not text.content[place - 1])
                has_agent = has_agent and not is_agent
                here = at_place(at.clause, ACTS) if is_agent else self._governed(place, here, at)
            elif text.auxiliary[place]:
                here = self._after_auxiliary(place, at)
            elif word == POSSESSIVE:
                self._possess(place, at)
            elif word in SUBJECTS or word == "me":
                self._put_pronoun(word, at)

    def _put_pronoun(self, word: str, at: Place) -> None:
        if word in _I:
            role = at.role if word == "i" else CORE
            self._places.setdefault(SELF, at_place(at.clause, role))
        elif at.role == ACTS:
            self._actors.add(word)

    def _put_word(self, place: int, here: Place, at: Place) -> Place:
        """Put a word there; what is returned is where the next one stands."""
        text = self._text
        word = text.tokens[place]
        if word in text.lists["adverb"]:
            here = at_place(here.clause if self._describes(place - 1) else at.clause, at.role)
        self._places[word] = here
        if text.participle[place] and here is at and self._describes(place):
            return at_place(_DESCRIBED, at.role)
        return here

    def _describes(self, place: int) -> bool:
        """Whether a participle stands behind its noun: "an item bought online"."""
        text = self._text
        if not (text.participle[place] and text.content[place - 1]):
            return False
        before = self._places.get(text.tokens[place - 1])
        return before is not None and before.role != VERB

    def _possess(self, place: int, at: Place) -> None:
        tokens = self._text.tokens
        owner = tokens[place - 1]
        if owner in self._places:
            self._places[owner] = at_place(at.clause, OF)
            self._possessed[owner] = tokens[place + 1]

    def _after_auxiliary(self, place: int, at: Place) -> Place:
        """ "I am a tenant" says what the asker is."""
        tokens = self._text.tokens
        says_what_one_is = tokens[place] == "be" and "i" in tokens[max(0, place - 2) : place + 2]
        return at_place(at.clause, IS) if says_what_one_is else at

    def _governed(self, place: int, here: Place, at: Place) -> Place:
        """Where the words after a preposition stand."""
        text = self._text
        word = text.tokens[place]
        if word == "to" and text.verb[place + 1]:
            is_chained = text.verb[place - 1] or text.auxiliary[place - 1]
            return at if is_chained else at_place(_PURPOSE, at.role)
        is_first = here.clause == _DESCRIBED and not text.content[place - 1]
        return at_place(here.clause if is_first or self._describes(place - 1) else at.clause, _GOVERNING[word])
