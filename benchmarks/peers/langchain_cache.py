"""LangChain's RedisSemanticCache: `lookup` and `alookup`."""

import asyncio
from collections.abc import Mapping, Sequence
from importlib.metadata import version

from langchain_core.embeddings import Embeddings
from langchain_core.outputs import Generation
from langchain_redis import RedisSemanticCache

from benchmarks.peers.contender import Answers, Ask, Surroundings, Way
from benchmarks.peers.model import SharedModel

LLM = "a model and its parameters"
STORED_AT_ONCE = 32


class _Embeddings(Embeddings):  # type: ignore[misc]  # it is not installed where types are checked
    def __init__(self, model: SharedModel) -> None:
        self._model = model

    def embed_query(self, text: str) -> list[float]:
        vector: list[float] = self._model.embed([text])[0].tolist()
        return vector

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        vectors: list[list[float]] = self._model.embed(texts).tolist()
        return vectors

    async def aembed_query(self, text: str) -> list[float]:
        vector: list[float] = (await self._model.embed_aside([text]))[0].tolist()
        return vector


class LangChainCache:
    """As its guide makes it: embeddings, a URL; a distance of 0.2 (cosine .80)."""

    version = f"langchain-redis {version('langchain-redis')} RedisSemanticCache on redisvl {version('redisvl')}"

    async def open(self, around: Surroundings) -> None:
        """See Contender.open."""
        self._model = SharedModel(around)
        self._cache = RedisSemanticCache(
            embeddings=_Embeddings(self._model), redis_url=around.redis_url, name=around.name
        )
        self._default = self._cache.cache.distance_threshold

    async def aclose(self) -> None:
        """See Contender.aclose."""
        await self._cache.aclear()
        await self._cache.cache.adelete()
        await self._cache.cache.adisconnect()

    async def fill(self, entries: Mapping[str, str]) -> None:
        """See Contender.fill."""
        questions = list(entries)
        self._model.learn(questions)
        for start in range(0, len(questions), STORED_AT_ONCE):
            some = questions[start : start + STORED_AT_ONCE]
            await asyncio.gather(
                *(self._cache.aupdate(question, LLM, [Generation(text=entries[question])]) for question in some)
            )
        self._model.forget()

    def ways(self) -> Mapping[Way, Ask]:
        """See Contender.ways."""
        return {Way.ONE: self._lookup, Way.TOGETHER: self._alookup}

    async def accept_from(self, cosine: float | None) -> None:
        """See Contender.accept_from. LangChain's own class has no setter; the cache that it wraps has."""
        self._cache.cache.set_threshold(self._default if cosine is None else 1 - cosine)

    async def _lookup(self, questions: Sequence[str]) -> Answers:
        return [_answer(self._cache.lookup(question, LLM)) for question in questions]

    async def _alookup(self, questions: Sequence[str]) -> Answers:
        return [_answer(await self._cache.alookup(question, LLM)) for question in questions]


def _answer(generations: Sequence[Generation] | None) -> str | None:
    return str(generations[0].text) if generations else None


make = LangChainCache
