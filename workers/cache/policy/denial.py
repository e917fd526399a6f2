"""What a text denies: each "not", "no", "without" or "except", with the words that it governs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from workers.cache.policy.lexicon import Lexicon

_LONGEST_WHOLE = 4
"""With more content words before "but" a clause ends there: "all of it broke, but the case held"."""
_REACH = 3
"""So many content words may one denial govern."""
_ENDS = frozenset({"question", "negation", "exception", "conjunction"})
_ENDS_A_PHRASE = frozenset({"relation", "link", "auxiliary", "degree"})
_GOES_ON = frozenset({"to", "of"})
_AFTER_INVERSION = frozenset({"pronoun", "article"})
_SUBJECTS = frozenset({"pronoun", "article", "filler"})
_OF_ALL = frozenset({"nothing", "none", "nobody", "neither"})
_OF_ABILITY = frozenset({"can", "could"})
_BE_OR_HAVE = frozenset({"be", "have"})


class Denial(NamedTuple):
    """One denial.

    Attributes:
        mark: the word that denies or excepts.
        words: the content words that it governs; none where the whole is denied: "isn't my …", "nobody …".
        head: the first of them, or "".
        is_aside: it stands in a remark before the question: "I don't have one yet, how do I …".
    """

    mark: str
    words: frozenset[str]
    head: str
    is_aside: bool


def denials_of(
    tokens: Sequence[str], labels: Sequence[str], lexicon: Lexicon, *, is_question: bool
) -> tuple[Denial, ...]:
    """The denials of a text in order, without those that deny nothing: "isn't this …?" asks what "is this …?" does.

    Args:
        tokens: of the text.
        labels: of the tokens.
        lexicon: the words.
        is_question: whether a question mark ends the text.
    """
    found: list[Denial] = []
    for place, word in enumerate(tokens):
        if not _is_mark(place, tokens, labels, lexicon):
            continue
        if word == "not" and _only_expects_a_yes(place, tokens, labels, is_question=is_question):
            continue
        words = [] if _denies_all(place, tokens, labels) else _governed(place, tokens, labels)
        if word == "nor" and found:
            found[-1] = found[-1]._replace(words=found[-1].words.union(words))
            continue
        is_aside = labels[place] == "negation" and _is_aside(place, tokens)
        found.append(Denial(word, frozenset(words), words[0] if words else "", is_aside))
    return tuple(found)


def _is_mark(place: int, tokens: Sequence[str], labels: Sequence[str], lexicon: Lexicon) -> bool:
    word = tokens[place]
    if labels[place] in {"negation", "exception"}:
        return True
    if word == "but":
        return _excepts(place, tokens, labels, lexicon)
    if word == "minus":
        return not "".join(tokens[place + 1 : place + 2]).startswith("#")
    return word in lexicon.lists["excluding"]


def _excepts(place: int, tokens: Sequence[str], labels: Sequence[str], lexicon: Lexicon) -> bool:
    """Whether "but" takes something from a whole: "every day but Sunday", not "all of it, but can I …"."""
    totals, start = lexicon.lists["total"], place
    while start > 0 and labels[start - 1] not in {"auxiliary", "question", "conjunction"}:
        start -= 1
    whole = [word for word, label in zip(tokens[start:place], labels[start:place], strict=True) if not label]
    if totals.isdisjoint(tokens[start:place]) or place + 1 >= len(tokens) or len(whole) > _LONGEST_WHOLE:
        return False
    is_noun = labels[place + 1] in {"", "article", "link"} or tokens[place + 1] in _OWNERS
    return is_noun and tokens[place + 1] not in lexicon.lists["going on"]


def _only_expects_a_yes(place: int, tokens: Sequence[str], labels: Sequence[str], *, is_question: bool) -> bool:
    """Whether a verb and "not" open the question: "isn't this …", "don't I need …"; "don't call me" is a wish."""
    if place != 1 or labels[0] != "auxiliary" or len(tokens) < 3:
        return False
    return tokens[0] in _BE_OR_HAVE or labels[2] in _SUBJECTS or (is_question and tokens[0] not in _OF_ABILITY)


def _denies_all(place: int, tokens: Sequence[str], labels: Sequence[str]) -> bool:
    """Whether the whole is denied: "isn't my …", "why don't …", "nobody …"."""
    if tokens[place] in _OF_ALL:
        return True
    if tokens[place] != "not" or place == 0 or labels[place - 1] != "auxiliary":
        return False
    is_asked = place > 1 and labels[place - 2] == "question"
    return is_asked or (labels[place + 1 : place + 2] != () and labels[place + 1] in _AFTER_INVERSION)


def _governed(place: int, tokens: Sequence[str], labels: Sequence[str]) -> list[str]:
    """The content words after a mark, up to the end of its phrase."""
    words: list[str] = []
    for word, label in zip(tokens[place + 1 :], labels[place + 1 :], strict=True):
        if (label in _ENDS and word != "or") or (words and label in _ENDS_A_PHRASE and word not in _GOES_ON):
            break
        if not label:
            words.append(word)
        if len(words) == _REACH:
            break
    return words


def _is_aside(place: int, tokens: Sequence[str]) -> bool:
    """Whether "I …" comes before the mark and "how", "what" … after it."""
    return tokens[0] in _SPEAKERS and not _ASKING.isdisjoint(tokens[place:]) and _ASKING.isdisjoint(tokens[:place])


_OWNERS = frozenset({"my", "your", "his", "our", "their", "one"})
_SPEAKERS = frozenset({"i", "my", "we", "our", "never"})
_ASKING = frozenset({"how", "why", "what", "which", "where", "who"})
