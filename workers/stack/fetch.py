"""Everything that the stack and the model need from outside, fetched ahead: `python -m workers.stack.fetch`."""

from __future__ import annotations

import asyncio
import sys

from rich.console import Console

from workers.downloads import CacheFolder, FetchError, Progress
from workers.embedding_model import ensure_model
from workers.stack.console_progress import console_progress
from workers.stack.kafka import KafkaFlavour, choose_flavour
from workers.stack.kafka_jars import ensure_kafka_jars
from workers.stack.redis_binaries import choose_redis


async def fetch_everything(progress: Progress, cache: CacheFolder | None = None) -> None:
    """Put the model, Redis and Kafka in place. Quick when they are.

    Where Apache Kafka cannot run, its mock stands in and `progress` is told why. Raises FetchError.
    """
    cache = cache or CacheFolder()
    await ensure_model(progress, cache)
    await choose_redis(cache, progress)
    if await choose_flavour(KafkaFlavour.AUTO, cache, progress) is KafkaFlavour.APACHE:
        await ensure_kafka_jars(cache, progress)


def main() -> None:
    """Fetch, and say where to."""
    console = Console(stderr=True)
    cache = CacheFolder()
    try:
        with console_progress(console) as progress:
            asyncio.run(fetch_everything(progress, cache))
    except FetchError as error:
        sys.exit(str(error))
    console.print(f"Model, Redis and Kafka are in {cache.root}", markup=False, highlight=False, soft_wrap=True)


if __name__ == "__main__":
    main()
