"""The run of a worker: from its settings to its last commit, through signals."""

import asyncio
import gc
import logging
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from workers.app import WorkerApp
from workers.observability.logging import set_up_logging
from workers.observability.readiness import Condition, Readiness
from workers.observability.tracing import set_up_tracing, shut_down_tracing
from workers.settings import Settings

log = logging.getLogger(__name__)

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)
COLLECT_AFTER = (50_000, 20, 20)
"""Objects made for a collection of the youngest; such collections for one of the middle; those for a full one."""
SWITCH_SECONDS = 0.0005
"""How soon a thread that wants the interpreter gets it. An embedder's thread asks for it a dozen times a batch, for
microseconds each; with Python's 5 ms it stood still for a quarter of its time (by meaning, with one embedding thread:
0.74 of the bare embedder's rate, with 0.5 ms 0.82)."""
DRAIN_SHARE = 0.7
"""Of the grace; the rest is for leaving the groups and closing connections."""


async def run_worker(settings: Settings) -> None:
    """Run a worker until SIGTERM or SIGINT: it takes no more, answers what it has begun, commits and leaves.

    A second signal ends the process at once: what was not committed goes to other workers.

    Raises:
        ConfigurationError: something must be set up first; the message says what.
        TaskDiedError: a part that the worker cannot do without has ended by itself.
    """
    sys.setswitchinterval(SWITCH_SECONDS)
    gc.freeze()  # the modules: nearly nothing of theirs is garbage, and to look for it takes 80 ms of the start
    set_up_logging(settings.observability)
    _quieten_aiokafka(settings)
    app = WorkerApp(settings)
    set_up_tracing(settings.observability, app.worker_id)
    _log_changes(app.readiness)
    try:
        with _stop_event() as stop:
            await _run(app, stop)
    finally:
        await asyncio.to_thread(shut_down_tracing)


async def _run(app: WorkerApp, stop: asyncio.Event) -> None:
    stopping = asyncio.create_task(stop.wait(), name="stop-signal")
    dying = asyncio.create_task(app.tasks.died(), name="death-watch")
    opening = asyncio.create_task(app.open(), name="open")
    try:
        await _first_of(opening, stopping, dying)
        if opening.done():
            _settle_garbage()
            log.info("worker ready", extra={"action": "ready", "worker": app.worker_id, "http_port": app.http.port})
            await _first_of(stopping, dying)
    finally:
        log.info("worker stopping", extra={"action": "stopping", "worker": app.worker_id})
        await _close(app, opening)
        for task in (stopping, dying):
            task.cancel()
        await asyncio.gather(stopping, dying, return_exceptions=True)
    log.info("worker stopped", extra={"action": "stopped", "worker": app.worker_id})


def _settle_garbage() -> None:
    """Keep the collector away from what lives as long as the process: models, schemas, modules.

    Each request makes a dozen short-lived objects, and a thousand requests in flight let full collections walk the
    whole heap again and again: a third of the time of an L1 hit.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


async def _first_of(*tasks: "asyncio.Task[Any]") -> None:
    """Wait for the first; raise what it failed of."""
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in done:
        task.result()


async def _close(app: WorkerApp, opening: "asyncio.Task[None]") -> None:
    """Drain and close within the grace."""
    grace = app.settings.shutdown_grace_ms / 1000
    is_open = opening.done() and not opening.cancelled() and opening.exception() is None
    opening.cancel()
    await asyncio.gather(opening, return_exceptions=True)
    try:
        async with asyncio.timeout(grace * DRAIN_SHARE):
            if is_open:
                await app.drain()
    except TimeoutError:
        log.warning("not all was answered in time; other workers will", extra={"action": "drain_timed_out"})
    try:
        async with asyncio.timeout(grace * (1 - DRAIN_SHARE)):
            await app.aclose()
    except TimeoutError:
        log.warning("connections are dropped", extra={"action": "close_timed_out"})


@contextmanager
def _stop_event() -> Iterator[asyncio.Event]:
    """Set by the first signal; the second ends the process."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()

    def on_signal(number: int) -> None:
        if stop.is_set():
            os._exit(128 + number)
        stop.set()

    for number in STOP_SIGNALS:
        loop.add_signal_handler(number, on_signal, number)
    try:
        yield stop
    finally:
        for number in STOP_SIGNALS:
            with suppress(ValueError):
                loop.remove_signal_handler(number)


def _log_changes(readiness: Readiness) -> None:
    """Changes of readiness go to the log; that nothing is met before the start is no news."""
    is_news = False

    def say(condition: Condition, holds: bool) -> None:
        if is_news:
            level, message = (logging.INFO, "condition met") if holds else (logging.WARNING, "condition not met")
            log.log(level, message, extra={"action": "readiness", "condition": str(condition)})

    readiness.on_change(say)
    is_news = True


def _quieten_aiokafka(settings: Settings) -> None:
    """It reports every attempt to reach a broker that is away; the worker says once which conditions changed."""
    if settings.observability.log_level != "debug":
        logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    else:
        logging.getLogger("aiokafka.conn").setLevel(logging.INFO)  # at debug it writes whole requests, passwords too
