"""Progress for people: a moving line on a terminal, plain lines on a pipe."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

from workers.downloads import Progress


@contextmanager
def console_progress(console: Console) -> Iterator[Progress]:
    """A Progress that shows each step on `console` while the block lasts."""
    if not console.is_terminal:
        yield _Lines(console)
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Bars(*columns, console=console) as bars:
        moving = _Moving(bars)
        yield moving
        moving.finish()


class _Lines:
    """One line a step: no escape codes, no bars."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._last = ""

    def __call__(self, step: str, _fraction: float | None = None, /) -> None:
        if step != self._last:
            self._last = step
            self._console.print(f"{step} …", markup=False, highlight=False, soft_wrap=True)


class _Moving:
    """One bar a step; a new step means that the one before is done."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._step = ""
        self._task: TaskID | None = None

    def __call__(self, step: str, fraction: float | None = None, /) -> None:
        if self._task is None or step != self._step:
            self.finish()
            self._step = step
            self._task = self._bars.add_task(step, total=None)
        if fraction is not None:
            self._bars.update(self._task, total=1.0, completed=fraction)

    def finish(self) -> None:
        """The last step is done."""
        if self._task is not None:
            self._bars.update(self._task, total=1.0, completed=1.0)
            self._bars.stop_task(self._task)
