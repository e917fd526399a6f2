"""The act with the crowd: conversations and passers-by, at a steady pace."""

import asyncio
import itertools
import random
from collections.abc import Iterator

from workers.cache.policy.parameters import load_parameters
from workers.demo.questions import CUSTOMER, Conversation
from workers.demo.shop import Question
from workers.demo.stage import Stage

SECONDS = 20.0
A_SECOND = 40
STAFF = ("support_agent", "shop_floor")
STAFF_SHARE = 0.1
SEED = 20_260_301


async def rush(stage: Stage) -> None:
    """Twenty seconds of a busy shop."""
    book = stage.book
    await stage.screen.act(
        "5 · A busy hour, in twenty seconds",
        f"{len(book.conversations)} conversations, and passers-by who ask {A_SECOND} questions a second, the popular"
        f" ones more often, in any of {book.wordings} wordings of {len(book.topics)} meanings, as three personas.",
    )
    hits, total = stage.screen.tally.hits, stage.screen.tally.total
    async with asyncio.TaskGroup() as crowd:
        for conversation in book.conversations:
            crowd.create_task(_talk(stage, conversation))
        # A fixed timetable: who is slow to be answered does not slow down the others.
        started = asyncio.get_running_loop().time()
        for number, question in enumerate(itertools.islice(_passers_by(stage), int(SECONDS * A_SECOND))):
            await asyncio.sleep(max(0.0, started + number / A_SECOND - asyncio.get_running_loop().time()))
            crowd.create_task(stage.shop.ask(question))
    asked = stage.screen.tally.total - total
    rate = (stage.screen.tally.hits - hits) / asked
    stage.screen.say(f"{asked:,} questions, {rate:.0%} answered without the model")
    _judge_hits(stage)


def _judge_hits(stage: Stage) -> None:
    """By key, all hits must be right; by meaning, as many as the policy is calibrated to. The wrong ones are shown."""
    tally, target = stage.screen.tally, load_parameters().target_precision
    for sentence in dict.fromkeys(tally.wrong):
        stage.screen.aside(f"wrong: {sentence}")
    share = 1 - len(tally.wrong) / max(tally.by_meaning, 1)
    stage.promise(
        f"hits in other words answered what was asked, at least {target:.0%} of them",
        share >= target,
        f"{tally.by_meaning - len(tally.wrong)} of {tally.by_meaning}",
    )


async def _talk(stage: Stage, conversation: Conversation) -> None:
    for turn in conversation.turns:
        topic = stage.book[turn.topic]
        own = conversation.id if turn.depends_on_conversation else None
        await stage.shop.ask(Question(turn.prompt, topic, conversation.persona, own))
        await asyncio.sleep(1.5)  # people read what they are told


def _passers_by(stage: Stage) -> Iterator[Question]:
    """For ever. Topics follow Zipf's law: the second is asked half as often as the first, and so on."""
    chance = random.Random(SEED)  # noqa: S311 - a story, not a secret
    topics = list(stage.book.topics.values())
    chance.shuffle(topics)
    weights = [1 / (rank + 3) for rank in range(len(topics))]
    while True:
        (topic,) = chance.choices(topics, weights)
        persona = chance.choice(STAFF) if chance.random() < STAFF_SHARE else CUSTOMER
        yield Question(chance.choice(topic.asked), topic, persona)
