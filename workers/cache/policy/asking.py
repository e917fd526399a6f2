"""What a question asks for: a person, a time, a place, a reason, a way, an amount, a yes or no."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from workers.cache.policy.lexicon import Lexicon


class Sought(StrEnum):
    """The kind of answer that is looked for."""

    PERSON = "person"
    TIME = "time"
    PLACE = "place"
    REASON = "reason"
    WAY = "way"
    MEASURE = "measure"
    THING = "thing"
    YES_OR_NO = "yes_or_no"
    UNSAID = "unsaid"


_BY_WORD = {
    "who": Sought.PERSON,
    "whom": Sought.PERSON,
    "whose": Sought.PERSON,
    "when": Sought.TIME,
    "where": Sought.PLACE,
    "why": Sought.REASON,
    "how": Sought.WAY,
    "what": Sought.THING,
    "which": Sought.THING,
}
_MEASURES = {
    "much": "much", "many": "many", "long": "long", "far": "far", "old": "old", "tall": "tall", "high": "tall",
    "heavy": "heavy", "big": "big", "large": "big", "fast": "fast", "quick": "fast", "quickly": "fast",
    "often": "often", "frequently": "often", "deep": "deep", "wide": "wide", "soon": "soon", "hot": "hot",
    "cold": "cold", "slow": "slow", "small": "small", "strong": "strong", "short": "short", "thick": "thick",
}  # fmt: skip
_NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Asked:
    """What is sought.

    Attributes:
        sought: the kind of answer.
        measure: for `MEASURE` the word after "how" ("long"), else empty.
        scale: for `MEASURE` the scale that the word stands for: "high" and "tall" share one.
        also: what further question words of the text ask for.
        implied: words that the other wording may say and this one need not: "duration" for "how long".
    """

    sought: Sought
    measure: str = ""
    scale: str = ""
    implied: frozenset[str] = _NOTHING
    also: frozenset[Sought] = frozenset()


def asked_for(tokens: Sequence[str], lexicon: Lexicon) -> Asked:
    """The first question word decides; without one, a verb in front asks for yes or no."""
    asked = _first_asked(tokens, lexicon)
    also = frozenset(_BY_WORD[token] for token in tokens if token in _BY_WORD)
    return replace(asked, also=also - {asked.sought})


def _first_asked(tokens: Sequence[str], lexicon: Lexicon) -> Asked:
    if tokens and lexicon.function_words.get(tokens[0]) == "auxiliary":
        return Asked(Sought.YES_OR_NO, implied=_implied(Sought.YES_OR_NO, lexicon))
    for place, token in enumerate(tokens):
        sought = _BY_WORD.get(token)
        if sought is None or _joins_a_clause(token, place, tokens, lexicon):
            continue
        following = tokens[place + 1] if place + 1 < len(tokens) else ""
        if following == "many" and place + 2 < len(tokens) and tokens[place + 2] in lexicon.lists["time unit"]:
            implied = _implied("long", lexicon) | {"many", tokens[place + 2]}
            return Asked(Sought.MEASURE, following, "long", implied)
        if sought is Sought.WAY and following in _MEASURES:
            scale = _MEASURES[following]
            return Asked(Sought.MEASURE, following, scale, _implied(scale, lexicon))
        return Asked(sought, implied=_implied(sought, lexicon))
    return Asked(Sought.UNSAID)


def _joins_a_clause(token: str, place: int, tokens: Sequence[str], lexicon: Lexicon) -> bool:
    """Whether "when", "which" or "who" joins a clause instead of asking: "men who love", "the app … when I open"."""
    if place == 0 or token in {"why", "how"}:
        return False
    return place > 1 or tokens[0] not in lexicon.function_words


def _implied(asked: str, lexicon: Lexicon) -> frozenset[str]:
    return lexicon.lists.get(f"implied by {asked}", _NOTHING)
