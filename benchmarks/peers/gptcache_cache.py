"""GPTCache: `get`, over its default stores, SQLite and FAISS.

Its stores for Redis need a redis-py older than 6 (`commands.search.indexDefinition`), so they cannot be asked beside
the others; the default ones run in its own process, without a network between.
"""

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from importlib.metadata import version

from gptcache import Cache, Config
from gptcache.adapter.api import get, init_similar_cache
from gptcache.manager import manager_factory

from benchmarks.peers.contender import Answers, Ask, Surroundings, Way
from benchmarks.peers.model import SharedModel, Vectors

LARGEST = 1_000_000
"""Entries. By default it keeps a thousand; filled beyond that, it was seen to answer repeats with others' answers
(ids of evicted rows are given out again)."""
DEFAULT_THRESHOLD = 0.8
"""Of (4 − squared distance) / 4: a cosine of .60."""
DIMENSIONS = 384


class _Embedding:
    dimension = DIMENSIONS

    def __init__(self, model: SharedModel) -> None:
        self._model = model

    def to_embeddings(self, data: str, **_: object) -> Vectors:
        vector: Vectors = self._model.embed([data])[0]
        return vector


class GPTCache:
    """As `init_similar_cache` makes it, but for its size and its table of reports, which costs each hit a commit."""

    version = f"gptcache {version('gptcache')} with sqlite,faiss in process, reports off"

    async def open(self, around: Surroundings) -> None:
        """See Contender.open."""
        self._model = SharedModel(around)
        self._folder = tempfile.mkdtemp(prefix="gptcache-")
        self._data = manager_factory(
            "sqlite,faiss",
            data_dir=self._folder,
            vector_params={"dimension": DIMENSIONS},
            eviction_params={"max_size": LARGEST},
        )
        self._cache = Cache()
        init_similar_cache(
            cache_obj=self._cache,
            embedding=_Embedding(self._model),
            data_manager=self._data,
            config=Config(similarity_threshold=DEFAULT_THRESHOLD, disable_report=True),
        )

    async def aclose(self) -> None:
        """See Contender.aclose."""
        self._data.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    async def fill(self, entries: Mapping[str, str]) -> None:
        """See Contender.fill."""
        vectors = list(self._model.embed(list(entries)))
        self._data.import_data(list(entries), list(entries.values()), vectors, [None] * len(entries))

    def ways(self) -> Mapping[Way, Ask]:
        """See Contender.ways. It has no asynchronous `get` and none for many questions."""
        return {Way.ONE: self._get}

    async def accept_from(self, cosine: float | None) -> None:
        """See Contender.accept_from."""
        self._cache.config.similarity_threshold = DEFAULT_THRESHOLD if cosine is None else (1 + cosine) / 2

    async def _get(self, questions: Sequence[str]) -> Answers:
        return [get(question, cache_obj=self._cache) for question in questions]


make = GPTCache
