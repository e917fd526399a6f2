"""The board of the live view: counts, latencies, savings. Fits 80 columns."""

from rich.console import RenderableType
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from workers.demo.tally import Tally, Way

WAY_STYLES = {
    Way.L1: "green",
    Way.L2_EXACT: "cyan",
    Way.L2_SEMANTIC: "blue",
    Way.SHARED: "magenta",
    Way.COMPUTED: "yellow",
}


def board(tally: Tally, title: str) -> RenderableType:
    """The state of things."""
    return Panel(ways(tally), title=f"[bold]{title}[/bold]", subtitle=headline(tally), title_align="left")


def headline(tally: Tally) -> Text:
    """Everything in one line."""
    parts = (
        f"{tally.total:,} lookups",
        f"{tally.hit_rate:.0%} hits",
        f"{tally.count(Way.COMPUTED):,} model calls",
        f"saved {duration(tally.saved_seconds)} and ${tally.saved_dollars:,.2f}",
    )
    return Text(" · ".join(parts), style="bold")


def ways(tally: Tally) -> Table:
    """A row for each way that answers came."""
    table = Table.grid(padding=(0, 2), expand=True)
    table.add_column(width=11)
    table.add_column(justify="right", width=6)
    table.add_column(justify="right", width=5)
    table.add_column(ratio=1)
    table.add_column(justify="right", width=13)
    table.add_column(justify="right", width=13)
    for way in Way:
        count, style = tally.count(way), WAY_STYLES[way]
        share = count / tally.total if tally.total else 0.0
        bar = ProgressBar(total=1.0, completed=share, complete_style=style, finished_style=style)
        latencies = (_latency(tally, way, "p50", 0.5), _latency(tally, way, "p99", 0.99))
        table.add_row(Text(way.value, style=style), f"{count:,}", f"{share:.0%}", bar, *latencies)
    return table


def _latency(tally: Tally, way: Way, name: str, share: float) -> str:
    value = tally.percentile_ms(way, share)
    return "" if value is None else f"{name} {value:,.1f} ms" if value < 100 else f"{name} {value:,.0f} ms"


def duration(seconds: float) -> str:
    """`42 s` or `13 min 12 s`."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes:,} min {rest} s" if minutes else f"{rest} s"
