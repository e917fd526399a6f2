"""`product-changes`: events of the catalogue become rules. A storm of them is one rule a namespace and batch."""

import asyncio
from collections.abc import Sequence
from functools import partial

from schemas import ProductChange, Topics
from workers.cache.rules import PlacedRule
from workers.cloud_events import read_product_change
from workers.desk import DeskParts, until_done
from workers.kafka.channel import Channel
from workers.kafka.request import Request
from workers.observability.worker_observer import Intake
from workers.product_rules import TagRules, coalesce

ProductRecord = Request[ProductChange]


def product_channel(topics: Topics) -> Channel[ProductChange]:
    """Nobody waits for a reply."""
    return Channel(Intake.PRODUCT_CHANGE, topics.product_changes, ProductChange, read_product_change)


class ProductChangeDesk:
    """Invalidates what product changes make untrue; a change is done when all that it names is gone."""

    def __init__(self, parts: DeskParts, rules: TagRules) -> None:
        self._cache = parts.cache
        self._replies = parts.replies
        self._tasks = parts.tasks
        self._observer = parts.observer
        self._rules = rules

    async def answer(self, requests: Sequence[ProductRecord]) -> None:
        """Append the rules of a batch; apply them in a task."""
        changes = [request.message for request in requests]
        rules = coalesce((change.namespace, self._rules.tags_of(change)) for change in changes)
        self._observer.product_changes(len(changes), len(rules))
        placed = await until_done(partial(self._cache.announce, rules)) if rules else []
        self._tasks.spawn(self._replies.answered(requests, self._apply(requests, placed)), name="product-changes")

    async def _apply(self, requests: Sequence[ProductRecord], placed: Sequence[PlacedRule]) -> None:
        await asyncio.gather(*(until_done(partial(self._cache.apply, place)) for place in placed))
        for request in requests:
            self._replies.finish(request)
