"""Background tasks: each has a name; those that must live are watched, and the death of one stops the worker."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, NoReturn, Self, TypeVar

log = logging.getLogger(__name__)


A = TypeVar("A")
B = TypeVar("B")


class TaskDiedError(Exception):
    """A background task that a worker cannot do without has ended; its cause is the exception that ended it."""


class Tasks:
    """Keeps tasks from being forgotten. As a context manager it cancels at the end what is left."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()
        self._dead: asyncio.Queue[asyncio.Task[Any]] = asyncio.Queue()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self.aclose()

    def spawn(self, work: Coroutine[Any, Any, None], *, name: str) -> "asyncio.Task[None]":
        """Begin work that ends by itself; whoever asked for it does not wait."""
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._on_done)
        return task

    def watch(self, work: Coroutine[Any, Any, None], *, name: str) -> "asyncio.Task[None]":
        """Begin work that must go on until it is cancelled."""
        task = asyncio.create_task(work, name=name)
        self.adopt(task)
        return task

    def adopt(self, task: "asyncio.Task[None]") -> None:
        """Watch a task that somebody else has begun, and will cancel."""
        self._tasks.add(task)
        task.add_done_callback(self._on_death)

    async def died(self) -> NoReturn:
        """Wait for the death of a watched task.

        Raises:
            TaskDiedError: when it comes.
        """
        task = await self._dead.get()
        error = task.exception()
        raise TaskDiedError(f"the task {task.get_name()} has ended: {error!r}") from error

    async def aclose(self) -> None:
        """Cancel all that is left and wait for it."""
        tasks, self._tasks = self._tasks, set()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _on_done(self, task: "asyncio.Task[Any]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("task failed", exc_info=error, extra={"action": "task_failed", "task": task.get_name()})

    def _on_death(self, task: "asyncio.Task[Any]") -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            self._dead.put_nowait(task)


async def both(first: Coroutine[Any, Any, A], second: Coroutine[Any, Any, B]) -> tuple[A, B]:
    """Await two at once; the failure of one cancels the other, and is raised as it is."""
    one, other = asyncio.create_task(first), asyncio.create_task(second)
    try:
        await asyncio.wait((one, other), return_when=asyncio.FIRST_EXCEPTION)
        for task in (one, other):
            if task.done():
                task.result()
        return await one, await other
    finally:
        for task in (one, other):
            task.cancel()
        await asyncio.gather(one, other, return_exceptions=True)
