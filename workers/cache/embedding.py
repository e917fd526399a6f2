"""Embedding with fastembed, on threads of its own, in batches of like length that fill while others run."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from hashlib import sha256
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from cachetools import LRUCache

from workers.cache.config import EmbeddingConfig
from workers.cache.ports import Vector, Vectors
from workers.cache.processors import usable_processors
from workers.embedding_model import ModelFiles, find_model
from workers.embedding_model.loading import load_text_embedding
from workers.embedding_model.model_files import describe_folder
from workers.errors import ModelUnavailableError, NotOpenError, OverloadedError

if TYPE_CHECKING:
    from fastembed import TextEmbedding

_ROUNDS_AHEAD = 4
"""So many batches' worth of prompts are sorted by length together: longer waits would buy little."""
MOST_THREADS = 4
"""Where the setting leaves it to the machine: more are of use only where nothing else runs."""
_AHEAD = 1
"""Batches handed over beyond one for each thread: a thread that is done has its next at once, and does not wait until
the event loop has seen to the last one (5 to 8 % more a second, with one thread and with two)."""
_SMALLEST_SHARE = 4
"""So few prompts are not split up among idle threads."""
_TOKENS_A_PASS = 256
"""What one pass through the model may hold: beyond it what passes between its layers outgrows a core's own cache, and
each text costs more, not less. With 32 texts a pass a mix of lengths took 2 times, long ones 1.6 times as long."""
_LETTERS_A_TOKEN = 4.5
_TOKENS_AROUND = 2
"""What the tokenizer adds to each text."""


@dataclass(slots=True)
class _Request:
    """Prompts of one caller; done when all their rows are filled."""

    rows: Vectors
    missing: int
    done: asyncio.Future[None]


@dataclass(slots=True)
class _Item:
    prompt: str
    wanted_by: list[tuple[_Request, int]] = field(default_factory=list)


class FastembedEmbedder:
    """Prompts to unit vectors; equal prompts that wait together are embedded once, recent ones not again.

    Callers of `embed` share one queue. Each thread runs a batch of its own, which takes less than to have all of them
    work on one; ONNX Runtime lets go of the interpreter lock while it runs, so the event loop goes on.
    """

    def __init__(
        self, config: EmbeddingConfig, *, on_batch: Callable[[int, float], None] = lambda _count, _seconds: None
    ) -> None:
        self._config = config
        self._on_batch = on_batch
        self._executor: ThreadPoolExecutor | None = None
        self._model: TextEmbedding | None = None
        self._fingerprint = ""
        self._memo: LRUCache[str, Vector] = LRUCache(max(config.memo_size, 1))
        self._threads = config.threads or usable_processors(at_most=MOST_THREADS)
        self._queue: deque[_Item] = deque()
        self._batches: deque[list[_Item]] = deque()
        """Taken from the queue, and not yet begun."""
        self._waiting: dict[str, _Item] = {}
        self._runners: set[asyncio.Task[None]] = set()

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return int(self._opened().embedding_size)

    @property
    def fingerprint(self) -> str:
        """Of weights, tokenizer and pooling, 16 hex digits."""
        self._opened()
        return self._fingerprint

    @property
    def queued(self) -> int:
        """Prompts that wait."""
        return len(self._queue) + sum(map(len, self._batches))

    async def open(self) -> None:
        """Load the model and embed one sentence, so that the first caller does not pay for it.

        Raises:
            ModelUnavailableError: when it cannot be had; says how to get it.
        """
        if self._model is not None:
            return
        self._executor = ThreadPoolExecutor(self._threads, thread_name_prefix="embedder")
        loop = asyncio.get_running_loop()
        self._model, self._fingerprint = await loop.run_in_executor(self._executor, _load, self._config)
        await loop.run_in_executor(self._executor, _run, self._model, ["warm-up"])

    async def aclose(self) -> None:
        """Stop after the running batches; callers that still wait are cancelled."""
        runners = list(self._runners)
        for runner in runners:
            runner.cancel()
        await asyncio.gather(*runners, return_exceptions=True)
        for item in self._waiting.values():
            for request, _ in item.wanted_by:
                request.done.cancel()
        self._waiting.clear()
        self._queue.clear()
        self._batches.clear()
        if self._executor is not None:
            self._executor.shutdown(wait=True)
            self._executor = None
        self._model = None

    async def embed(self, prompts: Sequence[str]) -> Vectors:
        """One unit vector a prompt, in order, shape (len(prompts), dimensions).

        Raises:
            OverloadedError: when more prompts wait than `queue_size`.
        """
        rows = np.empty((len(prompts), self.dimensions), dtype=np.float32)
        request = _Request(rows, 0, asyncio.get_running_loop().create_future())
        unknown = [i for i, prompt in enumerate(prompts) if not self._recall(prompt, rows, i)]
        if not unknown:
            return rows
        if self.queued + len(unknown) > self._config.queue_size:
            raise OverloadedError("more prompts wait to be embedded than embedding.queue_size allows")
        request.missing = len(unknown)
        for i in unknown:
            self._enqueue(prompts[i]).wanted_by.append((request, i))
        self._wake_runners()
        await request.done
        return rows

    def _opened(self) -> "TextEmbedding":
        if self._model is None:
            raise NotOpenError("the embedder is not open: await open() first")
        return self._model

    def _recall(self, prompt: str, rows: Vectors, row: int) -> bool:
        if self._config.memo_size and (known := self._memo.get(prompt)) is not None:
            rows[row] = known
            return True
        return False

    def _enqueue(self, prompt: str) -> _Item:
        item = self._waiting.get(prompt)
        if item is None:
            item = self._waiting[prompt] = _Item(prompt)
            self._queue.append(item)
        return item

    def _wake_runners(self) -> None:
        """One for each idle thread and one more, as far as there are batches for them."""
        idle = self._threads + _AHEAD - len(self._runners)
        if idle and not self._batches:
            self._batches.extend(self._cut())
        for _ in range(min(idle, len(self._batches))):
            self._runners.add(asyncio.create_task(self._run_batches(), name="embedder"))

    def _cut(self) -> list[list[_Item]]:
        """The head of the queue in batches of like length; if it is short, one for each thread."""
        most = self._config.batch_size
        taken = [self._queue.popleft() for _ in range(min(len(self._queue), most * max(_ROUNDS_AHEAD, self._threads)))]
        taken.sort(key=lambda item: len(item.prompt))
        size = min(most, max(ceil(len(taken) / self._threads), _SMALLEST_SHARE))
        return [taken[start : start + size] for start in range(0, len(taken), size)]

    async def _run_batches(self) -> None:
        """Until nothing waits."""
        loop = asyncio.get_running_loop()
        try:
            while batch := self._next_batch():
                started = loop.time()
                prompts = [item.prompt for item in batch]
                try:
                    vectors = await loop.run_in_executor(self._executor, _run, self._opened(), prompts)
                except Exception as exc:  # noqa: BLE001 - whatever the model raises belongs to its callers
                    self._fail(batch, exc)
                    continue
                self._on_batch(len(batch), loop.time() - started)
                for item, vector in zip(batch, vectors, strict=True):
                    self._deliver(item, vector)
        finally:
            # Not in a callback: a caller in between would count on a runner that has seen an empty queue.
            self._runners.remove(asyncio.current_task())  # type: ignore[arg-type]  # this is one

    def _next_batch(self) -> list[_Item]:
        """Empty: nothing waits."""
        if not self._batches:
            self._batches.extend(self._cut())
        return self._batches.popleft() if self._batches else []

    def _deliver(self, item: _Item, vector: Vector) -> None:
        del self._waiting[item.prompt]
        if self._config.memo_size:
            self._memo[item.prompt] = vector
        for request, row in item.wanted_by:
            request.rows[row] = vector
            request.missing -= 1
            if request.missing == 0 and not request.done.done():
                request.done.set_result(None)

    def _fail(self, batch: list[_Item], exc: Exception) -> None:
        for item in batch:
            del self._waiting[item.prompt]
            for request, _ in item.wanted_by:
                if not request.done.done():
                    request.done.set_exception(exc)


