"""`semantic-cache calibrate`: how sure is sure enough, on a deployment's own pairs."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.bar import Bar
from rich.table import Table

from workers.cli.flatten import flatten
from workers.cli.help_text import epilog
from workers.cli.options import AsJson, load_settings
from workers.cli.output import json_line, note, notes
from workers.cli.running import run

if TYPE_CHECKING:
    from workers.cache.policy.calibration import Calibration

EPILOG = epilog("""
[bold]A line of the file[/bold]
  {"question": "How can I pay?", "cached": "How do I pay?", "same": true}

[bold]Examples[/bold]
  semantic-cache feedback export > pairs.jsonl
  semantic-cache calibrate pairs.jsonl --target-precision 0.99
  SEMANTIC_CACHE_POLICY__PATH=policy.json semantic-cache worker

The cached prompts of all lines together are the cache that the questions are put to. The weights stay; chosen is the
least confidence that is served. The precision to expect from it comes with its 95 % interval. Exit code 1: no threshold
reaches the target.
""")
ROWS = 12
BAR_WIDTH = 18


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to reach, and where to write it."""

    target_precision: Annotated[
        float,
        typer.Option(min=0.5, max=0.9999, metavar="SHARE", help="Right answers among those served, 0 to 1."),
    ] = 0.98
    out: Annotated[Path, typer.Option(metavar="FILE", help="The policy file to write.")] = Path("policy.json")
    start_from: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A policy file to start from; default: the packaged one.")
    ] = None


@flatten
def calibrate(
    pairs: Annotated[Path, typer.Argument(metavar="PAIRS.jsonl", help="Labelled pairs.", exists=True, dir_okay=False)],
    wanted: Wanted,
    as_json: AsJson = False,
) -> None:
    """Choose the policy's threshold on labelled pairs."""
    found = run(_calibrate(pairs, wanted))
    if as_json:
        json_line(_summary(found, wanted))
        return
    notes().print(curve_table(found))
    chosen, (low, high) = found.chosen, found.chosen.interval
    note(
        f"threshold {chosen.threshold:.4f}: precision {chosen.precision:.3f} (95 %: {low:.3f} to {high:.3f}),"
        f" recall {chosen.recall:.3f}, {chosen.served:,} served"
    )
    note(f"written to {wanted.out}; workers load it with SEMANTIC_CACHE_POLICY__PATH={wanted.out}")


async def _calibrate(file: Path, wanted: Wanted) -> "Calibration":
    import numpy as np

    from workers.cache.embedding import FastembedEmbedder
    from workers.cache.policy.calibration import calibrate, read_pairs
    from workers.cache.policy.parameters import load_parameters, write_parameters

    pairs = read_pairs(file)
    parameters = load_parameters(wanted.start_from)
    embedder = FastembedEmbedder(load_settings().embedding)
    await embedder.open()
    try:
        texts = list({text for pair in pairs for text in (pair.question, pair.cached)})
        vectors = dict(zip(texts, await embedder.embed(texts), strict=True)) if texts else {}
        found = calibrate(
            pairs,
            wanted.target_precision,
            embed=lambda wordings: np.stack([vectors[text] for text in wordings]),
            embedding_model=embedder.fingerprint,
            parameters=parameters,
            data_name=file.name,
        )
    finally:
        await embedder.aclose()
    write_parameters(found.parameters, wanted.out)
    return found


def curve_table(found: "Calibration") -> Table:
    """Precision and recall for a dozen thresholds, and a bar for the precision from .5 to 1."""
    table = Table(title="Precision by threshold", title_justify="left")
    for heading in ("threshold", "served", "recall", "precision", "95 %"):
        table.add_column(heading, justify="right")
    table.add_column(".5 to 1", min_width=BAR_WIDTH)
    step = max(1, len(found.curve) // ROWS)
    for point in sorted({*found.curve[::step], found.chosen}, key=lambda each: -each.threshold):
        numbers = (f"{point.threshold:.4f}", f"{point.served:,}", f"{point.recall:.3f}", f"{point.precision:.3f}")
        interval = f"{point.interval[0]:.3f}–{point.interval[1]:.3f}"
        bar = Bar(size=0.5, begin=0, end=max(0.0, point.precision - 0.5), width=BAR_WIDTH)
        style = "bold green" if point == found.chosen else None
        table.add_row(*numbers, interval, bar, style=style)
    return table


def _summary(found: "Calibration", wanted: Wanted) -> dict[str, object]:
    chosen = found.chosen
    return {
        "threshold": chosen.threshold,
        "precision": chosen.precision,
        "interval": list(chosen.interval),
        "recall": chosen.recall,
        "served": chosen.served,
        "version": found.parameters.version,
        "file": str(wanted.out),
    }
