"""Clients that read, compute, store and change products, and write down what they sent and got."""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import time

from client import SemanticCacheClient
from client.errors import CacheClientError, NoReplyError, RequestFailedError
from schemas import LookupMode, LookupResult, LookupStatus, StoreStatus
from tests.faults.history import Change, History, Read, Value, Write

PRODUCTS = 6
PROMPTS_PER_PRODUCT = 4
NAMESPACE = "faults"
PATIENCE_SECONDS = 40.0
"""Longer than any fault: what is not answered by then is not answered."""


class Shop:
    """The source of truth, and the clients who ask about it through the cache."""

    def __init__(self, client: SemanticCacheClient, history: History, seed: int) -> None:
        self._client = client
        self.history = history
        self._random = random.Random(seed)
        self._versions = [0] * PRODUCTS
        self._serials = itertools.count(1)
        self._tokens: dict[int, tuple[str, int]] = {}
        self._stopped = False
        self.operations = 0
        self.last_answer = 0.0
        """When somebody last got an answer that was no outage, monotonic seconds."""

    async def run(self, seconds: float, *, readers: int = 8) -> None:
        """Load for so long; every request is waited for."""
        async with asyncio.TaskGroup() as group:
            for _ in range(readers):
                group.create_task(self._read_for_ever())
            group.create_task(self._change_for_ever())
            await asyncio.sleep(seconds)
            self._stopped = True

    async def final_reads(self) -> dict[int, Read]:
        """Everything once more, in quiet."""
        prompts = range(PRODUCTS * PROMPTS_PER_PRODUCT)
        reads = await asyncio.gather(*(self._look(prompt, None) for prompt in prompts))
        return {read.prompt: read for read, _ in (found for found in reads if found is not None)}

    async def _read_for_ever(self) -> None:
        while not self._stopped:
            prompt = self._random.randrange(PRODUCTS * PROMPTS_PER_PRODUCT)
            token = self._tokens.get(prompt % PRODUCTS) if self._random.random() < 0.2 else None
            found = await self._look(prompt, token)
            if found is None:
                await asyncio.sleep(0.1)
                continue
            read, result = found
            self.history.reads.append(read)
            if result.status is LookupStatus.MISS and result.fence is not None:
                await self._compute_and_store(prompt, result.fence)
            await asyncio.sleep(self._random.random() * 0.02)

    async def _look(self, prompt: int, token: tuple[str, int] | None) -> tuple[Read, LookupResult] | None:
        sent = time.monotonic()
        try:
            if token is None:
                result = await self._client.lookup(_text(prompt), mode=LookupMode.EXACT)
            else:
                result = await self._client.lookup(_text(prompt), mode=LookupMode.EXACT, after=token[0])
        except CacheClientError as exc:
            self._failed(f"lookup of {prompt}", exc)
            return None
        done = time.monotonic()
        self.operations += 1
        value = Value(*json.loads(result.response)) if result.response is not None else None
        if value is not None or not result.degraded:
            self.last_answer = done
        needs = (prompt % PRODUCTS, token[1]) if token is not None else None
        layer = result.layer.value if result.layer is not None else None
        return Read(prompt, sent, done, layer, value, result.degraded, needs), result

    async def _compute_and_store(self, prompt: int, fence: int) -> None:
        product = prompt % PRODUCTS
        value = Value(product, self._versions[product], next(self._serials))
        await asyncio.sleep(self._random.random() * 0.3)  # the model thinks; the product may change meanwhile
        sent = time.monotonic()
        try:
            result = await self._client.store(
                _text(prompt), json.dumps(value), tags=[f"product:{product}", "all"], fence=fence
            )
        except CacheClientError as exc:
            self._failed(f"store of {prompt}", exc)
            return
        self.operations += 1
        if result.status in (StoreStatus.STORED, StoreStatus.REPLACED):
            self.history.writes.append(Write(prompt, value, sent, time.monotonic(), result.status.value))

    async def _change_for_ever(self) -> None:
        while not self._stopped:
            await asyncio.sleep(0.05 + self._random.random() * 0.3)
            product = self._random.randrange(PRODUCTS)
            self._versions[product] += 1
            version = self._versions[product]
            try:
                result = await self._client.invalidate(tags=[f"product:{product}"])
            except CacheClientError as exc:
                self._failed(f"invalidation of {product}", exc)
                continue
            self.operations += 1
            self.history.changes.append(Change(product, version, time.monotonic()))
            if result.token is not None:
                self._tokens[product] = (result.token, version)

    def _failed(self, what: str, exc: CacheClientError) -> None:
        """No reply, or an error for a sound request, breaks the promise; what could not be sent does not."""
        if isinstance(exc, NoReplyError | RequestFailedError):
            self.history.unanswered.append(f"{what}: {exc}")


def _text(prompt: int) -> str:
    return f"Question {prompt // PRODUCTS} about product {prompt % PRODUCTS}?"
