"""The embedder alone, in a process of its own: texts on standard input, a line each; prints texts a second."""

import sys
import time

from workers.cache.config import EmbeddingConfig
from workers.cache.embedding import describe_files
from workers.embedding_model.loading import load_text_embedding


def main() -> None:
    """Embed all once, in batches of like length."""
    texts = sorted(sys.stdin.read().splitlines(), key=len)
    config = EmbeddingConfig()
    files = describe_files(config)
    if files is None:
        raise SystemExit("the model is not in place: semantic-cache model fetch")
    model = load_text_embedding(files, threads=1)
    list(model.embed(texts[: config.batch_size]))
    started = time.perf_counter()
    for _ in model.embed(texts, batch_size=config.batch_size):
        pass
    print(len(texts) / (time.perf_counter() - started))


if __name__ == "__main__":
    main()
