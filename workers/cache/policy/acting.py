"""Who does what to whom, verb by verb, and who owns what: the asker, somebody else, or a party that is named.

Where `standing` needs whole clauses, this looks only at the words beside a verb, and so holds when a text has words
of its own: "how do I invite someone", "how do I join a team that someone invited me to".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from workers.cache.policy.clauses import Text
from workers.cache.policy.frame import SELF
from workers.cache.policy.tokens import POSSESSIVE
from workers.cache.policy.words import stem

OTHER = "~other"
"""Somebody who is not the asker, and is not named."""
YOU = "you"
ASKER = frozenset({"i", "we", "me", "us", "my", "our", "mine"})
NAMELESS = frozenset(stem(word) for word in ("someone", "somebody", "other", "they", "he", "she", "them", "him"))
_PRONOUNS = {"i": SELF, "we": SELF, "me": SELF, "us": SELF, YOU: YOU} | dict.fromkeys(NAMELESS, OTHER)
_OWNERS = {"my": SELF, "our": SELF, "your": YOU}
_SKIPPED = frozenset({"auxiliary", "negation", "filler"})
_DETERMINING = frozenset({"article", "pronoun", "quantifier", "filler"})
_TOWARDS = frozenset({"to", "for", "with"})
_BEFORE_A_VERB = frozenset({"i", "we", "they", "to"})
_EITHER_WAY = frozenset({"refund", "getback"})
"""What is done to the asker and by the asker alike: "how do I get my money back" is read so."""
_CAUSED_WITHIN = 4


@dataclass(frozen=True, slots=True)
class Acting:
    """Parties by the verbs and things beside them.

    Attributes:
        actors: each verb to those who do it.
        acted_on: each verb to those it is done to.
        owners: each thing to whoever it belongs to, as "my", "your" or "'s" says.
    """

    actors: Mapping[str, frozenset[str]]
    acted_on: Mapping[str, frozenset[str]]
    owners: Mapping[str, str]


def acting_of(text: Text) -> Acting:
    """Look to the left and to the right of each verb; who marries or meets whom is the same either way."""
    reader = _Reader(text)
    either_way = text.lists["mutual"] | _EITHER_WAY
    for place, word in enumerate(text.tokens[:-1]):
        if text.content[place] and reader.is_verb(place):
            if word not in either_way:
                reader.read_verb(place)
        elif word in _OWNERS or word == POSSESSIVE:
            reader.read_owner(place)
    return reader.result()


class _Reader:
    """Gathers the parties of one text."""

    def __init__(self, text: Text) -> None:
        self._text = text
        self._parties = text.lists["party"]
        self._actors: dict[str, set[str]] = {}
        self._acted_on: dict[str, set[str]] = {}
        self._owners: dict[str, str] = {}
        self._latest: str | None = None

    def result(self) -> Acting:
        return Acting(
            {verb: frozenset(parties) for verb, parties in self._actors.items()},
            {verb: frozenset(parties) for verb, parties in self._acted_on.items()},
            self._owners,
        )

    def is_verb(self, place: int) -> bool:
        """Whether a verb stands there: a known one, or any word where only a verb can stand."""
        text = self._text
        if text.verb[place] or text.participle[place]:
            return True
        if place == 0 or text.tokens[place] in self._parties:
            return False
        before = text.tokens[place - 1]
        return before in _BEFORE_A_VERB or (before in self._parties and any(text.auxiliary[max(0, place - 4) : place]))

    def read_verb(self, place: int) -> None:
        verb = self._text.tokens[place]
        subject, is_passive = self._subject(place)
        if is_passive:
            self._put(self._acted_on, verb, subject)
            self._put(self._actors, verb, self._agent(place) or (OTHER if subject == SELF else None))
            return
        giver = self._giver(place) if subject is None else None
        self._put(self._actors, verb, subject or giver)
        if giver is not None:
            return
        self._latest = subject or self._latest
        objects = self._objects(place + 1)
        if subject is None and SELF in objects and self._text.tokens[place - 1] == "to":
            self._put(self._actors, verb, OTHER)
        for party in objects:
            self._put(self._acted_on, verb, party)

    @staticmethod
    def _put(parties: dict[str, set[str]], word: str, party: str | None) -> None:
        if party is not None:
            parties.setdefault(word, set()).add(party)

    def _subject(self, verb: int) -> tuple[str | None, bool]:
        """Who stands before the verb, and whether the verb is done to them."""
        text, place, is_passive = self._text, verb - 1, False
        while place >= 0 and (text.labels[place] in _SKIPPED or self._is_passive_get(place, verb)):
            is_passive = is_passive or (text.tokens[place] in {"be", "get"} and text.participle[verb])
            place -= 1
        if place < 0:
            return None, is_passive
        if text.tokens[place] == "to":
            return self._told(place), is_passive
        if text.tokens[place] == "who":
            place -= 1
        if place < 0 or self._is_anybody(place):
            return None, is_passive
        return self._party(place), is_passive or (text.participle[verb] and self._is_turned(place))

    def _is_anybody(self, place: int) -> bool:
        """Whether it is the asker who hopes that somebody will: "could someone check my order"."""
        is_first = all(label in _SKIPPED for label in self._text.labels[:place])
        return is_first and self._party(place) == OTHER

    def _is_turned(self, subject: int) -> bool:
        """Whether "be" stands before the subject, as in a question: "was I charged", "is the seller paid"."""
        text, place = self._text, subject - 1
        while place >= 0 and (text.content[place] or text.labels[place] in _DETERMINING):
            place -= 1
        return place >= 0 and text.tokens[place] in {"be", "get"}

    def _is_passive_get(self, place: int, verb: int) -> bool:
        text = self._text
        if text.tokens[place] != "get" or place != verb - 1:
            return False
        return text.participle[verb] and not text.content[verb + 1]

    def _told(self, to: int) -> str | None:
        """Who does what stands after "to": one who is made to ("get my boss to sign"), or the latest one to act."""
        text = self._text
        before = text.tokens[max(0, to - _CAUSED_WITHIN) : max(0, to - 1)]
        is_caused = not text.lists["causing"].isdisjoint(before) and text.labels[to - 1] != "auxiliary"
        return self._party(to - 1) if is_caused else self._latest

    def _party(self, place: int) -> str | None:
        word = self._text.tokens[place]
        return _PRONOUNS.get(word) or (word if word in self._parties else None)

    def _agent(self, verb: int) -> str | None:
        """Who stands after "by", if that is the next word with a say."""
        tokens = self._text.tokens
        return next(iter(self._objects(verb + 2)), None) if tokens[verb + 1 : verb + 2] == ("by",) else None

    def _giver(self, verb: int) -> str | None:
        """Who does what a bare participle says: "sent by me", and not the asker where it is "sent to me"."""
        text = self._text
        if not text.participle[verb] or not text.content[verb - 1]:
            return None
        following = text.tokens[verb + 1 : verb + 3]
        if following[:1] == ("by",):
            return self._agent(verb)
        return OTHER if len(following) > 1 and following[0] in _TOWARDS and following[1] in {"me", "us"} else None

    def _objects(self, start: int) -> list[str]:
        """The parties of the phrase that begins there, owners left out."""
        text, place = self._text, start
        while text.labels[place] in _DETERMINING and self._party(place) is None:
            place += 1
        if text.tokens[place] in _PRONOUNS:
            is_owner = POSSESSIVE in text.tokens[place + 1 : place + 3]
            return [] if is_owner else [_PRONOUNS[text.tokens[place]]]
        end = place
        while text.content[end]:
            end += 1
        words = text.tokens[place : end - 1 if text.tokens[end] == POSSESSIVE else end]
        return [word for word in words if word in self._parties]

    def read_owner(self, place: int) -> None:
        text, owner = self._text, _OWNERS.get(self._text.tokens[place])
        if owner is None:
            before = place - 1 if text.tokens[place - 1] != "else" else place - 2
            owner = self._party(before)
        place += 1
        while text.content[place]:
            if owner is not None:
                self._owners[text.tokens[place]] = owner
            place += 1
