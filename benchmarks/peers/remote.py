"""The other end of `process`: a cache in a child, as the parts see it."""

import asyncio
import json
import sys
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.peers import install
from benchmarks.peers.contender import Surroundings, Way
from workers.cache.config import EmbeddingConfig
from workers.cache.embedding import describe_files

LONGEST_LINE_BYTES = 1 << 26


class ContenderError(Exception):
    """What the child said instead of an answer."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Who might take part."""

    name: str
    factory: str
    """Module in this package, and the function in it."""
    is_ours: bool = False


REDISVL = Candidate("RedisVL", "redisvl_cache:make")
LANGCHAIN = Candidate("LangChain", "langchain_cache:make")
GPTCACHE = Candidate("GPTCache", "gptcache_cache:make")
OURS = Candidate("ours in process", "this_cache:make", is_ours=True)
OURS_WITHOUT_L1 = Candidate("ours in process, L1 off", "this_cache:make_without_l1", is_ours=True)
PEERS = (REDISVL, LANGCHAIN, GPTCACHE)


@dataclass(frozen=True, slots=True)
class Ran:
    """One run of questions."""

    seconds: float
    milliseconds: list[float]
    """Of each call."""
    numbers: list[int | None]
    """Whose answer each question got."""

    @property
    def rate(self) -> float:
        """Questions a second."""
        return len(self.numbers) / self.seconds

    def hits(self) -> int:
        """Questions that were answered."""
        return sum(number is not None for number in self.numbers)

    def wrong(self, meant: Sequence[int | None]) -> int:
        """Questions that were answered with another one's answer."""
        pairs = zip(self.numbers, meant, strict=True)
        return sum(number is not None and number != right for number, right in pairs)


class Remote:
    """A cache in a child."""

    def __init__(self, candidate: Candidate, child: asyncio.subprocess.Process) -> None:
        self.candidate = candidate
        self.name = candidate.name
        self.version = ""
        self.ways: tuple[Way, ...] = ()
        self._child = child

    async def open(self, redis_url: str) -> None:
        """Give it a place and a model.

        Raises:
            ContenderError: it cannot run here, and why.
        """
        files = describe_files(EmbeddingConfig())
        if files is None:
            raise ContenderError("the embedding model is not in place: semantic-cache model fetch")
        around = Surroundings(redis_url, f"peer-{uuid.uuid4().hex[:8]}", str(files.path), files.fingerprint)
        told = await self._call({"open": asdict(around)})
        self.version = told["version"]
        self.ways = tuple(Way(way) for way in told["ways"])

    async def fill(self, questions: Sequence[str], answer: str) -> None:
        """Question i gets an answer with number i."""
        await self._call({"fill": list(questions), "answer": answer})

    async def ask(self, way: Way, questions: Sequence[str]) -> Ran:
        """Put questions to it."""
        return Ran(**await self._call({"ask": list(questions), "way": way}))

    async def accept_from(self, cosine: float | None) -> None:
        """Another threshold; None: its own."""
        await self._call({"accept_from": cosine})

    async def aclose(self) -> None:
        """Let it clear up, then end it."""
        if self.ways and self._child.returncode is None:
            await self._call({"close": True})
        if self._child.stdin is not None:
            self._child.stdin.close()
        try:
            await asyncio.wait_for(self._child.wait(), 10)
        except TimeoutError:
            self._child.kill()
            await self._child.wait()

    async def _call(self, request: dict[str, Any]) -> dict[str, Any]:
        stdin, stdout = self._child.stdin, self._child.stdout
        if stdin is None or stdout is None:
            raise ContenderError("its process has no pipes")
        stdin.write(json.dumps(request).encode() + b"\n")
        await stdin.drain()
        line = await stdout.readline()
        if not line:
            raise ContenderError(f"its process has ended with {await self._child.wait()}")
        reply: dict[str, Any] = json.loads(line)
        if "error" in reply:
            raise ContenderError(reply["error"])
        return reply


@asynccontextmanager
async def started(candidate: Candidate, redis_url: str) -> AsyncIterator[Remote]:
    """A cache, open for the block.

    Raises:
        ContenderError: it cannot run here, and why.
    """
    if not candidate.is_ours and (reason := install.why_not()):
        raise ContenderError(reason)
    python: str | Path = sys.executable if candidate.is_ours else install.PYTHON
    child = await asyncio.create_subprocess_exec(
        *("env", f"PYTHONPATH={install.ROOT}", "PYTHONWARNINGS=ignore"),
        *(str(python), "-m", "benchmarks.peers.process", candidate.factory),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        limit=LONGEST_LINE_BYTES,
    )
    remote = Remote(candidate, child)
    try:
        await remote.open(redis_url)
        yield remote
    finally:
        await remote.aclose()
