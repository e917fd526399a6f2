"""`semantic-cache stack`: Kafka and Redis until Ctrl-C."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from rich.console import Console

from workers.downloads import CacheFolder
from workers.settings import ENV_PREFIX
from workers.stack.console_progress import console_progress
from workers.stack.errors import ServerDiedError, StackError
from workers.stack.server import EmbeddedServer
from workers.stack.stack import Stack, StackOptions


@dataclass(frozen=True)
class StackCommand:
    """What the command line asks for."""

    stack: StackOptions = field(default_factory=StackOptions)
    as_json: bool = False
    """One line on standard output when both are ready, for programs; all else goes to standard error."""
    cache_dir: Path | None = None
    """Absent: the setting, or the user's cache folder."""


async def stack(command: StackCommand) -> None:
    """Run until SIGINT, SIGTERM or SIGHUP; returns when both servers are gone.

    Raises StackError or FetchError if they do not start, and ServerDiedError if one of them ends by itself.
    """
    console = Console(stderr=command.as_json)
    async with _until_stop_signal(), AsyncExitStack() as exits:
        with console_progress(console) as progress:
            options = replace(command.stack, prefers_default_ports=True)
            embedded = Stack(options, CacheFolder(command.cache_dir), progress)
            running = await exits.enter_async_context(embedded)
        if command.as_json:
            sys.stdout.write(ready_line(running) + "\n")
            sys.stdout.flush()
        else:
            _tell(console, running, command.stack)
        await _first_end(running.servers)


def ready_line(running: Stack) -> str:
    """The line for programs: where both answer, and which Kafka it is."""
    return json.dumps(
        {
            "kafka_bootstrap_servers": running.kafka_bootstrap_servers,
            "redis_url": running.redis_url,
            "kafka": running.kafka_flavour.value,
        }
    )


def _tell(console: Console, running: Stack, options: StackOptions) -> None:
    kept = f"kept in {options.data_dir}" if options.data_dir else "gone with it"
    lines = [
        f"Kafka ({running.kafka_flavour.value})  {running.kafka_bootstrap_servers}",
        f"Redis           {running.redis_url}",
        "",
        "For a worker or a client in another terminal:",
        f"  export {ENV_PREFIX}KAFKA__BOOTSTRAP_SERVERS={running.kafka_bootstrap_servers}",
        f"  export {ENV_PREFIX}REDIS__URL={running.redis_url}",
        "  semantic-cache worker",
        "",
        f"Ctrl-C ends it; its data are {kept}.",
    ]
    console.print("\n".join(lines), markup=False, highlight=False, soft_wrap=True)


async def _first_end(servers: list[EmbeddedServer]) -> None:
    """Wait for ever; raises ServerDiedError as soon as a server ends by itself."""
    if not servers:
        raise StackError("Kafka and Redis were both given: there is nothing to start.")
    watches = {asyncio.create_task(each.ended(), name=f"watch {each.name}"): each for each in servers}
    try:
        done, _ = await asyncio.wait(watches, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for watch in watches:
            watch.cancel()
    ended = done.pop()
    raise ServerDiedError(f"{watches[ended].name} ended by itself. Its log ends:\n{ended.result()}")


@asynccontextmanager
async def _until_stop_signal() -> AsyncIterator[None]:
    """Cancel the block at the first stop signal, and swallow that cancellation. Later signals change nothing."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    stopped = asyncio.Event()

    def stop() -> None:
        if task is not None and not stopped.is_set():
            stopped.set()
            task.cancel()

    numbers = _stop_signals()
    for number in numbers:
        loop.add_signal_handler(number, stop)
    try:
        yield
    except asyncio.CancelledError:
        if not stopped.is_set() or task is None or task.uncancel() > 0:
            raise
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)


def _stop_signals() -> list[signal.Signals]:
    """A closed terminal counts, unless `nohup` said that it should not."""
    ignores_terminal = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    return [signal.SIGINT, signal.SIGTERM, *([] if ignores_terminal else [signal.SIGHUP])]
