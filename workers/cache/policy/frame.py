"""Who stands where: the word that governs each participant, and the order they come in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workers.cache.policy.tokens import POSSESSIVE
from workers.cache.policy.words import stem

SELF = "~self"
"""The asker, who is a participant too: "I call them", "they call me"."""
_ROLES_BY_WORD = {
    "from": "from", "to": "to", "into": "to", "onto": "to", "toward": "to", "towards": "to", "upto": "to",
    "of": "of", "in": "in", "inside": "in", "within": "in", "on": "on", "ontopof": "on", "at": "at", "by": "by",
    "with": "with", "without": "without", "for": "for", "than": "than", "before": "before", "after": "after",
    "over": "over", "above": "over", "under": "under", "below": "under", "beneath": "under", "against": "against",
    "until": "to", "till": "to", "as": "as", "about": "about", "when": "when", "while": "when", "if": "when",
    "whether": "when", "because": "when", "although": "when", "though": "when", "instead": "instead",
    "insteadof": "instead", "beside": "beside", "infrontof": "before", "via": "via", "through": "via",
    "between": "between", "except": "except", "per": "per", "outside": "outside", "outof": "from", "off": "from",
    "who": "who", "like": "like",
}  # fmt: skip
ROLES = {stem(word): role for word, role in _ROLES_BY_WORD.items()}
"""What a governing word makes of the words after it."""
_ASKER = frozenset({"i", "me"})
COORDINATORS = frozenset({"and", "or", "versus", "vs", "&"})


@dataclass(frozen=True, slots=True)
class Frame:
    """The participants of one text.

    Attributes:
        places: each content word that comes once, to its place among the tokens.
        roles: each such word to the word that governs it ("from", "to", "than", …), or to "".
        coordinators: places of "and", "or", "versus".
        copulas: places of the auxiliaries.
    """

    places: dict[str, int]
    roles: dict[str, str]
    coordinators: tuple[int, ...]
    copulas: tuple[int, ...]


def frame_of(tokens: Sequence[str], labels: Sequence[str]) -> Frame:
    """Walk the tokens once. A governing word holds until the next one or the next verb form of be, do, have, can …."""
    places: dict[str, int] = {}
    roles: dict[str, str] = {}
    speaks_of_self_once = tokens.count("i") + tokens.count("me") == 1
    coordinators: list[int] = []
    copulas: list[int] = []
    governing = ""
    previous = ""
    for place, (word, label) in enumerate(zip(tokens, labels, strict=True)):
        if not label:
            places[word] = place
            roles[word] = governing
            previous = word
        elif speaks_of_self_once and word in _ASKER:
            places[SELF] = place
            roles[SELF] = "" if word == "i" and governing != "when" else governing
            previous = SELF
        elif word == POSSESSIVE and previous in roles:
            roles[previous] = "of"
        elif label == "auxiliary":
            governing = ""
            copulas.append(place)
        elif word in COORDINATORS:
            coordinators.append(place)
        elif place > 0 and word in ROLES:
            governing = ROLES[word]
    if len(set(tokens)) < len(tokens):
        for word in [word for word in places if word is not SELF and tokens.count(word) > 1]:
            del places[word], roles[word]
    return Frame(places, roles, tuple(coordinators), tuple(copulas))
