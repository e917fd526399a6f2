"""The demo's shop: a service like any other that answers people through the cache."""

import time
from dataclasses import dataclass

from client import Answer, LookupOptions, NewAnswer, SemanticCacheClient
from schemas import Match
from workers.demo.catalogue import NAMESPACE
from workers.demo.model import StandInModel
from workers.demo.questions import CUSTOMER, Topic
from workers.demo.tally import Tally, Way, way_of


@dataclass(frozen=True, slots=True)
class Question:
    """What one person asks."""

    prompt: str
    topic: Topic
    persona: str = CUSTOMER
    conversation: str | None = None
    """Given where the question means something only in its conversation."""

    @property
    def context(self) -> dict[str, str]:
        """What keeps its answer apart from others'."""
        context = {"user_persona": self.persona}
        return context if self.conversation is None else {**context, "conversation_id": self.conversation}


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question, and how it was answered."""

    question: Question
    answer: Answer
    way: Way
    seconds: float

    @property
    def is_right(self) -> bool:
        """Whether the answer belongs to the question's topic: the model wrote down what it was asked."""
        found = self.answer.lookup
        if not self.answer.is_from_cache or found is None:
            return True
        return (found.metadata or {}).get("topic") == self.question.topic.topic


class Shop:
    """Asks the cache first and the model if need be, and keeps the tally."""

    def __init__(self, client: SemanticCacheClient, model: StandInModel, tally: Tally) -> None:
        self._client = client
        self._model = model
        self._tally = tally

    async def ask(self, question: Question, *, partition: int | None = None, explain: bool = False) -> Exchange:
        """One question, answered by a hit or by the model. `partition` chooses the worker that is asked."""
        options: LookupOptions = {"namespace": NAMESPACE, "context": question.context, "explain": explain}
        if partition is not None:
            options["partition"] = partition

        async def compute() -> NewAnswer:
            return await self._model.answer(question.topic, question.persona)

        began = time.perf_counter()
        answer = await self._client.answer(question.prompt, compute, **options)
        seconds = time.perf_counter() - began
        exchange = Exchange(question, answer, way_of(answer, seconds), seconds)
        self._tally.add(exchange.way, seconds)
        found = answer.lookup
        if found is not None and found.match is Match.SEMANTIC:
            self._tally.by_meaning += 1
        if found is not None and not exchange.is_right:
            self._tally.wrong.append(f"“{question.prompt}” got the answer to “{found.matched_prompt}”")
        return exchange
