"""Verdicts in Redis: a hash a namespace, and the order in which they came."""

from dataclasses import asdict

import orjson

from schemas.feedback import Verdict
from workers.cache.l2 import redis_commands as commands
from workers.cache.l2.link import RedisLink
from workers.cache.l2.redis_commands import Keys, Script, call
from workers.cache.verdicts import PairVerdict


class RedisVerdicts:
    """Implements VerdictStore. Without expiry: a verdict holds until a later one, or until there are too many."""

    def __init__(self, link: RedisLink, keys: Keys, *, timeout_ms: int, max_count: int) -> None:
        """`max_count` is the most that are kept of a namespace."""
        self._link = link
        self._keys = keys
        self._timeout_ms = timeout_ms
        self._max_count = max_count

    async def judge(self, verdict: PairVerdict) -> bool:
        """See VerdictStore.judge."""
        namespace = verdict.namespace
        keys = (self._keys.verdicts(namespace), self._keys.verdict_order(namespace))
        arguments = (f"{verdict.question_id}:{verdict.entry_id}", verdict.at_ms, _encode(verdict), self._max_count)
        # The name comes first: a namespace that is not among the known ones would not be loaded.
        replies = await self._link.run(
            [commands.remember(self._keys, namespace), call(Script.JUDGE, keys, arguments)], self._timeout_ms
        )
        return bool(replies[1])

    async def verdicts(self, namespace: str) -> list[PairVerdict]:
        """See VerdictStore.verdicts."""
        order, pairs = await self._link.run(
            [
                ("ZRANGE", self._keys.verdict_order(namespace), 0, -1),
                ("HGETALL", self._keys.verdicts(namespace)),
            ],
            self._timeout_ms,
        )
        return [_decode(namespace, pairing, pairs[pairing]) for pairing in order if pairing in pairs]


def _encode(verdict: PairVerdict) -> bytes:
    fields = asdict(verdict)
    for name in ("namespace", "question_id", "entry_id"):  # they are in the key
        del fields[name]
    return orjson.dumps(fields)


def _decode(namespace: str, pairing: bytes, value: bytes) -> PairVerdict:
    question_id, _, entry_id = pairing.decode().partition(":")
    fields = orjson.loads(value)
    verdict = Verdict(fields["verdict"])
    return PairVerdict(namespace, question_id, entry_id, verdict, fields["question"], fields["cached"], fields["at_ms"])
