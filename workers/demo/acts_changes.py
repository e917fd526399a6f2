"""The acts about what must no longer be served."""

import asyncio
import time
from collections.abc import Mapping

from workers.demo.shop import Exchange, Question
from workers.demo.stage import Stage
from workers.demo.tally import Way

GONE_SECONDS = 5.0
"""How long the story waits for a change to reach Redis before it calls the promise broken."""
POLL_SECONDS = 0.005
STALENESS_SECONDS = 1.0
"""The workers' default bound, `coherence.max_staleness_ms`."""


async def price_change(stage: Stage) -> None:
    """A price changes: exactly the answers about that product go, on every worker."""
    await stage.screen.act(
        "6 · A price changes",
        "Both workers hold the old price in memory. The shop's own event says that the product changed, no more.",
    )
    question, product = stage.question("aurora-15/price"), "aurora-15"
    await _warm(stage, [question])
    _show_by_worker(stage, await _ask_each(stage, question))
    about, everything = await stage.count(f"product:{product}"), await stage.count()
    event = stage.catalogue.change_price(product, 1199)
    published = time.perf_counter()
    await stage.client.product_changed(event)
    stage.screen.say(f"event: {event.change} of {event.product_id}, new price $1,199")
    gone = await _until_gone(stage, f"product:{product}", published)
    left = await stage.count()
    stage.promise(
        f"all {about} answers about the product are gone, the other {everything - about} are still there",
        gone is not None and left == everything - about,
        f"{left} left, after {(gone or GONE_SECONDS) * 1000:.0f} ms",
    )
    await _no_more(stage, [question], "$1,299", published)
    _show_by_worker(stage, await _ask_each(stage, question))
    again = await _ask_each(stage, question)
    stage.promise(
        "both workers now serve the new price from their memory",
        all(each.way is Way.L1 and "$1,199" in each.answer.response for each in again.values()),
    )


async def overtaken(stage: Stage) -> None:
    """An answer is being computed from the old price when the price changes."""
    await stage.screen.act(
        "7 · An answer is overtaken",
        "The model is thinking, with the old price before it, when the price changes. Its answer comes too late.",
    )
    question, product = stage.question("wisplo-s3/price", persona="shop_floor"), "wisplo-s3"
    asking = asyncio.create_task(stage.shop.ask(question), name="demo-overtaken")
    await asyncio.sleep(0.25)  # the model thinks for 0.8 s: this is in the middle of it
    event = stage.catalogue.change_price(product, 499)
    await stage.client.product_changed(event)
    late = await asking
    stage.screen.exchange(late)
    stored = late.answer.stored
    status = "was not stored" if stored is None else f"{stored.status.value} {stored.reason or ''}".strip()
    stage.screen.say(f"the store of this answer: {status}")
    after = await stage.shop.ask(question)
    stage.screen.exchange(after)
    stage.promise(
        "the overtaken answer was refused, and the next caller got the new price",
        stored is not None and stored.status == "refused" and "$499" in after.answer.response,
    )


async def discontinued(stage: Stage) -> None:
    """A product goes: whatever lists its brand or category goes with it."""
    await stage.screen.act(
        "8 · A product goes",
        "Answers that list a brand or a category depend on all of it, and are tagged so. Others stay.",
    )
    lists = [stage.question(topic) for topic in ("laptops/offer", "laptops/cheapest", "aurora/offer")]
    others = [stage.question(topic) for topic in ("phones/offer", "brunholm-crema/descale")]
    await _warm(stage, [*lists, *others])
    published = time.perf_counter()
    event = stage.catalogue.discontinue("aurora-13")
    await stage.client.product_changed(event)
    stage.screen.say(f"event: {event.change} {event.product_id} (brand {event.brand}, category {event.category})")
    await _until_gone(stage, "product:aurora-13", published)
    await _until_gone(stage, "category:laptops", published)
    await _no_more(stage, lists, "Aurora 13", published)
    renewed = [await stage.shop.ask(question) for question in lists]
    kept = [await stage.shop.ask(question) for question in others]
    for exchange in (*renewed, *kept):
        stage.screen.exchange(exchange)
    stage.promise(
        "no list names the product any more, on either worker",
        not any("Aurora 13" in each.answer.response for each in renewed),
    )
    stage.promise("answers about other things were not touched", all(each.answer.is_from_cache for each in kept))


async def _warm(stage: Stage, questions: list[Question]) -> None:
    """Until every worker has each in its memory: asked twice, the second time answered from L1."""
    await asyncio.gather(*(stage.shop.ask(question) for question in questions))
    for _ in range(2):
        for question in questions:
            await _ask_each(stage, question)


async def _ask_each(stage: Stage, question: Question) -> dict[str, Exchange]:
    """One worker after the other."""
    return {
        worker: await stage.shop.ask(question, partition=partition) for worker, partition in stage.partitions.items()
    }


def _show_by_worker(stage: Stage, exchanges: Mapping[str, Exchange]) -> None:
    for worker, exchange in exchanges.items():
        stage.screen.exchange(exchange, f" of {worker}")


async def _until_gone(stage: Stage, tag: str, since: float) -> float | None:
    """Seconds until Redis held no entry with this tag; None if that took too long."""
    while time.perf_counter() - since < GONE_SECONDS:
        if await stage.count(tag) == 0:
            return time.perf_counter() - since
        await asyncio.sleep(POLL_SECONDS)
    return None


async def _no_more(stage: Stage, questions: list[Question], old: str, since: float) -> None:
    """Ask every worker all of it, again and again, until nobody says the old thing. The bound is a promise."""

    async def last_old(question: Question, partition: int) -> float:
        """When the old answer was last asked for and given, in seconds after the change; 0 if never."""
        last = 0.0
        while (asked := time.perf_counter() - since) < GONE_SECONDS:
            exchange = await stage.shop.ask(question, partition=partition)
            if old not in exchange.answer.response:
                return last
            last = asked
        return last

    each = [last_old(question, partition) for question in questions for partition in stage.partitions.values()]
    last = max(await asyncio.gather(*each))
    stage.promise(
        f"no worker said “{old}” later than {STALENESS_SECONDS:g} s after the change",
        last <= STALENESS_SECONDS,
        f"last heard {last * 1000:.0f} ms after it" if last else "never heard again",
    )
