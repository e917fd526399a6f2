"""Part `embedder`: texts a second by batch size, length and threads; and ours beside fastembed's own `embed`."""

import asyncio
import random
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from math import log

from fastembed import TextEmbedding

from benchmarks.figures import Report
from benchmarks.plots import Plot
from benchmarks.questions import catalogue
from benchmarks.stage import Stage
from workers.cache.config import EmbeddingConfig
from workers.cache.embedding import FastembedEmbedder, describe_files
from workers.embedding_model import load_text_embedding

THREADS = (1, 2)
DEFAULT = EmbeddingConfig().batch_size
USUAL_WORDS = 12
SPREAD = 0.7
"""Of mixed lengths: the logarithm of their words has this standard deviation, as questions of a help desk do."""
FEWEST_WORDS, MOST_WORDS = 3, 120


@dataclass(frozen=True, slots=True)
class _Length:
    """Texts of about one length, and how many of them are timed."""

    name: str
    words: int
    texts: int


@dataclass(frozen=True, slots=True)
class _Sizes:
    """What is measured."""

    batches: tuple[int, ...] = (DEFAULT, 1, 8, 16, 64, 128)
    """The default first: the others are compared with it."""
    lengths: tuple[_Length, ...] = (_Length("short", 5, 512), _Length("medium", 15, 384), _Length("long", 80, 128))
    mixed: int = 768


QUICK = _Sizes(batches=(DEFAULT, 1), lengths=(_Length("short", 5, 8),), mixed=8)


async def run(stage: Stage, rounds: int, report: Report) -> None:
    """Every combination, in turn, `rounds` times."""
    sizes = stage.pick(_Sizes(), quick=QUICK)
    models = {threads: await asyncio.to_thread(_load, threads) for threads in THREADS}
    for turn in range(rounds):
        for threads, model in models.items():
            for length in sizes.lengths:
                await _by_batch(report, sizes, (threads, model), length, turn)
            await _beside_plain(report, sizes, (threads, model), turn)
    report.plots.append(_plot(report, sizes))
    report.note(
        "words a text: "
        + ", ".join(f"{each.name} {each.words}" for each in sizes.lengths)
        + f", mixed {FEWEST_WORDS}–{MOST_WORDS} around {USUAL_WORDS}"
    )


async def _by_batch(
    report: Report, sizes: _Sizes, model: tuple[int, TextEmbedding], length: _Length, turn: int
) -> None:
    threads, embedding = model
    texts = _texts([length.words] * length.texts, seed=turn)
    base = None
    for size in sizes.batches:
        rate = await _rate(embedding, texts, size)
        base = base or rate
        name, against = (_name(threads, length, each) for each in (size, sizes.batches[0]))
        report.figure(name, "texts/s", against=against).add(rate, base)


async def _beside_plain(report: Report, sizes: _Sizes, model: tuple[int, TextEmbedding], turn: int) -> None:
    """Mixed lengths as they come: fastembed pads each batch to its longest text; ours puts like lengths together.

    Two threads: ONNX Runtime has both work on one batch, our embedder gives each a batch of its own.
    """
    threads, embedding = model
    texts = _mixed(sizes.mixed, seed=turn)
    for size in sizes.batches:
        plain = await _rate(embedding, texts, size)
        what = f"mixed lengths, {_threads(threads)}, batches of {size}"
        report.figure(f"{what}: fastembed's embed", "texts/s").add(plain)
        ours = await _rate_of_ours(texts, EmbeddingConfig(threads=threads, batch_size=size))
        figure = report.figure(f"{what}: our embedder", "texts/s", against=f"{what}: fastembed's embed")
        figure.add(ours, plain)


async def _rate(model: TextEmbedding, texts: Sequence[str], size: int) -> float:
    def embed_all() -> float:
        started = time.perf_counter()
        for _ in model.embed(texts, batch_size=size):
            pass
        return len(texts) / (time.perf_counter() - started)

    return await asyncio.to_thread(embed_all)


async def _rate_of_ours(texts: Sequence[str], config: EmbeddingConfig) -> float:
    """All handed over at once, as a batch of records does; nothing remembered."""
    embedder = FastembedEmbedder(config.model_copy(update={"memo_size": 0, "queue_size": len(texts)}))
    await embedder.open()
    try:
        started = time.perf_counter()
        await embedder.embed(texts)
        return len(texts) / (time.perf_counter() - started)
    finally:
        await embedder.aclose()


def _load(threads: int) -> TextEmbedding:
    files = describe_files(EmbeddingConfig())
    if files is None:
        raise SystemExit("the model is not in place: semantic-cache model fetch")
    model = load_text_embedding(files, threads=threads)
    list(model.embed(catalogue(DEFAULT)))
    return model


def _mixed(count: int, seed: int) -> list[str]:
    """Texts of the lengths that people's questions have."""
    generator = random.Random(seed)
    words = [round(generator.lognormvariate(log(USUAL_WORDS), SPREAD)) for _ in range(count)]
    return _texts([min(max(each, FEWEST_WORDS), MOST_WORDS) for each in words], seed)


def _texts(words: Sequence[int], seed: int) -> list[str]:
    """Texts of so many words each, from the words of a shop's questions."""
    known = sorted({word for question in catalogue(2000) for word in question.split()})
    generator = random.Random(seed)
    return [" ".join(generator.choices(known, k=count)) for count in words]


def _name(threads: int, length: _Length, size: int) -> str:
    return f"{length.name}, {_threads(threads)}, batches of {size}"


def _threads(count: int) -> str:
    return f"{count} thread{'s' if count > 1 else ''}"


def _plot(report: Report, sizes: _Sizes) -> Plot:
    def point(threads: int, length: _Length, size: int) -> tuple[float, float]:
        return size, statistics.median(report.figure(_name(threads, length, size), "texts/s").values)

    series = {
        f"{length.name}, {_threads(threads)}": [point(threads, length, size) for size in sizes.batches]
        for length in sizes.lengths
        for threads in THREADS
    }
    return Plot("embedder", "The embedder alone", "texts in a batch", "texts/s", series, is_x_log=True, is_y_log=True)
