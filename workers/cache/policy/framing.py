"""What frames a question without being part of it: greetings, excuses, "could you tell me", "…, isn't it?"."""

from __future__ import annotations

import re

from workers.cache.policy.word_files import lines

_WH = r"(?:what|which|who|whom|whose|when|where|why|how)"
_QUESTION = (
    rf"(?:(?:at|by|in|on|for|to|from|until|till|with|of|under|after|since|about|exactly)\s+)?{_WH}(?:'s|'re|'d|s)?\b"
)
_VERBS = r"(?:is|are|was|were|do|does|did|can|could|will|would|should|may|might|must|has|have)(?:n't)?"
_GAP = r"[\s,:;.!?…-]*"
_STOP = r"[,:;.!?…-]"
_SPEAKERS = (
    r"(?:i|i'm|i've|i'd|my|we|not|if|sorry|any|anyone|anybody|um+|please|this|quick|hi|hey|hello|there's|basically|so|ok|like|and|well|oh"
    r"|just|actually|curious|wondering|excuse|stupid|dumb|silly)"
)
_TAIL_REACH = 60
"""A tail is looked for in so many characters at the end."""
_MOST = 8
"""So many things may stand before the question, and after it."""
_LEAST = 8
"""Fewer characters are no question, so that what seems to frame them is left to them."""


def _any(label: str) -> str:
    """The patterns of a label as one; a blank stands for blanks and commas."""
    patterns = []
    for line in lines("framing.txt"):
        found, _, pattern = line.partition(": ")
        if found == label:
            grouped = re.sub(r"\((?!\?)", "(?:", pattern)
            patterns.append(re.sub(r" ([*?])?", lambda blank: r"[\s,]*" if blank[1] else r"[\s,]+", grouped))
    return "(?:" + "|".join(patterns) + ")"


_LEAD = re.compile(
    rf"{_any('aside')}(?![\w'])[^,.:;?!]{{0,60}}?(?:{_STOP}+\s*(?:but\s+|so\s+)?|\s(?:but|so)\s+)(?={_QUESTION}|{_VERBS}\b)"
    rf"|{_any('asking')}{_GAP}(?:(?:about|on|that|as\s+to|exactly)\s+)?(?:(?={_QUESTION})|(?:if|whether)\s+)"
    rf"|{_any('asking')}\s*{_STOP}+\s*(?={_VERBS}\b)"
    rf"|{_any('lead')}(?![\w'])(?:{_GAP})(?=\w)"
    rf"|{_any('word')}(?:\s*{_STOP}+\s*|\s+(?=(?:{_QUESTION}|{_VERBS}|{_SPEAKERS})(?![\w'])))"
)
_TAIL = re.compile(rf"(?:[\s,;:.?!…-]+{_any('tail')}|\s*(?:[,;:.?!…]|\s-)[\s,;:.?!…-]*{_any('tag')})[\s,.?!…]*$")
_UNFRAMED = re.compile(
    rf"{_WH}\b(?!\s+(?:i|we|you)\b)|{_VERBS}\s+(?!(?:you|u|some|any|i|we|it|there|one)(?:one|body)?\b)"
    r"|(?:(?:do|did|should|must)|(?:can|could|may)(?=\s+\w+\s+(?!ask|know|check|find|just|please|confirm|see)))\s+(?:i|we)\b"
)
"""How most questions begin, and no lead-in."""
_MARKS = re.compile(r"[,;.?!…]\s*[a-z]|\s-\s")
_LAST_WORDS = frozenset(
    {"please", "pls", "plz", "thanks", "you", "it", "there", "not", "no", "chance", "possible", "help"}
)
"""What a tail without a mark before it ends with, mostly."""


_TAGGED_DENIAL = re.compile(
    r"\b(?P<verb>ca|wo|do|does|did|is|are|was|were|has|have|had|could|would|should)n't\b(?=[^,;]*,\s*"
    r"(?:can|will|do|does|did|is|are|was|were|has|have|had|could|would|should)"
    r" (?:it|they|there|he|she|we|you|i|that|this)[\s?]*$)",
    re.IGNORECASE,
)
"""A denial that a tag of its own asks to confirm."""
_CLIPPED = {"ca": "can", "wo": "will"}


def unframed(text: str) -> str:
    """The question in a text; the text itself where nothing frames it."""
    if "n't" in text or "n’t" in text:
        text = _TAGGED_DENIAL.sub(_affirmed, text.replace("’", "'"))
    lower = text.lower().replace("’", "'")
    if len(lower) != len(text):
        return text
    end = _without_tails(lower)
    start = 0
    for _ in range(_MOST):
        match = None if _UNFRAMED.match(lower, start) else _LEAD.match(lower, start, end)
        if match is None:
            break
        start = match.end()
    return text[start:end] if end - start >= _LEAST else text


def _affirmed(denial: re.Match[str]) -> str:
    """ "You don't ship to Malta, do you?" asks what "you do ship to Malta, don't you?" does."""
    return _CLIPPED.get(denial["verb"].lower(), denial["verb"])


def _without_tails(lower: str) -> int:
    end = len(lower)
    for _ in range(_MOST):
        match = _TAIL.search(lower, max(0, end - _TAIL_REACH), end) if _may_have_a_tail(lower, end) else None
        if match is None:
            break
        end = match.start()
    return end


def _may_have_a_tail(lower: str, end: int) -> bool:
    last = lower[max(0, end - _TAIL_REACH) : end].rstrip(" ,.?!…")
    if last[last.rfind(" ") + 1 :] in _LAST_WORDS:
        return True
    return not last.replace(" ", "").isalnum() and _MARKS.search(last) is not None
