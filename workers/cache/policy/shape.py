"""The parts of a clause: what is asked for, who acts, the verb, and whether it is in the passive voice."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from workers.cache.policy.clauses import MAIN, Clause, Text

_WHO = frozenset({"who", "whom"})
_ASKING_FOR_A_NOUN = frozenset({"who", "whom", "what", "which", "whose"})
_AMOUNTS = frozenset({"many", "much"})
SUBJECTS = frozenset({"i", "you", "we", "they", "he", "she", "it", "one"})
_WITH_PARTICIPLE = frozenset({"be", "have"})
_BEFORE_A_NOUN = frozenset({"article", "link", "relation", "quantifier"})
_ACTED_ON = frozenset({"me", "us", "him", "them"})
_NONE = -1


class Voice(Enum):
    """How the subject has to do with the verb."""

    ACTIVE = "active"
    PASSIVE = "passive"
    COPULA = "copula"
    UNKNOWN = "unknown"


class Span(NamedTuple):
    """Tokens from `start` up to `end`."""

    start: int
    end: int


class Shape(NamedTuple):
    """Where the parts of a clause stand.

    Attributes:
        asked: the question word and its noun; empty where none is asked for.
        is_asked_subject: whether that is also the subject.
        subject: everything from the first to the last word of it; empty where there is none.
        verb: place of the main verb, or −1.
        voice: active, passive, a mere "is", or unknown where no verb was made out.
    """

    asked: Span
    is_asked_subject: bool
    subject: Span
    verb: int
    voice: Voice

    @property
    def rest(self) -> int:
        """Where the words after subject and verb begin."""
        return max(self.verb + 1, self.subject.end, self.asked.end)


def shape_of(text: Text, clause: Clause) -> Shape:
    """Find the parts of a clause."""
    start, end = clause.start, clause.end
    if not clause.is_question:
        shape = _statement(text, start, end)
        return shape._replace(voice=Voice.UNKNOWN) if _is_note(text, clause) else shape
    if text.labels[start] == "auxiliary":
        return _with_subject(text, start, end, Span(start, start))
    auxiliary = _first_auxiliary(text, start + 1, end)
    is_noun = text.tokens[start] in _ASKING_FOR_A_NOUN or text.tokens[start + 1] in _AMOUNTS
    if auxiliary == _NONE or _has_verb_before(text, start, auxiliary):
        return _without_auxiliary(text, start, end) if is_noun else _subjectless(text, start + 1, end)
    asked = Span(start, auxiliary)
    if not is_noun or not _is_subject_left_out(text, auxiliary, end):
        return _with_subject(text, auxiliary, end, asked if is_noun else Span(auxiliary, auxiliary))
    return _after_auxiliary(text, auxiliary, end, asked, Span(auxiliary, auxiliary), is_asked_subject=True)


def _after_auxiliary(
    text: Text, auxiliary: int, end: int, asked: Span, subject: Span, *, is_asked_subject: bool
) -> Shape:
    """A clause whose subject stands before its auxiliary, and the verb after it."""
    verb = next((place for place in range(auxiliary + 1, end) if text.content[place]), _NONE)
    if text.tokens[auxiliary] in _WITH_PARTICIPLE and (verb == _NONE or not text.participle[verb]):
        is_had = text.tokens[auxiliary] == "have"
        verb, voice = (auxiliary, Voice.ACTIVE) if is_had else (_NONE, Voice.COPULA)
        return Shape(asked, is_asked_subject, subject, verb, voice)
    return Shape(asked, is_asked_subject, subject, verb, _voice(text, auxiliary, verb))


def _without_auxiliary(text: Text, start: int, end: int) -> Shape:
    """ "Who bought it", "which firm bought it"; or "which car I bought", the question within another one."""
    first = start + 1 if text.tokens[start] in _WHO or _is_lone_verb(text, start + 1, end) else start + 2
    is_verb_next = text.tokens[start] in _WHO and text.content[start + 1]
    verb = start + 1 if is_verb_next else _verb(text, start + 1, end, first)
    inner = next((place for place in range(first, end) if _begins_a_noun(text, place)), end)
    if verb > inner and text.content[start + 1] and not text.verb[inner - 1]:
        return Shape(Span(start, inner), False, Span(inner, verb), verb, Voice.ACTIVE)
    stop = end if verb == _NONE else verb
    return Shape(Span(start, stop), True, Span(stop, stop), verb, _voice(text, start, verb))


def _is_lone_verb(text: Text, place: int, end: int) -> bool:
    """Whether the word after "what" is its verb: "what happens on Monday"."""
    return place < end and text.verb[place] and not (place + 1 < end and text.verb[place + 1])


def _begins_a_noun(text: Text, place: int) -> bool:
    return text.labels[place] in {"article", "pronoun"} and text.content[place - 1]


def _subjectless(text: Text, start: int, end: int) -> Shape:
    """ "How to pay": nobody is said to act."""
    nothing = Span(start, start)
    verb = next((place for place in range(start, end) if text.verb[place]), _NONE)
    first = next((place for place in range(start, end) if text.content[place]), _NONE)
    return Shape(nothing, False, nothing, verb, Voice.ACTIVE if verb == first != _NONE else Voice.UNKNOWN)


def _statement(text: Text, start: int, end: int) -> Shape:
    """A clause that begins with its subject, or with the verb: "before I pay", "before paying"."""
    nothing = Span(start, start)
    auxiliary = _first_auxiliary(text, start, end)
    if auxiliary == start and text.tokens[start + 1] in SUBJECTS:
        return _with_subject(text, start, end, nothing)
    if auxiliary > start and not _is_lone_verb(text, start, auxiliary):
        return _after_auxiliary(text, auxiliary, end, nothing, Span(start, auxiliary), is_asked_subject=False)
    if _is_lone_verb(text, start, end):
        return Shape(nothing, False, nothing, start, Voice.ACTIVE)
    verb = _verb(text, start, end, start + 1) if _has_subject(text, start, end) else _NONE
    return Shape(nothing, False, Span(start, start if verb == _NONE else verb), verb, Voice.ACTIVE)


def _is_note(text: Text, clause: Clause) -> bool:
    """Whether the words are merely strung together: "annual fee second card"."""
    span = range(clause.start, clause.end)
    return clause.name == MAIN and not any(text.auxiliary[place] or text.tokens[place] in SUBJECTS for place in span)


def _has_subject(text: Text, start: int, end: int) -> bool:
    """Whether a verb comes later on, so that what is in front may be its subject: no "in SQL", no "the free trial"."""
    if text.labels[start] in {"link", "relation"}:
        return False
    return text.tokens[start] in SUBJECTS or any(text.verb[place] for place in range(start + 1, end))


def _first_auxiliary(text: Text, start: int, end: int) -> int:
    return next((place for place in range(start, end) if text.auxiliary[place]), _NONE)


def _has_verb_before(text: Text, start: int, auxiliary: int) -> bool:
    """Whether the verb stands before the auxiliary, which is then another clause's: "who painted the wall that is"."""
    labels = text.labels[start + 1 : auxiliary]
    if text.tokens[start] in _WHO and "" in labels:
        return True
    return any(
        label in {"article", "pronoun"} and labels[place - 1] == "" for place, label in enumerate(labels) if place
    )


