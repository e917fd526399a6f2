"""What is seen: the story as lines that stay, and on a terminal a board below them that moves."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from rich.console import Console
from rich.live import Live
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from workers.demo.board import WAY_STYLES, board
from workers.demo.promises import Promise
from workers.demo.questions import CUSTOMER
from workers.demo.shop import Exchange
from workers.demo.tally import Tally

REFRESH_SECONDS = 0.2
READING_SECONDS = 1.0


class Screen:
    """Tells the story on a console; in a pipe as plain lines, without pauses."""

    def __init__(self, console: Console, tally: Tally) -> None:
        self.console = console
        self.tally = tally
        self._title = ""
        self._is_live = console.is_terminal

    @asynccontextmanager
    async def showing(self) -> AsyncIterator[None]:
        """Keep the board moving while the block lasts; it is taken away at the end."""
        if not self._is_live:
            yield
            return
        with Live(console=self.console, auto_refresh=False, transient=True) as live:
            moving = asyncio.create_task(self._move(live), name="demo-board")
            try:
                yield
            finally:
                moving.cancel()
                await asyncio.wait([moving])

    async def _move(self, live: Live) -> None:
        while True:
            live.update(board(self.tally, self._title), refresh=True)
            await asyncio.sleep(REFRESH_SECONDS)

    async def act(self, title: str, text: str) -> None:
        """A new part of the story."""
        self._title = title
        self.console.print()
        self.console.print(Rule(Text(title, style="bold"), align="left", style="dim"))
        self.say(text)
        await self.pause()

    def say(self, text: str, style: str = "dim") -> None:
        """A sentence."""
        self.console.print(Text(text, style=style))

    def exchange(self, exchange: Exchange, note: str = "", *, answer: bool = True) -> None:
        """A question, which way its answer came, and, unless told otherwise, the answer."""
        question = exchange.question
        who = "" if question.persona == CUSTOMER else f"[{question.persona}] "
        line = Table.grid(expand=True, padding=(0, 1))
        line.add_column(ratio=1, overflow="fold")
        line.add_column(justify="right", no_wrap=True)
        line.add_column(justify="right", no_wrap=True, width=9)
        way = Text(f"{exchange.way.value}{note}", style=WAY_STYLES[exchange.way])
        line.add_row(Text(f"› {who}{question.prompt}"), way, Text(milliseconds(exchange.seconds)))
        self.console.print(line)
        if answer:
            self.aside(exchange.answer.response)

    def aside(self, text: str) -> None:
        """A line below another; cut where the terminal ends."""
        self.console.print(Text(f"  {text}", style="italic dim"), no_wrap=True, overflow="ellipsis")

    def verdict(self, promise: Promise) -> None:
        """Whether a claim held."""
        mark = Text("✓ ", style="bold green") if promise.is_kept else Text("✗ BROKEN: ", style="bold red")
        detail = Text(f" ({promise.detail})" if promise.detail else "", style="dim")
        self.console.print(mark + Text(promise.claim) + detail)

    async def pause(self, seconds: float = READING_SECONDS) -> None:
        """Time to read, where somebody reads."""
        if self._is_live:
            await asyncio.sleep(seconds)


def milliseconds(seconds: float) -> str:
    """`0.4 ms`, `12 ms`, `812 ms`."""
    value = seconds * 1000
    return f"{value:.1f} ms" if value < 10 else f"{value:,.0f} ms"
