"""What people ask the demo shop, and which wordings mean the same."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import yaml

from workers.demo.catalogue import DATA

CUSTOMER = "customer"


@dataclass(frozen=True, slots=True)
class Topic:
    """One meaning. All its wordings deserve the same answer."""

    topic: str
    about: tuple[str, ...]
    """Ids of the products that the answer is about; the template's fields come from the first."""
    asked: tuple[str, ...]
    """The wordings."""
    answer: str
    """A template; see the data file."""
    agent: str | None = None
    """What the staff hear in its place."""
    tags: tuple[str, ...] = ()
    """Beside product:…, what the answer depends on."""
    near: str | None = None
    """The topic that it is easily mistaken for."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing that somebody says in a conversation."""

    prompt: str
    topic: str
    depends_on_conversation: bool
    """It means something only after what was said before; such an answer is nobody else's."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """One visitor of the shop."""

    id: str
    persona: str
    turns: tuple[Turn, ...]


class QuestionBook:
    """All topics and conversations."""

    def __init__(self, topics: Iterable[Topic], conversations: Iterable[Conversation] = ()) -> None:
        self.topics = {topic.topic: topic for topic in topics}
        self.conversations = tuple(conversations)

    @classmethod
    def load(cls) -> "QuestionBook":
        """The questions that ship with the project."""
        rows = yaml.safe_load((DATA / "questions.yaml").read_text("utf-8"))
        topics = [_topic(row) for row in rows]
        meaning = {wording: topic.topic for topic in topics for wording in topic.asked}
        people = yaml.safe_load((DATA / "conversations.yaml").read_text("utf-8"))
        return cls(
            topics,
            (
                Conversation(row["id"], row["persona"], tuple(_turn(turn, meaning) for turn in row["turns"]))
                for row in people
            ),
        )

    def __getitem__(self, topic: str) -> Topic:
        return self.topics[topic]

    @property
    def contrasts(self) -> list[Topic]:
        """Topics that are easily mistaken for another."""
        return [topic for topic in self.topics.values() if topic.near is not None]

    @property
    def wordings(self) -> int:
        """How many ways of asking there are."""
        return sum(len(topic.asked) for topic in self.topics.values())


def _topic(row: dict[str, Any]) -> Topic:
    fields: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
    return Topic(**fields)


def _turn(row: dict[str, str], meaning: dict[str, str]) -> Turn:
    if "then" in row:
        return Turn(row["then"], row["topic"], depends_on_conversation=True)
    return Turn(row["asks"], meaning[row["asks"]], depends_on_conversation=False)
