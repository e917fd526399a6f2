"""Ways of writing that hide words: "2024-12-25", "m/s", "w/o", "No. 5", "5-7 days", "1st"."""

from __future__ import annotations

import re
from collections.abc import Callable

from workers.cache.policy.word_files import word_lists

_MONTHS = [month.removesuffix("month") for month in word_lists()["months"]]
_MONTH = rf"(?:{'|'.join(rf'{month}|{month[:3]}' for month in _MONTHS)})\b"
_PER = {
    "s": "second", "sec": "second", "h": "hour", "hr": "hour", "min": "minute", "mo": "month", "mth": "month",
    "yr": "year", "wk": "week", "d": "day",
}  # fmt: skip
_SHORT = {
    "m": "meters", "km": "kilometers", "ft": "feet", "mi": "miles", "g": "grams", "mg": "milligrams", "l": "liters",
    "ml": "milliliters", "kg": "kilograms", "lb": "pounds",
}  # fmt: skip
_OF_TIME = r"month|mo|mth|year|yr|day|d|night|week|wk|hour|hr|h|minute|min|second|sec|s"
_PERIOD = rf"(?P<per>{_OF_TIME}|person|user|seat|head|kg|lb|lit(?:er|re)|gallon|mile|page|room)s?\b"
_LAST_MONTH = 12
_LAST_DAY = 31
_MAY_HIDE_WORDS = re.compile(r"[/№#²³×÷]|\d ?[-*]|\.\d+\.|\d x|[Nn](?:o|r|umber)\.? ?\d|\d squared|1st|2nd|\bfirst\b")

_SIGNS = re.compile(r"[\d/№²³÷]")
"""One of them is in every such text, but for "first of May"."""

_Rewrite = Callable[[re.Match[str]], str]


def spelt_out(text: str) -> str:
    """The text with such notations in words; the text itself where there is none."""
    if _SIGNS.search(text) is None and "first of" not in text:
        return text
    if _MAY_HIDE_WORDS.search(text) is None:
        return text
    for pattern, rewrite in _REWRITES:
        text = pattern.sub(rewrite, text)
    return text


def _date(match: re.Match[str]) -> str:
    """A date with its month in front and by name; what can be none is left."""
    month, day = int(match["month"]), int(match["day"])
    if month > _LAST_MONTH:
        month, day = day, month
    if not 1 <= month <= _LAST_MONTH or not 1 <= day <= _LAST_DAY:
        return match[0]
    return " ".join(filter(None, (_MONTHS[month - 1].title(), str(day), match.groupdict().get("year"))))


def _rate(match: re.Match[str]) -> str:
    return f"{match['of']} per {_PER.get(match['per'].lower(), match['per'])}"


def _unit_rate(match: re.Match[str]) -> str:
    return f"{_SHORT[match['of'].lower()]} per {_PER[match['per'].lower()]}"


def _rank(match: re.Match[str]) -> str:
    """ "1st" is "first", but for a day of a month."""
    around = match.string[: match.start()], match.string[match.end() :]
    if _ENDS_WITH_A_MONTH.search(around[0]) or _BEGINS_WITH_A_MONTH.match(around[1]):
        return match[0]
    return "first" if match[0][0] == "1" else "second"


_ENDS_WITH_A_MONTH = re.compile(rf"\b{_MONTH}\.?,? (?:the )?$", re.IGNORECASE)
_BEGINS_WITH_A_MONTH = re.compile(rf"\s(?:of |day of )?{_MONTH}", re.IGNORECASE)


def _rewrite(pattern: str, by: str | _Rewrite) -> tuple[re.Pattern[str], _Rewrite]:
    rewrite: _Rewrite = by if callable(by) else lambda match: match.expand(by)
    return re.compile(pattern, re.IGNORECASE), rewrite


_REWRITES = (
    _rewrite(r"\b(?P<year>(?:19|20)\d\d)-(?P<month>\d{1,2})-(?P<day>\d{1,2})\b", _date),
    _rewrite(r"\b(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>(?:19|20)\d\d)\b", _date),
    _rewrite(r"\b(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>(?:19|20)\d\d)\b", _date),
    _rewrite(
        r"(?<=\bon )(?!24/7)(?P<month>\d{1,2})/(?P<day>\d{1,2})\b(?!/|\s(?:of|an?|the|cup|inch|mile|hour|tsp|tbsp))",
        _date,
    ),
    _rewrite(rf"\bfirst (?=of {_MONTH})", "1 "),
    _rewrite(rf"(?<!\w)(?P<before>{_MONTH} (?:the )?)first\b(?! \w)", r"\g<before>1"),
    _rewrite(r"(?<![\w.])(?:1st|2nd)\b", _rank),
    _rewrite(r"\b(?P<of>m|ft|g|mg|l|ml|kg|mi)/(?P<per>s|sec|min|d|h|hr)\b", _unit_rate),
    _rewrite(rf"(?P<of>\d[\d.,]* ?(?:[$€£%]|[a-z]{{1,10}})?) ?/ ?{_PERIOD}", _rate),
    _rewrite(r"\bw/o\b", "without"),
    _rewrite(r"\bw/ ?(?=\w)", "with "),
    _rewrite(r"(?<=\w )(?:number|no\.|nr\.?|№|#) ?(?=\d)", ""),
    _rewrite(r"(?<![\w./-])(?P<low>[$€£]?\d[\d.,]*)-(?P<high>[$€£]?\d[\d.,]*)(?![\d/-])", r"\g<low> to \g<high>"),
    _rewrite(r"(?<=\d) - (?=\d)", " minus "),
    _rewrite(r"(?<=\d) [x×] (?=\d)|(?<=\d) ?\* ?(?=\d)", " times "),
    _rewrite(r"(?<=\d)[x×](?=\d)", " by "),
    _rewrite(r"(?<=\d) ?÷ ?(?=\d)|(?<=\d) / (?=\d)", " divided by "),
    _rewrite(r"(?<=\d)²|(?<=\d) squared\b", "^2"),
    _rewrite(r"(?<=\d)³|(?<=\d) cubed\b", "^3"),
)
