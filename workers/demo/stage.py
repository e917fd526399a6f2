"""What every act of the story works with."""

from collections.abc import Mapping
from dataclasses import dataclass

from client import SemanticCacheClient
from workers.demo.catalogue import NAMESPACE, Catalogue
from workers.demo.model import StandInModel
from workers.demo.promises import Promises
from workers.demo.questions import QuestionBook
from workers.demo.screen import Screen
from workers.demo.shop import Question, Shop


@dataclass(frozen=True, slots=True)
class Stage:
    """The shop, those who watch it, and the two workers."""

    client: SemanticCacheClient
    catalogue: Catalogue
    book: QuestionBook
    model: StandInModel
    shop: Shop
    screen: Screen
    promises: Promises
    partitions: Mapping[str, int]
    """Worker id → a lookup partition of its own."""

    def question(self, topic: str, wording: int = 0, persona: str = "customer") -> Question:
        """A question of the book."""
        found = self.book[topic]
        return Question(found.asked[wording], found, persona)

    def promise(self, claim: str, is_kept: bool, detail: str = "") -> None:
        """Check a claim, and say how it went."""
        self.screen.verdict(self.promises.check(claim, is_kept, detail))

    async def count(self, *tags: str) -> int:
        """Entries in Redis with any of these tags, or all of the shop's; nothing is touched."""
        if tags:
            found = await self.client.invalidate(tags=list(tags), namespace=NAMESPACE, dry_run=True)
        else:
            found = await self.client.invalidate(everything=True, namespace=NAMESPACE, dry_run=True)
        return found.removed or 0
