"""RedisVL's SemanticCache: `check`, `acheck`, and `embed_many` with `acheck(vector=…)`."""

import asyncio
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

from redisvl.extensions.cache.llm import SemanticCache
from redisvl.utils.vectorize import CustomVectorizer

from benchmarks.peers.contender import Answers, Ask, Surroundings, Way
from benchmarks.peers.model import BATCH, SharedModel

STORED_AT_ONCE = 32


class RedisVLCache:
    """As its guide makes it: a name, a URL, a vectorizer; a FLAT index, a distance of 0.1 (cosine .90)."""

    version = f"redisvl {version('redisvl')} SemanticCache"

    async def open(self, around: Surroundings) -> None:
        """See Contender.open."""
        self._model = model = SharedModel(around)

        async def aembed(text: str, **_: object) -> list[float]:
            vector: list[float] = (await model.embed_aside([text]))[0].tolist()
            return vector

        async def aembed_many(texts: list[str], **_: object) -> list[list[float]]:
            vectors: list[list[float]] = (await model.embed_aside(texts)).tolist()
            return vectors

        self._vectorizer = CustomVectorizer(
            embed=lambda text, **_: model.embed([text])[0].tolist(),
            embed_many=lambda texts, **_: model.embed(texts).tolist(),
            aembed=aembed,
            aembed_many=aembed_many,
        )
        self._cache = SemanticCache(name=around.name, redis_url=around.redis_url, vectorizer=self._vectorizer)
        self._default = self._cache.distance_threshold

    async def aclose(self) -> None:
        """See Contender.aclose."""
        await self._cache.adelete()
        await self._cache.adisconnect()

    async def fill(self, entries: Mapping[str, str]) -> None:
        """See Contender.fill."""
        questions = list(entries)
        self._model.learn(questions)
        for start in range(0, len(questions), STORED_AT_ONCE):
            some = questions[start : start + STORED_AT_ONCE]
            await asyncio.gather(*(self._cache.astore(question, entries[question]) for question in some))
        self._model.forget()

    def ways(self) -> Mapping[Way, Ask]:
        """See Contender.ways."""
        return {Way.ONE: self._check, Way.TOGETHER: self._acheck, Way.BATCH: self._check_many}

    async def accept_from(self, cosine: float | None) -> None:
        """See Contender.accept_from."""
        self._cache.set_threshold(self._default if cosine is None else 1 - cosine)

    async def _check(self, questions: Sequence[str]) -> Answers:
        return [_answer(self._cache.check(question)) for question in questions]

    async def _acheck(self, questions: Sequence[str]) -> Answers:
        return [_answer(await self._cache.acheck(question)) for question in questions]

    async def _check_many(self, questions: Sequence[str]) -> Answers:
        vectors = await self._vectorizer.aembed_many(list(questions), batch_size=BATCH)
        found: list[Answers] = []
        for start in range(0, len(vectors), STORED_AT_ONCE):
            some = vectors[start : start + STORED_AT_ONCE]
            found.append([_answer(hit) for hit in await asyncio.gather(*(self._cache.acheck(vector=v) for v in some))])
        return [answer for answers in found for answer in answers]


def _answer(hits: list[dict[str, Any]]) -> str | None:
    return str(hits[0]["response"]) if hits else None


make = RedisVLCache
