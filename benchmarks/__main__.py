"""`python -m benchmarks [PART …]`: measure, each figure a ratio within one run."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from benchmarks import (
    embedder_alone,
    eviction,
    index_variants,
    invalidation,
    l1_alone,
    latency,
    mix,
    overload,
    policy_pace,
    redis_alone,
    scale,
    start,
    throughput,
    two_workers,
    yardstick,
)
from benchmarks.figures import Report, show_budgets
from benchmarks.peers import hits as peers_hits
from benchmarks.peers import speed as peers
from benchmarks.plots import draw
from benchmarks.stage import Stage

Part = Callable[[Stage, int, Report], Awaitable[None]]

PARTS: dict[str, Part] = {
    "echo": yardstick.run,
    "throughput": throughput.run,
    "mix": mix.run,
    "latency": latency.run,
    "overload": overload.run,
    "workers": two_workers.run,
    "invalidation": invalidation.run,
    "policy": policy_pace.run,
    "peers": peers.run,
    "peers-hits": peers_hits.run,
    "redis": redis_alone.run,
    "index": index_variants.run,
    "embedder": embedder_alone.run,
    "l1": l1_alone.run,
    "eviction": eviction.run,
    "scale": scale.run,
    "start": start.run,
}
BUDGETS = "budgets"
BUDGETED = ("throughput", "latency", "invalidation", "policy", "peers", "l1", "scale", "start")
"""The parts that hold a budget each; `overload` holds some too, and takes minutes a round."""
PARTS_HELP = f"Any of: {', '.join(PARTS)}. {BUDGETS}: {', '.join(BUDGETED)}. None: all."


def main(
    parts: Annotated[
        list[str] | None,
        typer.Argument(help=f"Any of: {', '.join(PARTS)}; {BUDGETS}: those that hold budgets. None: all."),
    ] = None,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds of each part; medians are taken over them.")] = 5,
    json: Annotated[Path | None, typer.Option(help="Append each part's line of JSON to this file.")] = None,
    plots: Annotated[Path | None, typer.Option(help="Draw the parts' curves into this folder, as PNG.")] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="One round of tiny sizes: does it run? Not a measure.")
    ] = False,
    large: Annotated[
        bool, typer.Option("--large", help="Part scale: up to 1,000,000 entries; takes most of an hour.")
    ] = False,
    trace: Annotated[
        Path | None, typer.Option(help="Part eviction: a trace of your own, a key a line, beside the generated ones.")
    ] = None,
    pairs: Annotated[
        Path | None, typer.Option(help="Part peers-hits: pairs of your own, JSONL of cluster, question, paraphrase.")
    ] = None,
) -> None:
    """Measure the parts named, in that order, on an embedded Kafka and Redis."""
    wanted = [*BUDGETED] if parts == [BUDGETS] else parts or list(PARTS)
    unknown = [part for part in wanted if part not in PARTS]
    if unknown:
        raise typer.BadParameter(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}")
    opened = Stage.opened(is_quick=quick, is_large=large, trace=trace, pairs=pairs)
    asyncio.run(_run(wanted, 1 if quick else rounds, _Output(json, plots), opened))


@dataclass(frozen=True, slots=True)
class _Output:
    """Where to, besides the terminal."""

    json: Path | None
    plots: Path | None


async def _run(wanted: list[str], rounds: int, output: _Output, opened: AbstractAsyncContextManager[Stage]) -> None:
    console = Console(width=None if os.isatty(1) else 150)
    reports = [Report(part) for part in wanted]
    async with opened as stage:
        for part, report in zip(wanted, reports, strict=True):
            await PARTS[part](stage, rounds, report)
            report.show(console)
            if output.json is not None:
                with output.json.open("a", encoding="utf-8") as lines:
                    lines.write(report.json_line() + "\n")
            if output.plots is not None:
                for sentence in draw(report.plots, output.plots):
                    console.print(f"  {sentence}", highlight=False)
    if len(reports) > 1:
        show_budgets(reports, console)


if __name__ == "__main__":
    typer.run(main)
