"""Two readings side by side: what they share, what stands on one side only, what stands for what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from workers.cache.policy.asking import Sought
from workers.cache.policy.counterparts import are_counterparts
from workers.cache.policy.frame import Frame
from workers.cache.policy.kinship import TYPO_LENGTH, is_derived, is_slip, is_swapped_or_doubled
from workers.cache.policy.language import ENGLISH
from workers.cache.policy.lazy import lazy
from workers.cache.policy.lexicon import ClassKind, is_denial
from workers.cache.policy.reading import Reading
from workers.cache.policy.slips import LEAST_SLIPPED, WORDS_A_SLIP, same_but_for_slips

_NOTHING: frozenset[str] = frozenset()
_MAX_SLOT = 2
_LEAST_ALIKE = 3
"""Letters that opposites by their form share at their beginning or end."""
_MAX_ALIGNED = 12
"""Longer remainders are not matched word by word: the texts have little in common anyway."""


@dataclass(eq=False)
class Pair:
    """A question and a cached prompt, aligned. Never changed.

    Attributes:
        question: the text asked, read.
        cached: the candidate's text, read.
        similarity: cosine of the two, −1…1; 0 where nobody measured it.
    """

    question: Reading
    cached: Reading
    similarity: float = 0.0

    @lazy
    def shared(self) -> frozenset[str]:
        """Content words that both texts have, figures apart."""
        return self.question.words & self.cached.words

    @lazy
    def remainder(self) -> Remainder:
        """What is left of the content words when shared words and equivalents are taken away."""
        return _align(self.question, self.cached)

    @lazy
    def says_alike(self) -> bool:
        """Whether both are the same words in the same order, but for inflections and ways of writing."""
        return self.question.said == self.cached.said and self.question.language == ENGLISH

    @lazy
    def is_misspelt(self) -> bool:
        """Whether nothing but slips of the keyboard is between the texts."""
        mine, theirs = self.question, self.cached
        if mine.strangers == theirs.strangers or mine.language != ENGLISH:
            return False
        return (
            same_but_for_slips(mine.spelt_words, theirs.spelt_words, mine.lexicon) or self._says_alike_but_for_slips()
        )

    def _says_alike_but_for_slips(self) -> bool:
        mine, theirs = self.question.said, self.cached.said
        if len(mine) != len(theirs):
            return False
        changed = [(one, other) for one, other in zip(mine, theirs, strict=True) if one != other]
        return len(changed) * WORDS_A_SLIP <= len(mine) and all(
            _is_slip(one, other, self.question, self.cached) for one, other in changed
        )

    @lazy
    def is_one_slot(self) -> bool:
        """Whether the contents are the same sequence but for one place, where a word or two stand on each side."""
        rest = self.remainder
        if not 1 <= len(rest.question) <= _MAX_SLOT or not 1 <= len(rest.cached) <= _MAX_SLOT:
            return False
        stands_for = dict(rest.substituted)
        mine = tuple(stands_for.get(word, word) for word in self.question.content)
        theirs, start, end = self.cached.content, 0, 0
        shortest = min(len(mine), len(theirs))
        while start < shortest and mine[start] == theirs[start]:
            start += 1
        while end < shortest - start and mine[-1 - end] == theirs[-1 - end]:
            end += 1
        left_mine, left_theirs = len(mine) - start - end, len(theirs) - start - end
        return left_mine == len(rest.question) and left_theirs == len(rest.cached)

    @lazy
    def turns(self) -> int:
        """How many words turn the sense round ("not", "without", "less") on one side more than on the other."""
        return abs(self.question.turns - self.cached.turns)

    @lazy
    def opposites(self) -> int:
        """How many words of the question's remainder stand opposite to one of the cached prompt's.

        Where one side only adds words, they face no word that has its equivalent: "thaw frozen peas", "defrost peas".
        """
        rest = self.remainder
        if not rest.question and not rest.cached:
            return 0
        is_added = not rest.question or not rest.cached
        matched = [word for equivalents in rest.substituted for word in equivalents] if is_added else []
        facing = sum([self._faces(word, matched) for word in rest.question])
        if facing or not rest.cached:
            return facing
        listed = self.cached.known.opposites
        return sum([self._is_against(listed[word], self.question, matched) for word in rest.cached if word in listed])

    def _faces(self, word: str, matched: Sequence[str]) -> bool:
        """Whether an opposite of a word of the question stands in the cached prompt alone, by a list or by its form."""
        listed = self.question.known.opposites.get(word)
        if listed is not None and self._is_against(listed, self.cached, matched):
            return True
        first, last = word[0], word[-_LEAST_ALIKE:]
        for other in self.remainder[1]:
            may_be = other[0] == first or other[-_LEAST_ALIKE:] == last or other in word or word in other
            if may_be and (is_denial(word, other) or are_counterparts(word, other)):
                return True
        return False

    def _is_against(self, opposites: frozenset[str], there: Reading, matched: Sequence[str]) -> bool:
        """Whether one of the opposites stands in that text alone."""
        if opposites.isdisjoint(there.token_set):
            return False
        here = self.cached if there is self.question else self.question
        return not opposites.intersection(there.token_set) <= here.token_set.union(matched)

    @lazy
    def are_sides_exchanged(self) -> bool:
        """Whether what stands after "than" in one text stands before it in the other."""
        if "than" not in self.question.token_set or "than" not in self.cached.token_set:
            return False
        mine, theirs = self.question.frame.roles, self.cached.frame.roles
        changed = {(role, theirs[word]) for word, role in mine.items() if word in theirs}
        return any(role != "than" and ("than", role) in changed for role, there in changed if there == "than")

    @lazy
    def is_turned(self) -> bool:
        """Whether the sense is turned round on one side, and no opposite turns it back ("not legal", "illegal")."""
        if self.turns == self.opposites == 0:
            return False
        if self.are_sides_exchanged:
            return (self.turns + self.opposites) % 2 == 0
        return self.turns != self.opposites

    @lazy
    def has_opposite_relations(self) -> bool:
        """Whether "before" faces "after", "over" faces "under", and the like."""
        mine, theirs = self.question.relations, self.cached.relations
        if mine == theirs:
            return False
        faces_opposite, facing = self.question.lexicon.faces_opposite, theirs - mine
        return bool(facing) and any(faces_opposite(word, facing) for word in mine - theirs)

    @lazy
    def clashes(self) -> tuple[ClassKind, ...]:
        """The kinds of the classes of which a word left over is another member than one that it faces."""
        if not self.question.known.classed or not self.cached.known.classed:
            return ()
        lexicon, rest = self.question.lexicon, self.remainder
        mine = [word for word in rest.question if word in self.question.known.classed]
        theirs = [word for word in rest.cached if word in self.cached.known.classed] if mine else ()
        if not theirs:
            return ()
        found = [lexicon.clash(one, other) for one in mine for other in theirs]
        return tuple([kind for kind in found if kind is not None])

    @property
    def is_reordered(self) -> bool:
        """Whether words that both texts have once come in another order."""
        return self.shifts[0]

    @property
    def has_other_roles(self) -> bool:
        """Whether another word governs one that both texts have once."""
        return self.shifts[1]

    @lazy
    def shifts(self) -> tuple[bool, bool]:
        """See `is_reordered` and `has_other_roles`."""
        mine, theirs = self.question.frame.roles, self.cached.frame
        place_of, role_of = theirs.places.get, theirs.roles.get
        is_reordered, has_other_roles, last = False, False, -1
        for word, role in mine.items():
            place = place_of(word)
            if place is None:
                continue
            if place < last:
                is_reordered = True
            last = place
            if role_of(word) != role:
                has_other_roles = True
        return is_reordered, has_other_roles

    @lazy
    def frames(self) -> tuple[Frame, Frame]:
        """Who stands where, in the question and in the cached prompt."""
        return self.question.frame, self.cached.frame


class Remainder(NamedTuple):
    """The words that one side has and the other does not.

    Attributes:
        question: of the question, in its order.
        cached: of the cached prompt, in its order.
        substituted: equivalents: a word of the question, and the word of the cached prompt it stands for.
    """

    question: tuple[str, ...]
    cached: tuple[str, ...]
    substituted: tuple[tuple[str, str], ...]


_NOTHING_LEFT = Remainder((), (), ())


def _align(question: Reading, cached: Reading) -> Remainder:
    mine, theirs = _left_over(question, cached), _left_over(cached, question)
    if not mine or not theirs:
        return Remainder(tuple(mine), tuple(theirs), ()) if mine or theirs else _NOTHING_LEFT
    if len(mine) > 1:
        _join_compounds(mine, theirs)
    if len(theirs) > 1:
        _join_compounds(theirs, mine)
    if len(mine) > _MAX_ALIGNED or len(theirs) > _MAX_ALIGNED:
        return Remainder(tuple(mine), tuple(theirs), ())
    substituted: list[tuple[str, str]] = []
    for one in tuple(mine):
        partner = _partner(one, theirs, question, cached)
        if partner:
            mine.remove(one)
            theirs.remove(partner)
            substituted.append((one, partner))
    return Remainder(tuple(mine), tuple(theirs), tuple(substituted))


def _partner(one: str, others: Sequence[str], question: Reading, cached: Reading) -> str:
    """The first of the others that may stand for the word, or ""; a glance tells most that may not."""
    known, known_there = question.known, cached.known
    groups, is_classed, letter = known.synonyms.get(one), one in known.classed, one[0]
    groups_there = known_there.synonyms
    for other in others:
        may_be = (
            letter == other[0]
            or (groups is not None and other in groups_there and not groups.isdisjoint(groups_there[other]))
            or (is_classed and other in known_there.classed)
            or one[:2] == other[1::-1]
        )
        if may_be and _equivalent(one, other, question, cached):
            return other
    return ""


def _left_over(reading: Reading, other: Reading) -> list[str]:
    there = other.words
    left = [word for word in reading.distinct if word not in there]
    mine, theirs = reading.asked, other.asked
    if left and (mine.sought is not theirs.sought or theirs.sought is Sought.REASON):
        skipped = theirs.implied if mine.sought is theirs.sought else theirs.implied | mine.implied
        left = [word for word in left if word not in skipped]
    if reading.repeats_a_word and (said_again := _said_again(reading, other)):
        return [word for word in dict.fromkeys(reading.content) if word in said_again or word in left]
    return left


def _join_compounds(words: list[str], others: list[str]) -> None:
    """Take "race", "horse" and "racehorse" away from both lists."""
    for one, other in pairwise(tuple(words)):
        joined = one + other
        if joined not in others:
            joined = joined.removesuffix("e")
        if joined in others and one in words and other in words:
            others.remove(joined)
            words.remove(one)
            words.remove(other)


def _said_again(reading: Reading, other: Reading) -> frozenset[str]:
    """Words that come more often here than there, in texts of one length: another word has taken a place."""
    if len(reading.content) != len(other.content):
        return _NOTHING
    here, there = Counter(reading.content), Counter(other.content)
    return frozenset(word for word, times in here.items() if word in reading.words and times > there[word] > 0)


def _equivalent(one: str, other: str, question: Reading, cached: Reading) -> bool:
    lexicon = question.lexicon
    if lexicon.are_synonyms(one, other):
        are_names = one in question.names and other in cached.names
        return not are_names or lexicon.clash(one, other) is None
    if _is_short_for(one, other, question, cached):
        return True
    if is_derived(one, other):
        return not lexicon.faces_opposite(one, frozenset((other,))) and lexicon.clash(one, other) is None
    if lexicon.knows(one) and lexicon.knows(other):
        return False
    return _is_slip(one, other, question, cached)


def _is_short_for(one: str, other: str, question: Reading, cached: Reading) -> bool:
    """Whether one word begins the other, and the same figure follows both: "T5", "Terminal 5"; "Win 10"."""
    if not one.startswith(other) and not other.startswith(one):
        return False
    return not question.figures_after(one).isdisjoint(cached.figures_after(other))


def _is_slip(one: str, other: str, question: Reading, cached: Reading) -> bool:
    """Whether one is no word, and a slip of the other; where neither is one, only where hardly two names would differ.

    "Nitrite" and "nitrate", "ethene" and "ethane" are words, though of no list that says anything of them.
    """
    is_word = question.lexicon.is_word
    is_name = one in question.names or other in cached.names
    if is_word(one) == is_word(other):
        return not is_word(one) and len(one) >= TYPO_LENGTH and is_swapped_or_doubled(one, other)
    return is_slip(one, other, shortest=TYPO_LENGTH if is_name else LEAST_SLIPPED)
