"""What is asked for: when something was built is not who built it."""

from __future__ import annotations

from workers.cache.policy.asking import Asked, Sought
from workers.cache.policy.pair import Pair
from workers.cache.policy.reading import Reading
from workers.cache.policy.words import stem

_APART = frozenset({Sought.PERSON, Sought.OWNER, Sought.TIME, Sought.PLACE, Sought.REASON, Sought.WAY, Sought.MEASURE})
_WAY_OR_PLACE = frozenset({Sought.WAY, Sought.PLACE})
_WAY_OR_THING = frozenset({Sought.WAY, Sought.THING})
_TIME_OR_MEASURE = frozenset({Sought.TIME, Sought.MEASURE})
_PERSON_OR_OWNER = frozenset({Sought.PERSON, Sought.OWNER})
_NOT_YES_OR_NO = frozenset({Sought.PERSON, Sought.TIME, Sought.PLACE, Sought.REASON, Sought.MEASURE})
_NOT_A_THING = frozenset({Sought.PERSON, Sought.TIME, Sought.PLACE, Sought.REASON, Sought.MEASURE})
_COUNTING = frozenset({"many", "often"})
"""Scales that "what is the …" does not ask for, unless it names them."""
_REWORDED = 0.88
"""Nearer texts that name what they ask for otherwise are mostly one question in other words."""
_MANY_WORDS = 2
"""With so many words of its own a yes-or-no question is mostly another one altogether, and the score's to judge."""
_NAMED_BY = {
    scale: frozenset(map(stem, words))
    for scale, words in {
        "long": ("duration",), "hot": ("temperature",), "heavy": ("weight",), "tall": ("height",), "fast": ("speed",),
        "deep": ("depth",), "wide": ("width",), "often": ("frequency",), "far": ("distance",), "old": ("age",),
        "price": ("price", "cost", "fee", "fare", "charge", "rent", "salary", "wage"), "size": ("size", "capacity"),
    }.items()
}  # fmt: skip
"""What a measure is called, by the word that asks for it; "how much" and "how many" ask for any."""
_ENDING = {Sought.REASON: "for", Sought.PLACE: "from"}
""" "What is it good for" asks why, "what does it come from" where."""
_LIMITS = frozenset({"until", "till", "by", "deadline", "expire", "expiry", "latest", "last", "end"})

_ACTORS = frozenset({"i", "you", "we", "one", "me", "my", "your", "people", "someone"})


def objects(pair: Pair) -> bool:
    """Whether both sides say what they ask for, and it is not the same."""
    mine, theirs = pair.question.asked, pair.cached.asked
    if mine.sought is theirs.sought:
        return _differ_within_a_kind(mine, theirs, pair)
    sought = frozenset({mine.sought, theirs.sought})
    if mine.sought in theirs.also or theirs.sought in mine.also:
        return False
    if sought == _WAY_OR_PLACE:
        found_somewhere = pair.question.lexicon.lists["found somewhere"]
        return any(found_somewhere.isdisjoint(side.words) for side in (pair.question, pair.cached))
    if Sought.YES_OR_NO in sought:
        return bool(_NOT_YES_OR_NO & sought) and _asks_about_what_is_known(pair)
    if Sought.THING in sought and _NOT_A_THING & sought:
        return _asks_for_no_such_thing(pair)
    if sought == _WAY_OR_THING:
        return _asks_what_it_is(pair)
    return sought <= _APART and not _are_one(sought, pair)


def _differ_within_a_kind(mine: Asked, theirs: Asked, pair: Pair) -> bool:
    """Whether both ask how far it goes on two scales, or which and how many of two things that both texts speak of."""
    if mine.sought is Sought.MEASURE and mine.scale != theirs.scale:
        is_named = _names_the_scale(mine, pair.cached.words) or _names_the_scale(theirs, pair.question.words)
        return not is_named and not _counts_units(mine, pair.cached) and not _counts_units(theirs, pair.question)
    if mine.chooses and theirs.chooses and _ask_for_each_other(mine, theirs, pair):
        return True
    return mine.sought is Sought.THING and (mine.chooses or theirs.chooses) and _ask_for_other_things(pair)


def _counts_units(asked: Asked, other: Reading) -> bool:
    """Whether "how many miles is it" faces "how long is it in miles"."""
    return asked.scale == "many" and not asked.named.isdisjoint(other.measured_in & other.lexicon.quantities)


def _ask_for_each_other(mine: Asked, theirs: Asked, pair: Pair) -> bool:
    """Whether each side asks for what the other merely speaks of: "which cards does the bank …", "which banks …"."""
    if not mine.named or not theirs.named or not mine.named.isdisjoint(theirs.named):
        return False
    return mine.named <= pair.shared and theirs.named <= pair.shared


def _ask_for_other_things(pair: Pair) -> bool:
    """Whether what either side asks for is named by a word that the other has not: "which part", "what period"."""
    if pair.similarity >= _REWORDED or pair.question.labels[0] != "question" or pair.cached.labels[0] != "question":
        return False
    faint, rest = pair.question.lexicon.lists["faint"], pair.remainder
    mine, theirs = pair.question.asked.named, pair.cached.asked.named
    return (
        mine.isdisjoint(theirs)
        and not (mine - faint).isdisjoint(rest.question)
        and not (theirs - faint).isdisjoint(rest.cached)
    )


