"""The acts about what is served, and what is not."""

import asyncio

from workers.demo.questions import Topic
from workers.demo.shop import Exchange
from workers.demo.stage import Stage
from workers.demo.tally import Way

CALLERS = 100


async def repeats(stage: Stage) -> None:
    """One question: first asked, asked again, asked in other words."""
    await stage.screen.act(
        "1 · A question, again, and in other words",
        "The first time the model answers, in 0.8 s. After that nobody should wait for it again.",
    )
    topic = "brunholm-crema/descale"
    first, *repeats = [await stage.shop.ask(stage.question(topic)) for _ in range(3)]
    for exchange in (first, *repeats):
        stage.screen.exchange(exchange)
    stage.promise(
        "the first answer was computed, the repeats came from the cache, at last from a worker's memory",
        _hits(first, *repeats) == [False, True, True] and repeats[-1].way is Way.L1,
    )
    await stage.screen.pause()
    others = [await stage.shop.ask(stage.question(topic, wording)) for wording in (1, 1, 2)]
    for exchange in others:
        stage.screen.exchange(exchange)
    stage.promise(
        "other words, same meaning, same answer",
        all(_hits(*others)) and {each.answer.response for each in others} == {first.answer.response},
        f"{stage.model.calls} model call for {len(others) + 3} answers",
    )


async def personas(stage: Stage) -> None:
    """The same words from somebody else."""
    await stage.screen.act(
        "2 · Somebody else asks the same",
        "Staff hear what customers must not. The persona is part of the key, so their answers never mix.",
    )
    topic = "aurora-15/price"
    ours, theirs = stage.question(topic), stage.question(topic, persona="support_agent")
    customer = await stage.shop.ask(ours)
    agent = await stage.shop.ask(theirs)
    again = [await stage.shop.ask(ours), await stage.shop.ask(theirs)]
    for exchange in (customer, agent, *again):
        stage.screen.exchange(exchange)
    stage.promise(
        "the agent's answer was computed anew, and each then got their own",
        _hits(agent, *again) == [False, True, True]
        and [each.answer.response for each in again] == [customer.answer.response, agent.answer.response],
    )


async def contrasts(stage: Stage) -> None:
    """Questions that are near, and ask something else."""
    await stage.screen.act(
        "3 · Near, but not the same",
        "A cosine cannot tell on from off or 13 from 15: here it often says more than .9. A hit is verified, not near.",
    )
    pairs = [topic for topic in stage.book.contrasts if topic.near in _STORED_FIRST]
    await asyncio.gather(*(stage.shop.ask(stage.question(topic)) for topic in _STORED_FIRST))
    exchanges = await asyncio.gather(*(stage.shop.ask(stage.question(topic.topic), explain=True) for topic in pairs))
    for topic, exchange in zip(pairs, exchanges, strict=True):
        stage.screen.exchange(exchange, answer=False)
        stage.screen.aside(_beside(stage, topic, exchange))
    served = [each for each in exchanges if not each.is_right]
    detail = f"{len(served)} did" if served else ""
    stage.promise(f"none of {len(pairs)} contrasts got its neighbour's answer", not served, detail)


_STORED_FIRST = (
    "sonari-drift/noise-cancelling-on",
    "aurora-15/battery",
    "hearthlight-thermostat/enable-schedule",
    "order/cancel",
    "mileto-cargo/children",
    "returns/opened",
)


def _beside(stage: Stage, topic: Topic, exchange: Exchange) -> str:
    """What the policy said to the neighbour."""
    found = exchange.answer.lookup
    near = stage.book[topic.near or ""].asked[0]
    seen = [each for each in (found and found.candidates) or () if each.prompt == near]
    if not seen:
        return f"not even near: {near}"
    verdict = "SERVED" if seen[0].accepted else "refused"
    return f"cosine {seen[0].similarity:.2f}, {verdict}, {seen[0].reason}: {near}"


async def one_computation(stage: Stage) -> None:
    """Many callers, one model call."""
    await stage.screen.act(
        f"4 · {CALLERS} callers, one question, at once",
        "A newsletter went out. One caller is asked to compute the answer; the others wait for it.",
    )
    before = stage.model.calls
    question = stage.question("wisplo-s3/pets")
    exchanges = await asyncio.gather(*(stage.shop.ask(question) for _ in range(CALLERS)))
    computed = [each for each in exchanges if each.way is Way.COMPUTED]
    stage.screen.exchange(computed[0] if computed else exchanges[0])
    slowest = max(each.seconds for each in exchanges)
    calls = stage.model.calls - before
    same = len({each.answer.response for each in exchanges}) == 1
    stage.promise(
        f"{CALLERS} callers, one model call", calls == 1 and same, f"{calls} call, the slowest waited {slowest:.2f} s"
    )


def _hits(*exchanges: Exchange) -> list[bool]:
    return [each.answer.is_from_cache for each in exchanges]