def _is_subject_left_out(text: Text, auxiliary: int, end: int) -> bool:
    """Whether the verb follows the auxiliary at once: "have beaten", "can be reached", "can veto", "have a port"."""
    place, helper = auxiliary + 1, text.tokens[auxiliary]
    if place >= end or helper == "do":
        return False
    if text.labels[place] == "auxiliary":
        return True
    if helper == "have" and not any(text.participle[later] for later in range(place, end)):
        return True
    if not text.content[place]:
        return False
    if helper in _WITH_PARTICIPLE:
        return text.participle[place] and not (place + 1 < end and text.participle[place + 1])
    return _is_lone_verb(text, place, end)


def _with_subject(text: Text, auxiliary: int, end: int, asked: Span) -> Shape:
    """A clause whose subject follows its auxiliary."""
    start, helper = auxiliary + 1, text.tokens[auxiliary]
    verb = _participle(text, start, end) if helper in _WITH_PARTICIPLE else _verb(text, start, end, start + 1)
    voice = _voice(text, auxiliary, verb)
    if verb == _NONE:
        voice = Voice.COPULA if helper in _WITH_PARTICIPLE or _is_something(text, start, end) else Voice.UNKNOWN
    return Shape(asked, False, Span(start, _end_of_subject(text, start, end) if verb == _NONE else verb), verb, voice)


