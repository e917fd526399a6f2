"""A stand-in for the language model: it reads the catalogue, thinks for a while, and answers.

The catalogue is read when the thinking starts, as a model's context is put together before the model runs: whatever
changes meanwhile, the answer does not know. That is the gap in which stale answers are made.
"""

import asyncio
from typing import Any

from client import NewAnswer
from workers.demo.catalogue import Catalogue, Product
from workers.demo.questions import CUSTOMER, Topic

THINKING_SECONDS = 0.8
TOKENS_A_CALL = 1500
"""Assumed: a page of catalogue and instructions, a question, an answer."""
DOLLARS_A_THOUSAND_TOKENS = 0.01
"""Assumed: a price in the middle of what large models cost."""
DOLLARS_A_CALL = TOKENS_A_CALL / 1000 * DOLLARS_A_THOUSAND_TOKENS


class StandInModel:
    """Answers from the catalogue, after 0.8 s."""

    def __init__(self, catalogue: Catalogue, thinking_seconds: float = THINKING_SECONDS) -> None:
        self._catalogue = catalogue
        self._thinking_seconds = thinking_seconds
        self.calls = 0

    async def answer(self, topic: Topic, persona: str) -> NewAnswer:
        """What a model would say, with the tags of everything that it was told."""
        self.calls += 1
        text = self.say(topic, persona)
        await asyncio.sleep(self._thinking_seconds)
        return NewAnswer(text, tags=tags_of(topic), metadata={"model": "stand-in", "topic": topic.topic})

    def say(self, topic: Topic, persona: str) -> str:
        """The answer as of now."""
        products = [self._catalogue.get(product_id) for product_id in topic.about]
        for product_id, product in zip(topic.about, products, strict=True):
            if product is None:
                return f"The {self._catalogue.name_of(product_id)} is no longer on sale."
        template = topic.answer if persona == CUSTOMER else topic.agent or topic.answer
        return template.format_map(self._facts(topic, [product for product in products if product is not None]))

    def _facts(self, topic: Topic, products: list[Product]) -> dict[str, Any]:
        facts: dict[str, Any] = {"p": {product.id: _Facts(product) for product in products}}
        if products:
            first = products[0]
            facts |= {"name": first.name, "sku": first.sku, "stock": first.stock, "a": first.attributes}
            facts |= {"price": first.price_text, "weight": first.weight_text}
        offered = [product for tag in topic.tags for product in self._offered(tag)]
        if offered:
            named = [f"{product.name} ({product.price_text})" for product in offered]
            facts |= {"offer": ", ".join(named), "cheapest": named[0], "dearest": named[-1]}
        return facts

    def _offered(self, tag: str) -> list[Product]:
        kind, _, name = tag.partition(":")
        if kind == "brand":
            return self._catalogue.having(brand=name)
        return self._catalogue.having(category=name) if kind == "category" else []


class _Facts:
    """What templates may say of a further product."""

    def __init__(self, product: Product) -> None:
        self.name = product.name
        self.price = product.price_text


def tags_of(topic: Topic) -> tuple[str, ...]:
    """What an answer to it depends on."""
    return (*(f"product:{product_id}" for product_id in topic.about), *topic.tags)
