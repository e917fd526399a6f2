"""A service that answers people: the cache first, the model if need be. One call does it all.

Run it beside a stack and a worker:

    semantic-cache stack                        # prints what to export
    semantic-cache worker                       # in a second terminal, after the exports
    python examples/answer_with_the_cache.py localhost:9092

The second question is never computed: it means the same. Of the ten people who ask at once, one waits for the model
and nine wait for that one.
"""

import asyncio
import sys

from client import NewAnswer, SemanticCacheClient

QUESTION = "How do I descale the espresso machine?"
IN_OTHER_WORDS = "How can I descale the espresso machine?"


async def ask_the_model(question: str) -> NewAnswer:
    """Stands for your model. What the answer was read from goes into the tags: a change there removes it."""
    await asyncio.sleep(1.0)
    return NewAnswer(
        f"({question}) With one sachet of descaler and a litre of water.",
        tags=["product:crema", "manual:crema-2026"],
        ttl_seconds=3600,
    )


async def main(bootstrap_servers: str, namespace: str = "examples") -> None:
    """Ask, ask again in other words, and ask ten at once."""
    async with SemanticCacheClient(bootstrap_servers, namespace=namespace) as client:

        async def answer(question: str) -> str:
            found = await client.answer(question, lambda: ask_the_model(question), context={"user_persona": "customer"})
            return f"{found.source.value:8}  {found.response}"

        print(await answer(QUESTION))
        print(await answer(IN_OTHER_WORDS))
        for line in await asyncio.gather(*(answer("How long is the warranty?") for _ in range(10))):
            print(line)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else "localhost:9092"))