def _is_something(text: Text, start: int, end: int) -> bool:
    """Whether "be" is the verb after all: "can I be a guest"."""
    return "be" in text.tokens[start:end]


def _end_of_subject(text: Text, start: int, end: int) -> int:
    """Where the subject of a sentence without a verb is over at the latest: "is it | new", "is Lima | in Peru"."""
    if start < end and text.tokens[start] in SUBJECTS:
        return start + 1
    first = next((place for place in range(start, end) if text.content[place]), end)
    stops = (place for place in range(first + 1, end) if text.labels[place] not in {"", "pronoun"})
    return next(stops, end)


def _participle(text: Text, start: int, end: int) -> int:
    """The last participle after a subject that is not in front of a noun: "is damage caused by rain | covered"."""
    if text.tokens[start] in SUBJECTS and text.participle[start + 1]:
        return start + 1
    found = [place for place in range(start + 1, end) if _may_be_main(text, place, end)]
    return found[-1] if found else _NONE


def _may_be_main(text: Text, place: int, end: int) -> bool:
    if not text.participle[place] or text.labels[place - 1] in _BEFORE_A_NOUN:
        return False
    if text.labels[place - 1] == "pronoun" and text.tokens[place - 1] not in SUBJECTS:
        return False
    return place + 1 >= end or not text.content[place + 1] or text.tokens[place + 1][0] == "#"


def _verb(text: Text, start: int, end: int, earliest: int) -> int:
    """The verb after a subject that begins at `start`, or −1."""
    if start < end and text.tokens[start] in SUBJECTS:
        found = next((place for place in range(start + 1, end) if text.content[place] or text.verb[place]), _NONE)
        return _NONE if _is_predicate(text, start, found) else found
    if (passive := _passive_verb(text, start, end)) != _NONE:
        return passive
    for place in range(max(earliest, start), end):
        if text.verb[place] and _may_follow_a_noun(text, place):
            return place
        if text.content[place] and text.tokens[place + 1] in _ACTED_ON:
            return place
        if text.tokens[place] == "have" and place + 1 < end and text.tokens[place + 1] != "to":
            return place
    return _NONE


def _passive_verb(text: Text, start: int, end: int) -> int:
    """The participle after "be", but for "to be", which follows another verb: "the form … be signed"."""
    for place in range(start + 1, end - 1):
        if text.tokens[place] == "be" and text.participle[place + 1]:
            is_chained = text.tokens[place - 1] == "to" and text.tokens[place - 2] != "have"
            return _NONE if is_chained else place + 1
    return _NONE


def _is_predicate(text: Text, start: int, place: int) -> bool:
    """Whether the word says what the subject is: "can I be a guest"."""
    return "be" in text.tokens[start:place] and not text.participle[place]


def _may_follow_a_noun(text: Text, place: int) -> bool:
    if text.labels[place - 1] == "pronoun":
        return text.tokens[place - 1] in SUBJECTS
    return text.labels[place - 1] not in _BEFORE_A_NOUN or text.tokens[place - 1] == "to"


def _voice(text: Text, auxiliary: int, verb: int) -> Voice:
    """Passive where a form of "be" goes with the participle."""
    if verb == _NONE:
        return Voice.UNKNOWN
    is_passive = text.participle[verb] and "be" in (text.tokens[auxiliary], text.tokens[verb - 1])
    return Voice.PASSIVE if is_passive else Voice.ACTIVE