def _asks_about_what_is_known(pair: Pair) -> bool:
    """Whether one asks if it is so, and the other when, where or why, with no word of its own: it knows that it is.

    "Is it A or B" and "when is it so, A or B" leave the same choice.
    """
    if "or" in pair.question.tokens and "or" in pair.cached.tokens:
        return False
    rest = pair.remainder
    if pair.question.asked.sought is Sought.YES_OR_NO:
        whether, known, reading = rest.question, rest.cached, pair.cached
    else:
        whether, known, reading = rest.cached, rest.question, pair.question
    if reading.asked.sought is Sought.REASON and whether:
        return False
    return not _own_matter(known, reading) and len(whether) < _MANY_WORDS


def _own_matter(rest: tuple[str, ...], reading: Reading) -> bool:
    """Whether a side says something of its own, apart from what the thing asked for is called."""
    return not reading.lexicon.lists["faint"].union(reading.asked.named).issuperset(rest)


def _asks_for_no_such_thing(pair: Pair) -> bool:
    """Whether one asks for a thing that is no time, place, person … and the other asks for one, of the same matter."""
    rest = pair.remainder
    if pair.question.asked.sought is Sought.THING:
        thing, other = pair.question, pair.cached
    else:
        thing, other = pair.cached, pair.question
    if _names_another_scale(thing, other.asked) or _chooses_what_acts(thing, other.asked):
        return True
    if _names_the_kind(thing, other):
        return False
    has_own = _own_matter(rest.question, pair.question), _own_matter(rest.cached, pair.cached)
    if other.asked.sought is Sought.REASON:
        return not any(has_own)
    return not all(has_own)


def _names_another_scale(thing: Reading, asked: Asked) -> bool:
    """Whether a measure is asked for by its name, and is not what "how" asks for: "how long", "what speed"."""
    if asked.sought is not Sought.MEASURE or asked.scale not in _NAMED_BY or len(thing.asked.named) == 0:
        return False
    named = thing.asked.named
    is_other = any(not named.isdisjoint(names) for scale, names in _NAMED_BY.items() if scale != asked.scale)
    return is_other and named.isdisjoint(asked.implied)


def _chooses_what_acts(thing: Reading, asked: Asked) -> bool:
    """Whether a person or a place is chosen where the other side asks why: "which firm gave it", "why was it given"."""
    if asked.sought is not Sought.REASON or not thing.asked.chooses:
        return False
    lists = thing.lexicon.lists
    return not thing.asked.named.isdisjoint(lists["names person"] | lists["names place"])


def _names_the_kind(thing: Reading, other: Reading) -> bool:
    """Whether what is asked for is a time, place, person … by its name: "which day", "what is the price of"."""
    asked = other.asked
    names = thing.lexicon.lists[f"names {asked.sought}"]
    if not names.isdisjoint(thing.words) or not asked.implied.isdisjoint(thing.words):
        return True
    if thing.tokens[-1] == _ENDING.get(asked.sought):
        return True
    if asked.sought is Sought.REASON:
        return not names.isdisjoint(other.tokens[1:2])
    if asked.sought is Sought.PLACE:
        return _is_found_anywhere(thing, other)
    if asked.sought is Sought.PERSON:
        return "which" in thing.tokens and "do" not in thing.tokens
    if asked.sought is not Sought.MEASURE or "be" not in thing.tokens[1:2]:
        return False
    return "be" in other.tokens[2:3] if asked.scale == "long" else asked.scale not in _COUNTING


def _is_found_anywhere(thing: Reading, place: Reading) -> bool:
    """Whether "where can I find good …" faces "what are some good …"."""
    lists = thing.lexicon.lists
    if lists["of many"].isdisjoint(thing.tokens):
        return False
    return not (lists["found somewhere"].isdisjoint(place.words) and lists["of many"].isdisjoint(place.tokens))


def _are_one(sought: frozenset[Sought], pair: Pair) -> bool:
    """Whether two question words ask the same here: "how long may I", "until when may I"; "whose is", "who is"."""
    if sought == _TIME_OR_MEASURE:
        sides = (pair.question, pair.cached)
        timed = next(side for side in sides if side.asked.sought is Sought.TIME)
        measured = next(side for side in sides if side is not timed)
        return measured.asked.scale == "long" and not _LIMITS.isdisjoint(timed.tokens)
    return sought == _PERSON_OR_OWNER and all("be" in side.tokens[1:3] for side in (pair.question, pair.cached))


def _asks_what_it_is(pair: Pair) -> bool:
    """Whether one asks how to do something, and the other what a thing is: "how do I clear E4", "what does E4 mean"."""
    rest, question = pair.remainder, pair.question
    if question.asked.sought is Sought.WAY:
        way, thing, act, matter = question, pair.cached, rest.question, rest.cached
    else:
        way, thing, act, matter = pair.cached, question, rest.cached, rest.question
    lists = way.lexicon.lists
    return (
        not lists["weak"].issuperset(act)
        and not _ACTORS.isdisjoint(way.tokens)
        and _ACTORS.isdisjoint(thing.tokens)
        and lists["implied by way"].isdisjoint(thing.tokens)
        and not (matter and lists["faint"].issuperset(matter))
    )


def _names_the_scale(asked: Asked, words: frozenset[str]) -> bool:
    """Whether the words say what the other side's "how …" implies: "how much … weigh" for "how heavy"."""
    return not asked.implied.isdisjoint(words)
