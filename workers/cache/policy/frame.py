"""Who stands where: the word that governs each participant, and the order they come in."""

from __future__ import annotations

from collections import Counter
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
    for place, (token, label) in enumerate(zip(tokens, labels, strict=True)):
        participant = SELF if token in {"i", "me"} and speaks_of_self_once else token
        if not label or participant is SELF:
            places[participant] = place
            is_subject = participant is SELF and "i" in tokens and governing != "when"
            roles[participant] = "" if is_subject else governing
            previous = participant
        elif token == POSSESSIVE and previous in roles:
            roles[previous] = "of"
        elif label == "auxiliary":
            governing = ""
            copulas.append(place)
        elif token in COORDINATORS:
            coordinators.append(place)
        elif place > 0 and token in ROLES:
            governing = ROLES[token]
    if len(set(tokens)) < len(tokens):
        for token in [token for token, times in Counter(tokens).items() if times > 1]:
            places.pop(token, None)
            roles.pop(token, None)
    return Frame(places, roles, tuple(coordinators), tuple(copulas))
