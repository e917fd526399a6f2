"""The embedder alone: texts on standard input, a line each.

python -m benchmarks.embedder_process batches: texts a second, in passes of the size that costs least.
python -m benchmarks.embedder_process singly: milliseconds of one text, the median, one right after the other.
python -m benchmarks.embedder_process paced: the same, with so long a pause that there are a hundred a second.
"""

import statistics
import sys
import time
from enum import StrEnum

from fastembed import TextEmbedding

from workers.cache.config import EmbeddingConfig
from workers.cache.embedding import describe_files, passes
from workers.embedding_model.loading import load_text_embedding


class Way(StrEnum):
    """How the texts are put to it."""

    BATCHES = "batches"
    SINGLY = "singly"
    PACED = "paced"


PACE_SECONDS = 0.01


def main() -> None:
    """Embed all once and print the figure."""
    texts = sys.stdin.read().splitlines()
    files = describe_files(EmbeddingConfig())
    if files is None:
        raise SystemExit("the model is not in place: semantic-cache model fetch")
    model = load_text_embedding(files, threads=1)
    way = Way(sys.argv[1])
    print(_in_batches(model, texts) if way is Way.BATCHES else _singly(model, texts, is_paced=way is Way.PACED))


def _in_batches(model: TextEmbedding, texts: list[str]) -> float:
    texts = sorted(texts, key=len)
    list(model.embed(texts[:1]))
    started = time.perf_counter()
    for some in passes(texts):
        list(model.embed(some, batch_size=len(some)))
    return len(texts) / (time.perf_counter() - started)


def _singly(model: TextEmbedding, texts: list[str], *, is_paced: bool) -> float:
    list(model.embed(texts[:1]))
    times = []
    next_due = time.perf_counter()
    for text in texts:
        next_due += PACE_SECONDS
        if is_paced:
            time.sleep(max(next_due - time.perf_counter(), 0))
        started = time.perf_counter()
        list(model.embed([text]))
        times.append(time.perf_counter() - started)
    return statistics.median(times) * 1000


if __name__ == "__main__":
    main()
