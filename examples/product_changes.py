"""A shop system that announces its changes, and a service that must not repeat what is no longer true.

semantic-cache stack                        # prints what to export
semantic-cache worker                       # in a second terminal, after the exports
python examples/product_changes.py localhost:9092
"""

import asyncio
import sys
import uuid

from client import NewAnswer, SemanticCacheClient
from schemas import ProductChange

PRICES = {"aurora-15": 1299}
QUESTION = "How much does the Aurora 15 cost?"


async def read_price() -> NewAnswer:
    """Stands for a model that is told what the catalogue says now."""
    return NewAnswer(f"It costs ${PRICES['aurora-15']:,}.", tags=["product:aurora-15"])


async def main(bootstrap_servers: str, namespace: str = "examples") -> None:
    """Two ways to be rid of an answer: tell what changed, or say yourself what must go."""
    async with SemanticCacheClient(bootstrap_servers, namespace=namespace) as client:
        print((await client.answer(QUESTION, read_price)).response)

        # What changed: the workers' rules turn it into tags. There is no reply; it takes effect in milliseconds.
        PRICES["aurora-15"] = 1199
        await client.product_changed(
            ProductChange(
                event_id=uuid.uuid4().hex, product_id="aurora-15", change="price_changed", namespace=namespace
            )
        )
        while "$1,299" in (answer := await client.answer(QUESTION, read_price)).response:  # noqa: ASYNC110 - nothing tells when
            await asyncio.sleep(0.01)
        print(f"{answer.response} ({answer.source.value})")

        # What must go: acknowledged when it is gone. The token makes a lookup wait for no staleness bound at all.
        PRICES["aurora-15"] = 999
        done = await client.invalidate(tags=["product:aurora-15"])
        print(f"removed {done.removed}")
        if done.token is not None:
            answer = await client.answer(QUESTION, read_price, after=done.token)
            print(f"{answer.response} ({answer.source.value})")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else "localhost:9092"))
