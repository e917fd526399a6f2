"""Deleting what a rule kills: rule first, then search and delete in rounds until none is left, then the mark."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from workers.cache.config import RedisConfig
from workers.cache.l2 import redis_commands as commands
from workers.cache.l2.indexes import Indexes
from workers.cache.l2.link import RedisLink
from workers.cache.l2.outages import IndexMissingError
from workers.cache.l2.redis_commands import (
    EVERYTHING_TOKEN,
    MAX_NUMBER,
    MODEL_FIELD_PREFIX,
    Argument,
    Command,
    Keys,
    Script,
    Selection,
    SelectionKind,
)
from workers.cache.l2.replies import read_count, read_index_state, read_keys
from workers.cache.l2.sweeper import Sweeper
from workers.cache.rules import PlacedRule, Rule
from workers.errors import SemanticCacheError, StoreUnavailableError

DELETED_AT_ONCE = 200
"""Entries in one script: some 3 ms during which Redis answers nobody else."""
SCANNED_AT_ONCE = 1000
ATTEMPTS = 3
"""Redis may be another, or lose its tail, while a rule is applied; then all of it is done again."""

ALL_ENTRIES = Selection(SelectionKind.THESE, (EVERYTHING_TOKEN,))


class _RebornError(Exception):
    """Redis is not the one that was told the rule."""


@dataclass(frozen=True, slots=True)
class _Job:
    """What is to be deleted, and from what."""

    namespace: str
    selection: Selection
    number: int
    """Entries with a fence up to it."""
    mark: str = ""
    incarnation: bytes = b""
    fingerprints: tuple[str, ...] = ()

    @property
    def is_named(self) -> bool:
        """Whether the entries are named by their ids, so that nothing has to be searched."""
        return self.selection.entry_ids is not None


@dataclass(frozen=True, slots=True)
class _Found:
    """What one search brought."""

    keys: list[bytes]
    is_all: bool
    """No further entry of this model matches: one stored later is refused, since the rule is in Redis."""


class Eraser:
    """Applies rules to the entries of every model that has any in the namespace.

    A search is believed only if its index is whole and the engine says that the answer is; else all keys are scanned.
    Every deletion checks fence and match again, in one script with the deletion (invariant L2Current).
    """

    def __init__(self, link: RedisLink, indexes: Indexes, keys: Keys, config: RedisConfig, sweeper: Sweeper) -> None:
        self._link = link
        self._indexes = indexes
        self._keys = keys
        self._config = config
        self._sweeper = sweeper
        self._seen = {keys.fingerprint}
        """Models to search for at once, before the census says which there are."""

    async def apply(self, placed: PlacedRule) -> int:
        """See RuleStore.apply. Two round trips where no more than a round matches."""
        selection, namespace = Selection.of(placed.rule), placed.rule.namespace
        kind = SelectionKind.ALL if selection.kind is SelectionKind.ALL else SelectionKind.ANY
        keys = (self._keys.rules(namespace), self._keys.all_of(namespace), self._keys.meta(namespace))
        write = commands.call(Script.RULE, keys, (placed.offset, kind, *selection.tokens))
        job = _Job(namespace, selection, placed.offset, commands.mark_of(placed))

        async def once() -> int:
            return await self._erase(*await self._begin(job, write))

        return await _steadily(once)

    async def forget(self, namespace: str, fence_below: int | None, watermark: int) -> int:
        """See RuleStore.forget."""
        extent, floor = ("all", watermark) if fence_below is None else ("older", fence_below)
        number = MAX_NUMBER if fence_below is None else fence_below - 1
        keys = (
            self._keys.meta(namespace),
            self._keys.rules(namespace),
            self._keys.all_of(namespace),
            self._keys.applied(namespace),
        )

        async def once() -> int:
            begin = commands.call(Script.FORGET, keys, ("begin", extent, floor, watermark, ""))
            job, found = await self._begin(_Job(namespace, ALL_ENTRIES, number), begin)
            removed = await self._erase(job, found)
            end = commands.call(Script.FORGET, keys, ("end", extent, floor, watermark, job.incarnation))
            if (await self._run(end))[0] == 0:
                raise _RebornError
            return removed

        return await _steadily(once)

    async def count(self, rule: Rule) -> int:
        """See RuleStore.count."""
        namespace, selection = rule.namespace, Selection.of(rule)
        (fields,) = await self._run(("HKEYS", self._keys.meta(namespace)))
        models = [f[len(MODEL_FIELD_PREFIX) :].decode() for f in fields if f.startswith(MODEL_FIELD_PREFIX)]
        job = _Job(namespace, selection, MAX_NUMBER, fingerprints=tuple(models))
        if job.is_named:
            return await self._kill(job, self._named(job), is_dry=True)
        return sum([await self._count(job, fingerprint) for fingerprint in models])

    async def _count(self, job: _Job, fingerprint: str) -> int:
        index, query = self._keys.entry_index(fingerprint), job.selection.query(job.namespace, None)
        state, counted = await self._ask(commands.describe(index), commands.count_matches(index, query))
        if _is_whole(state):
            return read_count(_sound(counted))
        # A scan may name a key twice, and here nothing disappears in between.
        keys = {key async for some in self._scan(job, fingerprint) for key in some}
        return await self._kill(job, list(keys), is_dry=True)

    async def _begin(self, job: _Job, write: Command) -> tuple[_Job, dict[str, _Found | None]]:
        """Make sure of the rule, and search in the same round trip."""
        seen = [] if job.is_named else sorted(self._seen)
        replies = await self._ask(
            commands.remember(self._keys, job.namespace),
            write,
            *(command for model in seen for command in self._search(job, None, model)),
        )
        _sound(replies[0])
        incarnation, *models = _sound(replies[1])
        job = replace(job, incarnation=incarnation, fingerprints=tuple(model.decode() for model in models))
        self._seen.update(job.fingerprints)
        found = {model: await self._read(model, replies[2 * i + 2 : 2 * i + 4]) for i, model in enumerate(seen)}
        return job, found

    async def _erase(self, job: _Job, found: dict[str, _Found | None]) -> int:
        if job.is_named:
            killed = await self._kill(job, self._named(job), is_last=True)
        else:
            unsearched = [model for model in job.fingerprints if model not in found]
            # A namespace whose census names no model holds no entry, whatever a search has found of others.
            found = {model: found[model] for model in job.fingerprints if model in found}
            killed = await self._rounds(job, found | await self._find(job, unsearched, None))
        if killed:
            self._sweeper.start(job.namespace)
        return killed

    async def _rounds(self, job: _Job, found: dict[str, _Found | None]) -> int:
        """Delete what was found, and search again where that may not be all."""
        killed, is_fenced = 0, False
        while True:
            for model in [model for model, each in found.items() if each is None]:
                killed += await self._scan_and_kill(job, model)
                found[model] = _Found([], is_all=True)
            batches = {model: each for model, each in found.items() if each is not None}
            is_last = all(each.is_all for each in batches.values())
            keys = [key for each in batches.values() for key in each.keys]
            killed_now = await self._kill(job, keys, is_last=is_last)
            killed += killed_now
            if is_last:
                return killed
            unfinished = [model for model, each in batches.items() if not each.is_all]
            found = await self._find(job, unfinished, job.number)
            if is_fenced and killed_now == 0:
                # All that a full round named is gone, and more is named: the index does not say what is left.
                found = dict.fromkeys(unfinished)
            is_fenced = True

    async def _find(self, job: _Job, models: Sequence[str], newest_fence: int | None) -> dict[str, _Found | None]:
        if not models:
            return {}
        replies = await self._ask(*(c for model in models for c in self._search(job, newest_fence, model)))
        return {model: await self._read(model, replies[2 * i : 2 * i + 2]) for i, model in enumerate(models)}

    def _search(self, job: _Job, newest_fence: int | None, fingerprint: str) -> tuple[Command, Command]:
        index = self._keys.entry_index(fingerprint)
        query = job.selection.query(job.namespace, newest_fence)
        return commands.describe(index), commands.find_keys(index, query, self._config.delete_round_size)

    async def _read(self, fingerprint: str, replies: Sequence[Any]) -> _Found | None:
        """What a search brought; None if it cannot be relied on."""
        state, found = replies
        if isinstance(state, IndexMissingError) and fingerprint == self._keys.fingerprint:
            await self._indexes.ensure()
        if not _is_whole(state) or isinstance(found, StoreUnavailableError):
            return None
        try:
            keys = read_keys(_sound(found))
        except StoreUnavailableError:
            return None
        return _Found(keys, is_all=len(keys) < self._config.delete_round_size)

    async def _scan_and_kill(self, job: _Job, fingerprint: str) -> int:
        return sum([await self._kill(job, keys) async for keys in self._scan(job, fingerprint)])

    async def _scan(self, job: _Job, fingerprint: str) -> AsyncIterator[list[bytes]]:
        """All keys of the namespace's entries of one model, whatever the index says."""
        pattern, cursor = self._keys.all_entries(job.namespace, fingerprint), 0
        while True:
            ((next_cursor, keys),) = await self._run(commands.scan(cursor, pattern, SCANNED_AT_ONCE))
            if keys:
                yield keys
            cursor = int(next_cursor)
            if cursor == 0:
                return

    def _named(self, job: _Job) -> list[str]:
        ids = job.selection.entry_ids or ()
        return [self._keys.entry(job.namespace, entry_id, model) for model in job.fingerprints for entry_id in ids]

    async def _kill(
        self, job: _Job, keys: Sequence[bytes | str], *, is_last: bool = False, is_dry: bool = False
    ) -> int:
        """Delete those of the keys that the rule kills; with the last of them the rule is marked as applied."""
        chunks = [keys[i : i + DELETED_AT_ONCE] for i in range(0, len(keys), DELETED_AT_ONCE)]
        if is_last and not chunks:
            chunks = [[]]
        killed = 0
        for i, chunk in enumerate(chunks):
            mark = job.mark if is_last and i == len(chunks) - 1 else ""
            reply = await self._delete(job, chunk, mark, "count" if is_dry else "kill")
            if reply < 0:
                raise _RebornError
            killed += reply
        return killed

    async def _delete(self, job: _Job, keys: Sequence[bytes | str], mark: str, what: str) -> int:
        own_keys = (self._keys.garbage(job.namespace), self._keys.applied(job.namespace))
        arguments: list[Argument] = [job.number, job.selection.kind, job.incarnation, mark, what]
        arguments += [len(self._keys.entry_prefix), *job.selection.tokens]
        (reply,) = await self._run(commands.call(Script.DELETE, (*own_keys, *keys), arguments))
        return int(reply)

    async def _run(self, *what: Command) -> list[Any]:
        return await self._link.run(what, self._config.write_timeout_ms)

    async def _ask(self, *what: Command) -> list[Any]:
        return await self._link.ask(what, self._config.write_timeout_ms)


def _is_whole(state: Any) -> bool:  # noqa: ANN401 - a reply or its error
    return isinstance(state, dict) and read_index_state(state).is_complete


def _sound(reply: Any) -> Any:  # noqa: ANN401 - a reply or its error
    if isinstance(reply, SemanticCacheError):
        raise reply
    return reply


async def _steadily(once: Callable[[], Awaitable[int]]) -> int:
    for _ in range(ATTEMPTS):
        try:
            return await once()
        except _RebornError:
            continue
    raise StoreUnavailableError("Redis was restarted over and over while entries were deleted; nothing is acknowledged")
