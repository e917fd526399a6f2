"""The work of `semantic-cache import`: bounded in memory and in flight, whatever the length of the file."""

import asyncio
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO, Any

import orjson

from client import (
    BrokerUnavailableError,
    CacheClientError,
    NoReplyError,
    SemanticCacheClient,
    StoreOptions,
)
from schemas import StoreRequest, StoreStatus

LINES_AT_ONCE = 256
_FIELDS = frozenset(StoreRequest.model_fields)


@dataclass(slots=True)
class Tally:
    """What has become of the lines."""

    lines: int = 0
    """Read, empty ones left out."""
    stored: int = 0
    replaced: int = 0
    refused: int = 0
    failed: int = 0
    """Not valid, or answered with an error."""
    stopped_at: int | None = None
    """The first line that is known not to be done, where Kafka or the workers no longer answered."""
    began: float = field(default_factory=time.monotonic)

    @property
    def is_clean(self) -> bool:
        """Whether every line is in the cache."""
        return not self.failed and not self.refused and self.stopped_at is None

    @property
    def seconds(self) -> float:
        """Since it began."""
        return time.monotonic() - self.began

    def as_dict(self) -> dict[str, Any]:
        """For scripts."""
        counts = {name: getattr(self, name) for name in ("lines", "stored", "replaced", "refused", "failed")}
        stopped = {} if self.stopped_at is None else {"stopped_at_line": self.stopped_at}
        return {**counts, **stopped, "seconds": round(self.seconds, 3)}

    def __str__(self) -> str:
        parts = [f"{self.stored + self.replaced:,} of {self.lines:,} answers are in the cache"]
        counts = (("new", self.stored), ("replaced", self.replaced), ("refused as stale", self.refused))
        parts += [f"{count:,} {word}" for word, count in (*counts, ("bad", self.failed)) if count]
        stopped = "" if self.stopped_at is None else f"; stopped: line {self.stopped_at} and later ones may be missing"
        return f"{' · '.join(parts)} · {self.seconds:.1f} s{stopped}"


Complain = Callable[[str], None]
Show = Callable[[int, Tally], None]
"""Called with the bytes read and the tally so far."""


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How to import, and whom to tell."""

    namespace: str
    """Of lines that name none."""
    in_flight: int
    """Stores that may be under way at once."""
    complain: Complain
    show: Show


class Importer:
    """Stores lines, many at once, and goes on after a bad one."""

    def __init__(self, client: SemanticCacheClient, options: ImportOptions) -> None:
        self._client = client
        self._namespace = options.namespace
        self._places = asyncio.Semaphore(options.in_flight)
        self._complain = options.complain
        self._show = options.show
        self._tally = Tally()

    async def run(self, lines: IO[bytes]) -> Tally:
        """To the end of the file, or to the first line that nobody answers.

        Raises:
            CacheClientError: the client cannot be opened.
        """
        read = 0
        numbers = itertools.count(1)
        async with self._client, asyncio.TaskGroup() as under_way:
            # Read in a thread, so that a slow pipe does not hold up the replies.
            while self._tally.stopped_at is None and (chunk := await asyncio.to_thread(_next_lines, lines)):
                for number, line in zip(numbers, chunk, strict=False):
                    read += len(line)
                    if line.strip():
                        await self._places.acquire()
                        under_way.create_task(self._import(number, line))
                self._show(read, self._tally)
        self._show(read, self._tally)
        return self._tally

    async def _import(self, number: int, line: bytes) -> None:
        tally = self._tally
        try:
            if tally.stopped_at is not None:
                return
            tally.lines += 1
            match await self._store(line):
                case StoreStatus.STORED:
                    tally.stored += 1
                case StoreStatus.REPLACED:
                    tally.replaced += 1
                case _:
                    tally.refused += 1
                    self._complain(f"line {number}: refused, what it was computed from has changed since its fence")
        except (BrokerUnavailableError, NoReplyError) as exc:
            if tally.stopped_at is None:
                self._complain(f"line {number}: {exc}")
            tally.stopped_at = min(number, tally.stopped_at or number)
        except (CacheClientError, ValueError) as exc:
            tally.failed += 1
            self._complain(f"line {number}: {exc}")
        finally:
            self._places.release()

    async def _store(self, line: bytes) -> StoreStatus:
        """Raises ValueError for a line that is no store, CacheClientError for one that could not be stored."""
        fields = _fields(line)
        prompt, response = fields.pop("prompt"), fields.pop("response")
        options: StoreOptions = {"namespace": self._namespace, **fields}  # type: ignore[typeddict-item]
        return (await self._client.store(prompt, response, **options)).status


def _fields(line: bytes) -> dict[str, Any]:
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError as exc:
        raise ValueError(f"not JSON: {exc}") from exc
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004 - of a kind with the others: a bad line
    if missing := {"prompt", "response"} - value.keys():
        raise ValueError(f"{min(missing)}: is missing")
    if unknown := value.keys() - _FIELDS:
        raise ValueError(f"{min(unknown)}: no such field (known: {', '.join(sorted(_FIELDS))})")
    return value


def _next_lines(lines: IO[bytes]) -> list[bytes]:
    return list(itertools.islice(lines, LINES_AT_ONCE))
