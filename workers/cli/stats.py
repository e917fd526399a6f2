"""`semantic-cache stats`: what a worker has done since it started."""

from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from workers.cli.help_text import epilog
from workers.cli.http import get_json
from workers.cli.options import AsJson, load_settings
from workers.cli.output import json_line
from workers.cli.running import run

EPILOG = epilog("""
[bold]Examples[/bold]
  semantic-cache stats
  semantic-cache stats --url http://worker-1:8000 --json | jq .hit_rate_percentage

Each worker counts for itself; Prometheus, reading /metrics of all of them, sees the whole.
""")


def stats(
    url: Annotated[
        str | None,
        typer.Option(metavar="URL", help="A worker's HTTP port. Default: this machine, the port of the settings."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show a worker's counters."""
    root, found = run(_ask(url))
    if as_json:
        json_line(found)
    else:
        Console(highlight=False).print(stats_table(found, root))


async def _ask(url: str | None) -> tuple[str, dict[str, Any]]:
    root = (url or f"http://127.0.0.1:{load_settings().http.port}").rstrip("/").removesuffix("/stats")
    return root, await get_json(f"{root}/stats")


def stats_table(found: dict[str, Any], root: str) -> Table:
    """The counters of one worker, as the contract's `/stats` has them."""
    table = Table(title=f"{root} · {found['total_queries']:,} lookups · {found['hit_rate_percentage']:.1f} % hits")
    for heading in ("", "hits", "hit rate", "mean latency"):
        table.add_column(heading, justify="right" if heading else "left")
    for name, label in (("l1_cache", "L1 (memory)"), ("l2_cache", "L2 (Redis)")):
        layer = found[name]
        rate, latency = f"{layer['hit_rate_percentage']:.1f} %", f"{layer['avg_latency_ms']:.3f} ms"
        table.add_row(label, f"{layer['hits']:,}", rate, latency)
    for name, label in (("context_hits", "hits of"), ("tag_invalidations", "invalidations of")):
        for value, count in sorted(found[name].items(), key=lambda item: -item[1]):
            table.add_row(Text(f"{label} {value}"), f"{count:,}", "", "")
    return table
