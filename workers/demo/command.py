"""`semantic-cache demo`: set up, tell the story, sum up, clean up."""

import asyncio
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, contextmanager
from enum import Enum

from rich.console import Console

from client import SemanticCacheClient
from schemas import Topics
from workers.demo import acts_changes, acts_hits, rush
from workers.demo.catalogue import Catalogue
from workers.demo.model import THINKING_SECONDS, StandInModel
from workers.demo.promises import Promises
from workers.demo.questions import QuestionBook
from workers.demo.screen import Screen
from workers.demo.shop import Shop
from workers.demo.stage import Stage
from workers.demo.summary import summary
from workers.demo.tally import Tally
from workers.demo.whereabouts import find_partitions
from workers.demo.worker_process import Deployment, WorkerProcess, running
from workers.downloads import CacheFolder, Progress
from workers.embedding_model import ensure_model
from workers.kafka.cluster import Cluster
from workers.kafka.connection import KafkaConnection
from workers.settings import load_settings
from workers.stack import KafkaFlavour, Stack
from workers.stack.console_progress import console_progress

STORY = (
    acts_hits.repeats,
    acts_hits.personas,
    acts_hits.contrasts,
    acts_hits.one_computation,
    rush.rush,
    acts_changes.price_change,
    acts_changes.overtaken,
    acts_changes.discontinued,
)
WORKERS = ("worker-1", "worker-2")


class DemoEnd(Enum):
    """How a demo ended."""

    KEPT = "every promise held"
    BROKEN = "a promise did not hold"
    STOPPED = "stopped by a signal"


async def run_demo(*, plain: bool = False) -> DemoEnd:
    """The whole demo, to its end or to SIGINT, SIGTERM or SIGHUP. When it returns, all that it started is gone.

    Raises:
        FetchError, StackError: the set-up did not succeed.
    """
    console = Console(highlight=False, force_terminal=False if plain else None)
    telling = asyncio.create_task(_tell(console), name="demo")
    with _stopping(telling):
        try:
            return DemoEnd.BROKEN if (await telling).broken else DemoEnd.KEPT
        except asyncio.CancelledError:
            console.print("Stopped; nothing is left behind.")
            return DemoEnd.STOPPED


@contextmanager
def _stopping(task: "asyncio.Task[Promises]") -> Iterator[None]:
    """The first signal cancels the task; later ones do not disturb it while it cleans up."""
    loop, numbers = asyncio.get_running_loop(), (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def stop() -> None:
        if not task.cancelling():
            task.cancel()

    for number in numbers:
        loop.add_signal_handler(number, stop)
    try:
        yield
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)


async def _tell(console: Console) -> Promises:
    """Set up, tell the story, sum up; cleaning up is the way out of each block."""
    screen = Screen(console, Tally())
    promises = Promises()
    async with AsyncExitStack() as parts:
        with console_progress(console) as progress:
            stack = await _stack(parts, progress)
            deployment = Deployment(stack.kafka_bootstrap_servers, stack.redis_url)
            workers = await parts.enter_async_context(running(deployment, WORKERS, progress))
        client = await parts.enter_async_context(SemanticCacheClient(deployment.kafka_bootstrap_servers))
        partitions = await find_partitions(client, workers, await _lookup_partitions(deployment))
        stage = _stage(client, screen, promises, partitions)
        _introduce(stage, stack, workers)
        async with screen.showing():
            for act in STORY:
                await act(stage)
                await screen.pause()
    summary(console, screen.tally, promises)
    return promises


async def _lookup_partitions(deployment: Deployment) -> int:
    """How many there are: a mock broker follows no settings."""
    topic = Topics().lookup_requests
    async with Cluster(KafkaConnection(deployment.kafka_bootstrap_servers)) as cluster:
        count = (await cluster.partitions([topic]))[topic]
    return count if isinstance(count, int) else 0


async def _stack(parts: AsyncExitStack, progress: Progress) -> Stack:
    """The model, Kafka and Redis; the servers end with `parts`."""
    cache = CacheFolder(load_settings().cache_dir)
    await ensure_model(progress, cache)
    return await parts.enter_async_context(Stack(None, cache, progress))


def _stage(client: SemanticCacheClient, screen: Screen, promises: Promises, partitions: Mapping[str, int]) -> Stage:
    catalogue, book = Catalogue.load(), QuestionBook.load()
    model = StandInModel(catalogue)
    shop = Shop(client, model, screen.tally)
    return Stage(client, catalogue, book, model, shop, screen, promises, partitions)


def _introduce(stage: Stage, stack: Stack, workers: Sequence[WorkerProcess]) -> None:
    places = ", ".join(f"{worker.worker_id} {worker.url}" for worker in workers)
    stage.screen.say(
        f"Kafka ({stack.kafka_flavour.value}) at {stack.kafka_bootstrap_servers}, Redis at {stack.redis_url}"
    )
    stage.screen.say(f"Two workers: {places}")
    if stack.kafka_flavour is KafkaFlavour.MOCK:
        stage.screen.say(
            "The mock broker hands records over in steps, so the latencies below are its own. With Java and Maven on"
            " the PATH the demo runs on Apache Kafka, where a hit takes a few milliseconds."
        )
    stage.screen.say(
        f"A shop with {len(stage.catalogue)} products. A stand-in for the language model answers from its catalogue"
        f" after {THINKING_SECONDS:g} s; the cache stands before it."
    )
