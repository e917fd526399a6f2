"""Who does it and whose it is: what I send is not what I am sent, my parcel is not my neighbour's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from workers.cache.policy.acting import ASKER, NAMELESS, OTHER, YOU, Acting
from workers.cache.policy.frame import SELF
from workers.cache.policy.inclusion import governed_by
from workers.cache.policy.pair import Pair
from workers.cache.policy.reading import Reading
from workers.cache.policy.words import stem

_BECOMING = frozenset({"as", stem("become")})
_NOT_UPON = _BECOMING | {"ask"}
_ANYBODY = NAMELESS | {"me", "us"}
_NOBODY: frozenset[str] = frozenset()


def objects(pair: Pair) -> bool:
    """Whether a verb that both texts have is done by, or to, another party; or a thing belongs to another."""
    if not _may_differ(pair.question.tokens, pair.cached.tokens, pair):
        return False
    mine, theirs = pair.question.acting, pair.cached.acting
    return (
        _others_act(pair)
        or _is_exchanged(mine, theirs)
        or _belongs_to_another(pair)
        or _acts_back(pair)
        or _becomes_one(pair)
    )


def _may_differ(mine: tuple[str, ...], theirs: tuple[str, ...], pair: Pair) -> bool:
    """Whether anybody but the asker is spoken of, or something is done to the asker in one text only."""
    others = pair.question.lexicon.lists["party"]
    if others.isdisjoint(mine) and others.isdisjoint(theirs):
        is_asker_only = _ANYBODY.isdisjoint(mine) and _ANYBODY.isdisjoint(theirs)
        if is_asker_only and ("be" in mine) == ("be" in theirs) and ("get" in mine) == ("get" in theirs):
            return False
    return mine != theirs


def _others_act(pair: Pair) -> bool:
    mine, theirs = pair.question, pair.cached
    for _, here, there in _of_both(mine.acting.actors, theirs.acting.actors, pair):
        if _is_another(here, there, theirs) or _is_another(there, here, mine) or _are_opposed(here, there, mine):
            return True
    return any(
        {here, there} == {frozenset({SELF}), frozenset({OTHER})}
        for _, here, there in _of_both(mine.acting.acted_on, theirs.acting.acted_on, pair)
    )


def _of_both(
    mine: Mapping[str, frozenset[str]], theirs: Mapping[str, frozenset[str]], pair: Pair
) -> Iterator[tuple[str, frozenset[str], frozenset[str]]]:
    """Each verb of both texts, equivalents included, with its parties here and there."""
    stands_for = dict(pair.remainder.substituted)
    for verb, here in mine.items():
        there = theirs.get(stands_for.get(verb, verb))
        if there is not None:
            yield verb, here, there


def _is_another(one: frozenset[str], other: frozenset[str], reading: Reading) -> bool:
    """Whether the asker alone acts here, and another party there.

    "Someone" and "guests" may be the asker where the text does not speak of the asker apart from them.
    """
    if one != {SELF} or SELF in other or YOU in other:
        return False
    is_apart = not ASKER.isdisjoint(reading.tokens)
    return is_apart or other.isdisjoint(reading.lexicon.lists["asking party"] | {OTHER})


def _are_opposed(here: frozenset[str], there: frozenset[str], reading: Reading) -> bool:
    """Whether a party acts here, and there the one it deals with: "a tenant owes", "a landlord owes"."""
    return any(reading.lexicon.faces_opposite(party, there - here) for party in here - there)


def _is_exchanged(mine: Acting, theirs: Acting) -> bool:
    """Whether a party acts here and is acted on there, by the same verb."""
    return any(
        _changes_sides(verb, mine, theirs) or _changes_sides(verb, theirs, mine)
        for verb in mine.actors.keys() & theirs.actors.keys()
    )


def _changes_sides(verb: str, one: Acting, other: Acting) -> bool:
    acts_here = one.actors[verb] - one.acted_on.get(verb, _NOBODY)
    acted_on_there = other.acted_on.get(verb, _NOBODY) - other.actors[verb]
    return not (acts_here & acted_on_there).isdisjoint(one.actors[verb] - {OTHER, YOU})


def _belongs_to_another(pair: Pair) -> bool:
    mine, theirs = pair.question.acting.owners, pair.cached.acting.owners
    for thing in mine.keys() & theirs.keys():
        here, there = mine[thing], theirs[thing]
        if here == there or {here, there} == {SELF, YOU}:
            continue
        named = there if here in {SELF, YOU} else here
        other = pair.question if named == there else pair.cached
        if named not in other.tokens[: other.tokens.index(thing)][-1:]:
            return True
    return False


def _acts_back(pair: Pair) -> bool:
    """Whether the asker acts on a party in one text, and that party on the asker in the other."""
    mine, theirs = pair.question, pair.cached
    mine_to, mine_from = _dealings(mine)
    theirs_to, theirs_from = _dealings(theirs)
    return not (
        (mine_to - theirs_to) & (theirs_from - mine_from) | (theirs_to - mine_to) & (mine_from - theirs_from)
    ) <= {OTHER}


def _becomes_one(pair: Pair) -> bool:
    """Whether the asker is to be in one text what the asker looks for in the other: "become a host", "find a host"."""
    return _is_one(pair.question, pair.cached) or _is_one(pair.cached, pair.question)


def _is_one(one: Reading, other: Reading) -> bool:
    if _BECOMING.isdisjoint(one.tokens):
        return False
    parties = one.lexicon.lists["party"]
    becoming = governed_by(_BECOMING, one.tokens, one.labels) & parties
    if not becoming:
        return False
    looked_for = _dealings(other)[0] | (governed_by({"to"}, other.tokens, other.labels) & parties)
    return not (becoming & looked_for).isdisjoint(becoming - governed_by(_BECOMING, other.tokens, other.labels))


def _dealings(reading: Reading) -> tuple[frozenset[str], frozenset[str]]:
    """The parties that the asker acts on, and those that act on the asker."""
    acting, gains = reading.acting, reading.lexicon.lists["gain"]
    acted_on: set[str] = set()
    acting_on: set[str] = set()
    for verb, parties in acting.acted_on.items():
        actors = acting.actors.get(verb, _NOBODY)
        if SELF in actors and verb not in gains and verb not in _NOT_UPON:
            acted_on.update(parties)
        if SELF in parties:
            acting_on.update(actors)
    return frozenset(acted_on - {SELF, YOU}), frozenset(acting_on - {SELF, YOU})
