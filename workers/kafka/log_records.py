"""Records of the coherence log, between bytes and rules. Pure."""

from dataclasses import dataclass
from enum import Enum, auto

import orjson
from aiokafka import ConsumerRecord
from pydantic import ValidationError

from schemas.coherence import COHERENCE_VERSION, CoherenceKind, CoherenceRecord
from schemas.feedback import Verdict
from workers.cache.entry import Entry
from workers.cache.rules import PlacedRule, Replacement, Rule
from workers.cache.verdicts import PairRuling, PairVerdict

NO_BASE = 0
"""Of a record whose writer did not know its log yet."""
NUMBERS_A_MS = 256
"""A log born at a broker time of t milliseconds numbers its places from t × 256: above every older log's numbers."""


@dataclass(frozen=True, slots=True)
class Born:
    """The log is named, and nothing becomes untrue. A rule that names a later log is read as that alone."""

    base: int


class Unread(Enum):
    """A record that says nothing to this version."""

    JUNK = auto()
    NEWER_VERSION = auto()


LogEntry = PlacedRule | Replacement | PairRuling | Born | Unread

_RULINGS = (CoherenceKind.FORBIDDEN, CoherenceKind.ALLOWED)


def base_of(first_timestamp_ms: int) -> int:
    """The base of a log by the broker time of its first record."""
    return first_timestamp_ms * NUMBERS_A_MS


def base_in(record: ConsumerRecord) -> int:
    """The base that a record names; NO_BASE if it names none, or cannot be read."""
    try:
        return CoherenceRecord.model_validate_json(record.value or b"").base
    except ValidationError:
        return NO_BASE


def encode_rule(rule: Rule, base: int, origin: str) -> bytes:
    """An invalidation."""
    return CoherenceRecord(
        kind=CoherenceKind.INVALIDATED,
        base=base,
        namespace=rule.namespace,
        tags=sorted(rule.tags) or None,
        match_all=rule.match_all,
        entry_ids=sorted(rule.entry_ids) or None,
        everything=True if rule.everything else None,
        origin=origin,
    ).encode()


def encode_replacement(entry: Entry, base: int, origin: str) -> bytes:
    """A new answer."""
    return CoherenceRecord(
        kind=CoherenceKind.REPLACED,
        base=base,
        namespace=entry.namespace,
        entry_ids=[entry.entry_id],
        answer_version=entry.version,
        origin=origin,
    ).encode()


def encode_ruling(verdict: PairVerdict, base: int, origin: str) -> bytes:
    """A pairing forbidden, or allowed again."""
    return CoherenceRecord(
        kind=CoherenceKind.FORBIDDEN if verdict.verdict is Verdict.WRONG else CoherenceKind.ALLOWED,
        base=base,
        namespace=verdict.namespace,
        entry_ids=[verdict.entry_id],
        question_id=verdict.question_id,
        origin=origin,
    ).encode()


def encode_birth(base: int, origin: str) -> bytes:
    """The log's name, or, with base 0, the wish for one."""
    return CoherenceRecord(kind=CoherenceKind.BORN, base=base, origin=origin).encode()


def decode(record: ConsumerRecord, base: int) -> LogEntry:
    """What a record means at its place, which is `base` + its offset."""
    value: bytes = record.value or b""
    try:
        message = CoherenceRecord.model_validate_json(value)
    except ValidationError:
        return Unread.NEWER_VERSION if _is_newer(value) else Unread.JUNK
    if message.kind is CoherenceKind.BORN or message.base > base:
        return Born(message.base)
    if message.kind is CoherenceKind.REPLACED or message.kind in _RULINGS:
        return _about_one_entry(message, base + record.offset, record.timestamp)
    return _rule(message, base + record.offset, record.timestamp)


def _about_one_entry(message: CoherenceRecord, number: int, timestamp_ms: int) -> LogEntry:
    if not message.entry_ids or len(message.entry_ids) != 1:
        return Unread.JUNK
    entry_id = message.entry_ids[0]
    if message.kind in _RULINGS and message.question_id is not None:
        is_forbidden = message.kind is CoherenceKind.FORBIDDEN
        return PairRuling(number, timestamp_ms, message.namespace, message.question_id, entry_id, is_forbidden)
    if message.kind is CoherenceKind.REPLACED and message.answer_version is not None:
        return Replacement(number, timestamp_ms, message.namespace, entry_id, message.answer_version)
    return Unread.JUNK


def _rule(message: CoherenceRecord, number: int, timestamp_ms: int) -> LogEntry:
    selectors = [selector for selector in (message.tags, message.entry_ids, message.everything) if selector]
    if len(selectors) != 1:
        return Unread.JUNK
    rule = Rule(
        message.namespace,
        tags=frozenset(message.tags or ()),
        match_all=message.match_all,
        entry_ids=frozenset(message.entry_ids or ()),
        everything=message.everything is True,
    )
    return PlacedRule(number, timestamp_ms, rule)


def _is_newer(value: bytes) -> bool:
    try:
        content = orjson.loads(value)
    except orjson.JSONDecodeError:
        return False
    version = content.get("version") if isinstance(content, dict) else None
    return isinstance(version, int) and version > COHERENCE_VERSION
