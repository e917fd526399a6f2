"""`semantic-cache worker`: answer the requests."""

import asyncio

from workers.cli.help_text import epilog
from workers.cli.options import load_settings
from workers.cli.running import run

EPILOG = epilog("""
[bold]Settings[/bold] come from the environment; the most wanted, with their defaults:
  SEMANTIC_CACHE_KAFKA__BOOTSTRAP_SERVERS   localhost:9092
  SEMANTIC_CACHE_REDIS__URL                 redis://localhost:6380
  SEMANTIC_CACHE_HTTP__PORT                 8000; 0: any free one
  SEMANTIC_CACHE_L1__MAX_SIZE               1000 entries

[bold]Example[/bold]
  SEMANTIC_CACHE_HTTP__PORT=8001 semantic-cache worker

Start as many as the request topics have partitions; they share the work. SIGTERM or Ctrl-C: what was begun is answered,
offsets are committed, and the worker leaves. A wrong setting stops the start with a sentence (exit code 2).
""")


def worker() -> None:
    """Run a worker until it is told to stop."""
    import uvloop

    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    run(_work())


async def _work() -> None:
    from workers.worker import run_worker

    await run_worker(load_settings())
