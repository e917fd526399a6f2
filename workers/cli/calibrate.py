"""`semantic-cache calibrate`: how sure is sure enough, on a deployment's own pairs."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from workers.cli.chart import Axes, Marks, plot
from workers.cli.flatten import flatten
from workers.cli.help_text import epilog
from workers.cli.options import AsJson, load_settings
from workers.cli.output import json_line, note, notes
from workers.cli.running import run

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from workers.cache.embedding import FastembedEmbedder
    from workers.cache.policy.calibration import Calibration, Threshold
    from workers.settings import Settings

EPILOG = epilog("""
[bold]A line of the file[/bold]
  {"question": "How can I pay?", "cached": "How do I pay?", "same": true}

[bold]Examples[/bold]
  semantic-cache feedback export > pairs.jsonl
  semantic-cache calibrate pairs.jsonl --target-precision 0.99
  SEMANTIC_CACHE_POLICY__PATH=policy.json semantic-cache worker

The cached prompts of all lines together are the cache that the questions are put to, under this deployment's settings:
model, floor of similarity, number of candidates. The weights stay; chosen is the least confidence that is served. The
precision to expect from it comes with its 95 % interval. A few hundred pairs are needed, some of them with "same":
false. Exit code 1: no threshold reaches the target, or the file holds something else.
""")
ROWS = 12
TEXTS_AT_ONCE = 512


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to reach, and where to write it."""

    target_precision: Annotated[
        float,
        typer.Option(min=0.5, max=0.9999, metavar="SHARE", help="Right answers among those served."),
    ] = 0.98
    out: Annotated[Path, typer.Option(metavar="FILE", help="The policy file to write.", dir_okay=False)] = Path(
        "policy.json"
    )
    start_from: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A policy file to start from; default: the packaged one.", dir_okay=False),
    ] = None


@flatten
def calibrate(
    pairs: Annotated[Path, typer.Argument(metavar="PAIRS.jsonl", help="Labelled pairs.", exists=True, dir_okay=False)],
    wanted: Wanted,
    as_json: AsJson = False,
) -> None:
    """Choose the policy's threshold on labelled pairs."""
    if not wanted.out.absolute().parent.is_dir():
        raise typer.BadParameter(f"there is no folder {wanted.out.absolute().parent}", param_hint="--out")
    settings = load_settings_or_stop()
    found = run(_calibrate(pairs, wanted, settings))
    if as_json:
        json_line(_summary(found, wanted))
        return
    console = notes()
    console.print(curve_table(found))
    console.print(curve_plot(found, wanted.target_precision))
    chosen, (low, high) = found.chosen, found.chosen.interval
    note(
        f"threshold {chosen.threshold:.4f}: precision {chosen.precision:.3f} (95 %: {low:.3f} to {high:.3f}),"
        f" recall {chosen.recall:.3f}, {chosen.served:,} served"
    )
    if settings.policy.min_similarity:
        note(f"with the floor policy.min_similarity = {settings.policy.min_similarity:g}, as the workers have it")
    for remark in found.remarks:
        note(f"note: {remark}")
    note(f"written to {wanted.out}; workers load it with SEMANTIC_CACHE_POLICY__PATH={wanted.out.absolute()}")


def load_settings_or_stop() -> "Settings":
    """The settings, or the exit that says what is wrong with them."""

    async def load() -> "Settings":
        return load_settings()

    return run(load())


async def _calibrate(file: Path, wanted: Wanted, settings: "Settings") -> "Calibration":
    import numpy as np

    from workers.cache.embedding import FastembedEmbedder
    from workers.cache.policy.calibration import Circumstances, calibrate
    from workers.cache.policy.labelled_pairs import Labels, read_pairs
    from workers.cache.policy.parameters import load_parameters, write_parameters

    pairs = read_pairs(file)
    parameters = load_parameters(wanted.start_from)
    labels = Labels(pairs)
    embedder = FastembedEmbedder(settings.embedding)
    await embedder.open()
    try:
        vectors = await _embed([*labels.questions, *labels.entries], embedder, settings.embedding.queue_size)
        circumstances = Circumstances(
            lambda texts: np.stack([vectors[text] for text in texts]),
            embedder.fingerprint,
            settings.policy.min_similarity,
            settings.policy.candidates,
        )
        found = calibrate(
            pairs, wanted.target_precision, circumstances=circumstances, parameters=parameters, data_name=file.name
        )
    finally:
        await embedder.aclose()
    write_parameters(found.parameters, wanted.out)
    return found


async def _embed(
    texts: "Sequence[str]", embedder: "FastembedEmbedder", queue_size: int
) -> "dict[str, NDArray[np.float32]]":
    """Each text's vector, in portions that the embedder's queue has room for."""
    vectors: dict[str, NDArray[np.float32]] = {}
    unique, size = list(dict.fromkeys(texts)), min(TEXTS_AT_ONCE, queue_size)
    with notes().status(f"Embedding {len(unique):,} texts"):
        for start in range(0, len(unique), size):
            portion = unique[start : start + size]
            vectors.update(zip(portion, await embedder.embed(portion), strict=True))
    return vectors


def curve_table(found: "Calibration") -> Table:
    """Precision and recall for a dozen thresholds, the chosen one among them."""
    table = Table(title="Precision by threshold", title_justify="left")
    for heading in ("threshold", "served", "recall", "precision", "95 %", ""):
        table.add_column(heading, justify="right")
    step = max(1, len(found.curve) // ROWS)
    for point in sorted({*found.curve[::step], found.chosen}, key=lambda each: -each.threshold):
        is_chosen = point == found.chosen
        numbers = (f"{point.threshold:.4f}", f"{point.served:,}", f"{point.recall:.3f}", f"{point.precision:.3f}")
        interval = f"{point.interval[0]:.3f}–{point.interval[1]:.3f}"
        table.add_row(*numbers, interval, "◀ chosen" if is_chosen else "", style="bold green" if is_chosen else None)
    return table


def curve_plot(found: "Calibration", target: float) -> Text:
    """Precision over recall; the target as a level, the chosen point marked."""
    curve = [(point.recall, point.precision) for point in found.curve if point.served >= LEAST_DRAWN]
    curve.append((found.chosen.recall, found.chosen.precision))
    least = min(precision for _, precision in curve)
    axes = Axes((0.0, _up_to_tenth(max(recall for recall, _ in curve))), (_floor(least), 1.0), "recall", "precision")
    return plot(curve, axes, Marks(target, (found.chosen.recall, found.chosen.precision)))


LEAST_DRAWN = 10
"""The precision of fewer served jumps up and down, and would hide the curve."""


def _up_to_tenth(share: float) -> float:
    return max(math.ceil(share * 10) / 10, 0.1)


def _floor(share: float) -> float:
    """The twentieth below, so that the top is not all of the plot."""
    return min(math.floor(share * 20) / 20, 0.95)


def _summary(found: "Calibration", wanted: Wanted) -> dict[str, object]:
    chosen = found.chosen
    return {
        "threshold": chosen.threshold,
        "precision": chosen.precision,
        "interval": list(chosen.interval),
        "recall": chosen.recall,
        "served": chosen.served,
        "remarks": list(found.remarks),
        "version": found.parameters.version,
        "file": str(wanted.out),
        "curve": [_values(point) for point in found.curve],
    }


def _values(point: "Threshold") -> dict[str, object]:
    return {
        "threshold": point.threshold,
        "precision": point.precision,
        "interval": list(point.interval),
        "recall": point.recall,
        "served": point.served,
    }
