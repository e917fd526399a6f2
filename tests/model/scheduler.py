"""A scheduler that decides who goes on: every call of a shared part stops at a gate, before and after."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

SETTLING_ROUNDS = 30
"""Turns of the event loop after which nothing moves any more: no chain of callbacks here is longer."""

_current: ContextVar[str] = ContextVar("current", default="main")


@dataclass(slots=True)
class Gate:
    """Somebody waits here."""

    task: str
    place: str
    go: asyncio.Future[None]


class Scheduler:
    """Runs named tasks one gate at a time. Nothing here depends on real time."""

    def __init__(self) -> None:
        self.gates: list[Gate] = []
        self.tasks: dict[str, asyncio.Task[Any]] = {}
        self.is_open = False
        """With open gates all run freely: for the end of a history."""

    async def pause(self, place: str) -> None:
        """Stop until released."""
        if self.is_open or _current.get() == "main":
            return
        gate = Gate(_current.get(), place, asyncio.get_running_loop().create_future())
        self.gates.append(gate)
        await gate.go

    def start(self, name: str, work: Coroutine[Any, Any, Any]) -> None:
        """Begin a task; it runs to its first gate."""

        async def named() -> Any:  # noqa: ANN401 - whatever the work gives
            _current.set(name)
            return await work

        self.tasks[name] = asyncio.create_task(named(), name=name)

    async def release(self, index: int) -> None:
        """Let one waiter go on to its next gate."""
        gate = self.gates.pop(index)
        if not gate.go.done():
            gate.go.set_result(None)
        await self.settle()

    async def settle(self) -> None:
        """Let everything run that can."""
        for _ in range(SETTLING_ROUNDS):
            await asyncio.sleep(0)
        for name, task in list(self.tasks.items()):
            if task.done():
                del self.tasks[name]
                if not task.cancelled():
                    task.result()

    async def cancel(self, belongs: Callable[[str], bool]) -> None:
        """Kill tasks as a crash would: they stop where they stand."""
        doomed = {name for name in self.tasks if belongs(name)}
        self.gates = [gate for gate in self.gates if gate.task not in doomed]
        for name in doomed:
            self.tasks.pop(name).cancel()
        await self.settle()

    async def finish(self) -> None:
        """Open all gates, and let everybody run until nobody can."""
        self.is_open = True
        while self.gates:
            await self.release(0)
        await self.settle()
        self.is_open = False


class Gated:
    """Any shared part, with a gate before and after each of its calls."""

    def __init__(self, part: object, scheduler: Scheduler, name: str) -> None:
        self._part = part
        self._scheduler = scheduler
        self._name = name

    def __getattr__(self, method: str) -> Callable[..., Awaitable[Any]]:
        call = getattr(self._part, method)

        async def gated(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - as the part's own method
            await self._scheduler.pause(f"{self._name}.{method}")
            result = await call(*args, **kwargs)
            await self._scheduler.pause(f"{self._name}.{method} done")
            return result

        return gated