def passes(prompts: Sequence[str]) -> list[Sequence[str]]:
    """Prompts in the order of their lengths, cut into as many as one pass through the model should take."""
    cut, start = [], 0
    for end in range(1, len(prompts) + 1):
        longest = len(prompts[end - 1]) / _LETTERS_A_TOKEN + _TOKENS_AROUND
        if end - start > 1 and (end - start) * longest > _TOKENS_A_PASS:
            cut.append(prompts[start : end - 1])
            start = end - 1
    return [*cut, prompts[start:]] if prompts else []


def _run(model: "TextEmbedding", prompts: list[str]) -> Vectors:
    rows = [row for some in passes(prompts) for row in model.embed(some, batch_size=len(some))]
    vectors = np.stack(rows).astype(np.float32, copy=False)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), np.float32(1e-12))
    return vectors


def _load(config: EmbeddingConfig) -> "tuple[TextEmbedding, str]":
    files = describe_files(config)
    if files is not None:
        return load_text_embedding(files, threads=1), files.fingerprint
    # Imported here, on the embedder's thread: it takes 0.15 s, in which a worker connects to Kafka.
    from fastembed import TextEmbedding

    try:
        model = TextEmbedding(config.model, threads=1)
    except Exception as exc:
        raise ModelUnavailableError(
            f"the embedding model {config.model!r} is neither in place nor to be had from its hub ({exc}); "
            "run `semantic-cache model fetch`, or set SEMANTIC_CACHE_EMBEDDING__MODEL_PATH to a folder with its files"
        ) from exc
    return model, _hub_fingerprint(config.model, model)


def describe_files(config: EmbeddingConfig) -> ModelFiles | None:
    """The folder to load from: the configured one, else the one that set-up put in place for the default model.

    Raises:
        ModelUnavailableError: when a configured folder holds no model.
    """
    if config.model_path is not None:
        try:
            return describe_folder(config.model_path)
        except OSError as exc:
            raise ModelUnavailableError(f"SEMANTIC_CACHE_EMBEDDING__MODEL_PATH: {exc}") from exc
    is_default = config.model == EmbeddingConfig.model_fields["model"].default
    return find_model() if is_default else None


def _hub_fingerprint(name: str, model: "TextEmbedding") -> str:
    folder = Path(model.model._model_dir)  # noqa: SLF001 - fastembed has no public name for it
    weights = sha256()
    for path in sorted(
        p for p in folder.rglob("*") if p.suffix in {".onnx", ".onnx_data"} or p.name == "tokenizer.json"
    ):
        with path.open("rb") as file:
            while chunk := file.read(1 << 20):
                weights.update(chunk)
    return sha256(f"{name}:{weights.hexdigest()}".encode()).hexdigest()[:16]
