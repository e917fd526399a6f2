"""What a question asks for: a person, a time, a place, a reason, a way, an amount, a yes or no."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from workers.cache.policy.lexicon import Lexicon


class Sought(StrEnum):
    """The kind of answer that is looked for."""

    PERSON = "person"
    OWNER = "owner"
    TIME = "time"
    PLACE = "place"
    REASON = "reason"
    WAY = "way"
    MEASURE = "measure"
    THING = "thing"
    YES_OR_NO = "yes_or_no"
    UNSAID = "unsaid"

    __hash__ = str.__hash__  # the one of an enumeration is a function in Python


_BY_WORD = {
    "who": Sought.PERSON,
    "whom": Sought.PERSON,
    "whose": Sought.OWNER,
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
    "loud": "loud", "noisy": "loud",
}  # fmt: skip
_AMOUNTS = ("many", "much")
_SHARES = frozenset({"percent", "percentag", "fraction"})
_NOTHING: frozenset[str] = frozenset()
_NOTHING_ELSE: frozenset[Sought] = frozenset()


_AFTER_QUESTION = frozenset({"auxiliary", "conjunction"})
_JOINING = frozenset({"when", "where", "which"})
"""These join clauses more often than they ask further: "what happens when …", but "when and where"."""
_BESIDE = frozenset({"and", "or", "know", "see", "check", "tell", "find", "findout"})
_BEFORE_A_NOUN = frozenset({"article", "pronoun", "quantifier", "filler"})
_LONGEST_PHRASE = 2


@dataclass(slots=True)
class Asked:
    """What is sought.

    Attributes:
        sought: the kind of answer.
        measure: for `MEASURE` the word after "how" ("long"), else empty.
        scale: for `MEASURE` the scale that the word stands for: "high" and "tall" share one.
        also: what further question words of the text ask for.
        named: what the thing asked for is called: "company" for "which company …", "fee" for "what is the fee for …".
        chooses: "which" or "how many" stands right before that name.
        implied: words that the other wording may say and this one need not: "duration" for "how long".
    """

    sought: Sought
    measure: str = ""
    scale: str = ""
    implied: frozenset[str] = _NOTHING
    also: frozenset[Sought] = _NOTHING_ELSE
    named: frozenset[str] = _NOTHING
    chooses: bool = False


_UNSAID = Asked(Sought.UNSAID)


def asked_for(tokens: Sequence[str], lexicon: Lexicon) -> Asked:
    """A verb in front asks for yes or no; otherwise the first question word decides."""
    words = [place for place, token in enumerate(tokens) if token in _BY_WORD]
    if not words:
        is_verb_first = bool(tokens) and lexicon.function_words.get(tokens[0]) == "auxiliary"
        return _asked(Sought.YES_OR_NO, lexicon) if is_verb_first else _UNSAID
    if words == [0]:
        return _asked_by(0, tokens, lexicon, _NOTHING_ELSE)
    asking = [place for place in words if not _joins_a_clause(tokens[place], place, tokens, lexicon)]
    if len(asking) > 1 and _opens_a_clause(asking[0], tokens, lexicon):
        del asking[0]
    is_verb_first = lexicon.function_words.get(tokens[0]) == "auxiliary"
    main = asking[0] if asking and not is_verb_first else None
    also = frozenset(
        _BY_WORD[tokens[place]]
        for place in words
        if place != main and (place in asking or tokens[place] not in _JOINING or tokens[place - 1] in _BESIDE)
    )
    if is_verb_first:
        return _asked(Sought.YES_OR_NO, lexicon, also)
    return Asked(Sought.UNSAID, also=also) if main is None else _asked_by(main, tokens, lexicon, also)


def _opens_a_clause(place: int, tokens: Sequence[str], lexicon: Lexicon) -> bool:
    """Whether "when" or "where" says under which condition: "when it rains, what do …"."""
    following = "".join(tokens[place + 1 : place + 2])
    return tokens[place] in {"when", "where"} and lexicon.function_words.get(following) not in _AFTER_QUESTION


def _asked(sought: Sought, lexicon: Lexicon, also: frozenset[Sought] = _NOTHING_ELSE) -> Asked:
    return Asked(sought, implied=_implied(sought, lexicon), also=also - {sought} if also else also)


def _asked_by(place: int, tokens: Sequence[str], lexicon: Lexicon, also: frozenset[Sought]) -> Asked:
    """What the question word at `place` asks for, together with the word after it."""
    sought = _BY_WORD[tokens[place]]
    following, next_one = (*tokens[place + 1 : place + 3], "", "")[:2]
    if sought is Sought.THING:
        named, chooses = _named(place, tokens, lexicon), following not in lexicon.function_words
        return Asked(sought, implied=_implied(sought, lexicon), also=also, named=named, chooses=chooses)
    if sought is not Sought.WAY or following not in _MEASURES:
        return _asked(sought, lexicon, also)
    if following == "many" and next_one in lexicon.lists["time unit"]:
        implied = _implied("long", lexicon) | {"many", next_one}
        return Asked(Sought.MEASURE, following, "long", implied, also)
    scale = _MEASURES[following]
    named = _named(place + 1, tokens, lexicon) if scale == "many" else _NOTHING
    return Asked(Sought.MEASURE, following, scale, _implied(scale, lexicon), also, named, chooses=True)


def _named(place: int, tokens: Sequence[str], lexicon: Lexicon) -> frozenset[str]:
    """The content words of the phrase after "what", "which" or "how many", also behind a form of "be" or "of"."""
    labels = lexicon.function_words
    start = place + 1
    if tokens[start : start + 1] in (("be",), ("of",)):
        start += 1
    while start < len(tokens) and labels.get(tokens[start]) in _BEFORE_A_NOUN:
        start += 1
    end = start
    while end < min(len(tokens), start + _LONGEST_PHRASE) and tokens[end] not in labels:
        end += 1
    return frozenset(tokens[start:end])


def _joins_a_clause(token: str, place: int, tokens: Sequence[str], lexicon: Lexicon) -> bool:
    """Whether "when", "which" or "who" joins a clause instead of asking: "men who love", "the app … when I open"."""
    if place == 0 or token in {"why", "how"}:
        return False
    if place == 1 and tokens[0] in lexicon.function_words:
        return False
    return not _is_turned_round(token, place, tokens, lexicon)


def _is_turned_round(asking: str, place: int, tokens: Sequence[str], lexicon: Lexicon) -> bool:
    """Whether a verb comes before its subject, as only a question has it: "today, when do …", "…, which cats can …".

    "What" asks before a noun or verb, too; "who" joins a clause to the noun before it.
    """
    labels = [lexicon.function_words.get(word, "") for word in tokens[place + 1 : place + 4]]
    if asking == "what" and labels[:1] == [""]:
        return True
    if asking == "which" and labels[:1] == [""]:
        return "auxiliary" in labels
    if asking == "who" and lexicon.function_words.get(tokens[place - 1]) is None:
        return False
    return asking != "which" and labels[:1] == ["auxiliary"]


def _implied(asked: str, lexicon: Lexicon) -> frozenset[str]:
    return lexicon.lists.get(f"implied by {asked}", _NOTHING)


def counted(tokens: Sequence[str], labels: Sequence[str]) -> frozenset[str]:
    """What "how many" or "what percent" asks the number of, with the words beside it: "grams", "Mexican pesos"."""
    for amount in _AMOUNTS:
        if amount in tokens and "how" in tokens[: (place := tokens.index(amount))][-1:]:
            return _run(tokens, labels, place + 1)
    if "what" not in tokens:
        return _NOTHING
    place = tokens.index("what") + 1
    return _SHARES.intersection(tokens[place : place + 1])


def _run(tokens: Sequence[str], labels: Sequence[str], start: int) -> frozenset[str]:
    """The content words that stand together there."""
    end = start
    while end < len(tokens) and not labels[end] and tokens[end][0] != "#":
        end += 1
    return frozenset(tokens[start:end])
