"""The embedder: rows in the callers' order, each waiting prompt embedded once, whatever runs side by side."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest

from workers.cache.config import EmbeddingConfig
from workers.cache.embedding import FastembedEmbedder, passes
from workers.cache.processors import usable_processors
from workers.errors import OverloadedError

SENTENCE = "how long does the battery of my camera last when it is cold and I film all day"
PROMPTS = [f"{SENTENCE[: 10 + 5 * (i % 15)]} {i}" for i in range(60)]
LONE_SURROGATE = "\ud800"
"""No tokenizer takes it; what comes over the wire cannot hold one."""
SAME = 0.99
"""Cosine of one prompt's vectors: what else is in a batch changes the scale of its quantised activations a little."""


@asynccontextmanager
async def opened(
    on_batch: Callable[[int, float], None] = lambda _count, _seconds: None, **config: int
) -> AsyncIterator[FastembedEmbedder]:
    embedder = FastembedEmbedder(EmbeddingConfig(**config), on_batch=on_batch)
    await embedder.open()
    try:
        yield embedder
    finally:
        await embedder.aclose()


@pytest.mark.parametrize("threads", [1, 3])
async def test_callers_get_their_own_rows_and_no_prompt_is_embedded_twice(threads: int) -> None:
    sizes: list[int] = []
    async with opened(lambda count, _: sizes.append(count), threads=threads, batch_size=4) as embedder:
        one_by_one = {prompt: (await embedder.embed([prompt]))[0] for prompt in PROMPTS[:20]}
    rng = random.Random(7)
    wanted = [rng.sample(PROMPTS, rng.randrange(1, 12)) for _ in range(40)]
    sizes.clear()
    async with opened(lambda count, _: sizes.append(count), threads=threads, batch_size=4) as embedder:
        found = await asyncio.gather(*(embedder.embed(prompts) for prompts in wanted))
    assert sum(sizes) == len({prompt for prompts in wanted for prompt in prompts})
    assert max(sizes) <= 4
    for prompts, rows in zip(wanted, found, strict=True):
        assert rows.shape == (len(prompts), 384)
        assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
        for prompt, row in zip(prompts, rows, strict=True):
            if prompt in one_by_one:
                assert float(row @ one_by_one[prompt]) > SAME


async def test_nothing_is_left_waiting_when_callers_come_at_any_moment() -> None:
    async with opened(threads=2, batch_size=2, memo_size=0) as embedder, asyncio.timeout(30):
        rng = random.Random(3)

        async def ask(i: int) -> None:
            for k in range(10):
                for _ in range(rng.randrange(3)):
                    await asyncio.sleep(0)
                rows = await embedder.embed([f"question {k} of caller {i}"] * rng.randrange(1, 4))
                assert not np.isnan(rows).any()

        await asyncio.gather(*(ask(i) for i in range(6)))
        assert embedder.queued == 0


@pytest.mark.parametrize("lengths", [[], [5], [2000], [10] * 100, [5, 5, 40, 400, 2000, 2000], list(range(1, 600, 7))])
def test_a_pass_is_bounded_by_its_tokens_and_none_is_lost(lengths: list[int]) -> None:
    prompts = ["x" * length for length in lengths]
    cut = passes(prompts)
    assert [prompt for some in cut for prompt in some] == prompts
    for some in cut:
        assert len(some) == 1 or len(some) * (len(some[-1]) / 4.5 + 2) <= 256
    if lengths == [10] * 100:
        assert len(cut) < 100 / 50 + 2


async def test_a_prompt_that_cannot_be_embedded_fails_its_batch_alone() -> None:
    async with opened(threads=2, batch_size=1) as embedder:
        bad = asyncio.ensure_future(embedder.embed([LONE_SURROGATE]))
        good = await embedder.embed(PROMPTS[:3])
        assert good.shape == (3, 384)
        with pytest.raises(TypeError):
            await bad
        assert (await embedder.embed(PROMPTS[3:5])).shape == (2, 384)


async def test_more_than_may_wait_is_refused_and_what_waits_is_embedded() -> None:
    async with opened(threads=1, queue_size=10) as embedder:
        waiting = asyncio.ensure_future(embedder.embed(PROMPTS[:10]))
        await asyncio.sleep(0)
        with pytest.raises(OverloadedError, match="queue_size"):
            await embedder.embed(PROMPTS[:11])
        assert (await waiting).shape == (10, 384)


@pytest.mark.parametrize(
    ("limit", "processors"),
    [("max 100000", 8), ("200000 100000", 2), ("250000 100000", 2), ("50000 100000", 1), ("junk", 8), (None, 8)],
)
def test_a_containers_quota_bounds_the_processors(
    limit: str | None, processors: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "cpu.max"
    if limit is not None:
        file.write_text(limit)
    monkeypatch.setattr("os.sched_getaffinity", lambda _: set(range(64)), raising=False)
    assert usable_processors(at_most=8, limit=file) == processors
