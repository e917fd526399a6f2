"""Two readings side by side: what they share, what stands on one side only, what stands for what."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

from workers.cache.policy.asking import Sought
from workers.cache.policy.counterparts import are_counterparts
from workers.cache.policy.frame import Frame
from workers.cache.policy.kinship import TYPO_LENGTH, is_derived, is_slip, is_swapped_or_doubled
from workers.cache.policy.language import ENGLISH
from workers.cache.policy.lazy import lazy
from workers.cache.policy.lexicon import is_denial
from workers.cache.policy.reading import Reading
from workers.cache.policy.slips import LEAST_SLIPPED, WORDS_A_SLIP, same_but_for_slips

_NOTHING: frozenset[str] = frozenset()
_MAX_SLOT = 2
_MAX_ALIGNED = 12
"""Longer remainders are not matched word by word: the texts have little in common anyway."""


@dataclass(frozen=True)
class Pair:
    """A question and a cached prompt, aligned.

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
        rest, lexicon = self.remainder, self.question.lexicon
        if not rest.question and not rest.cached:
            return 0
        is_added = not rest.question or not rest.cached
        matched = [word for equivalents in rest.substituted for word in equivalents] if is_added else []
        theirs = frozenset(self.cached.tokens).difference(self.question.tokens, matched)
        facing = sum(
            lexicon.faces_opposite(word, theirs)
            or any(is_denial(word, other) or are_counterparts(word, other) for other in rest.cached)
            for word in rest.question
        )
        if facing or not rest.cached:
            return facing
        mine = frozenset(self.question.tokens).difference(self.cached.tokens, matched)
        return sum(lexicon.faces_opposite(word, mine) for word in rest.cached)

    @lazy
    def are_sides_exchanged(self) -> bool:
        """Whether what stands after "than" in one text stands before it in the other."""
        if "than" not in self.question.tokens or "than" not in self.cached.tokens:
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
        return any(faces_opposite(word, facing) for word in mine - theirs)

    @lazy
    def is_reordered(self) -> bool:
        """Whether words that both texts have once come in another order."""
        mine, theirs = self.question.frame.places, self.cached.frame.places
        there = [theirs[word] for word in mine if word in theirs]
        return any(first > second for first, second in pairwise(there))

    @lazy
    def frames(self) -> tuple[Frame, Frame]:
        """Who stands where, in the question and in the cached prompt."""
        return self.question.frame, self.cached.frame


@dataclass(frozen=True, slots=True)
class Remainder:
    """The words that one side has and the other does not.

    Attributes:
        question: of the question, in its order.
        cached: of the cached prompt, in its order.
        substituted: equivalents: a word of the question, and the word of the cached prompt it stands for.
    """

    question: tuple[str, ...]
    cached: tuple[str, ...]
    substituted: tuple[tuple[str, str], ...]


def _align(question: Reading, cached: Reading) -> Remainder:
    shared = question.words & cached.words
    mine = _left_over(question, shared, cached)
    theirs = _left_over(cached, shared, question)
    substituted: list[tuple[str, str]] = []
    _join_compounds(mine, theirs)
    _join_compounds(theirs, mine)
    if mine and theirs and len(mine) <= _MAX_ALIGNED and len(theirs) <= _MAX_ALIGNED:
        for one in list(mine):
            partner = next((other for other in theirs if _equivalent(one, other, question, cached)), None)
            if partner is not None:
                mine.remove(one)
                theirs.remove(partner)
                substituted.append((one, partner))
    return Remainder(tuple(mine), tuple(theirs), tuple(substituted))


def _left_over(reading: Reading, shared: frozenset[str], other: Reading) -> list[str]:
    skipped: frozenset[str] = frozenset()
    if other.asked.sought is not reading.asked.sought:
        skipped = other.asked.implied | reading.asked.implied
    elif other.asked.sought is Sought.REASON:
        skipped = other.asked.implied
    found: list[str] = []
    said_again = _said_again(reading, other)
    for token in reading.content:
        if token in said_again and token not in found:
            found.append(token)
        if token in reading.words and token not in shared and token not in skipped and token not in found:
            found.append(token)
    return found


def _join_compounds(words: list[str], others: list[str]) -> None:
    """Take "race", "horse" and "racehorse" away from both lists."""
    for one, other in pairwise(list(words)):
        joined = next((word for word in others if word in (one + other, (one + other).removesuffix("e"))), None)
        if joined is not None and one in words and other in words:
            others.remove(joined)
            words.remove(one)
            words.remove(other)


def _said_again(reading: Reading, other: Reading) -> frozenset[str]:
    """Words that come more often here than there, in texts of one length: another word has taken a place."""
    if not reading.repeats_a_word or len(reading.content) != len(other.content):
        return _NOTHING
    here, there = Counter(reading.content), Counter(other.content)
    return frozenset(word for word, times in here.items() if word in reading.words and times > there[word] > 0)


def _equivalent(one: str, other: str, question: Reading, cached: Reading) -> bool:
    lexicon = question.lexicon
    if lexicon.are_synonyms(one, other):
        are_names = one in question.names and other in cached.names
        return not are_names or lexicon.clash(one, other) is None
    if is_derived(one, other):
        return not lexicon.faces_opposite(one, frozenset((other,))) and lexicon.clash(one, other) is None
    if lexicon.knows(one) and lexicon.knows(other):
        return False
    return _is_slip(one, other, question, cached)


def _is_slip(one: str, other: str, question: Reading, cached: Reading) -> bool:
    """Whether one is no word, and a slip of the other; where neither is one, only where hardly two names would differ.

    "Nitrite" and "nitrate", "ethene" and "ethane" are words, though of no list that says anything of them.
    """
    is_word = question.lexicon.is_word
    is_name = one in question.names or other in cached.names
    if is_word(one) == is_word(other):
        return not is_word(one) and len(one) >= TYPO_LENGTH and is_swapped_or_doubled(one, other)
    return is_slip(one, other, shortest=TYPO_LENGTH if is_name else LEAST_SLIPPED)
