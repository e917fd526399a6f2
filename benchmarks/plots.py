"""Curves, where one says more than a table: a part describes them, and they are drawn where a run asks for plots."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

DOTS_PER_INCH = 130
INCHES = (8.0, 5.0)
COLOURS = ("#1f5fa8", "#c2571a", "#2b7a4b", "#7b4ea3", "#a3232f", "#555555")
"""Told apart by the colour-blind, and dark enough on white."""
MARKERS = "osD^vP"


@dataclass(frozen=True, slots=True)
class Plot:
    """One figure with a line for each series."""

    name: str
    """Of the file, without its ending."""
    title: str
    x_label: str
    """With its unit."""
    y_label: str
    """With its unit."""
    series: Mapping[str, Sequence[tuple[float, float]]]
    """The lines' points by their names in the legend."""
    lines_per_colour: int = 1
    """So many neighbours share a colour, all but the first of them dashed: a median and its tail, say."""
    is_x_log: bool = False
    is_y_log: bool = False


def draw(plots: Sequence[Plot], folder: Path) -> list[str]:
    """Draw them all into a folder, which is made; returns a sentence for each, or why there are none."""
    if not plots:
        return []
    try:
        import matplotlib  # noqa: F401 - is it there?
    except ImportError:
        return ["no plots: matplotlib is not there; .venv/bin/pip install --require-hashes -r requirements/bench.txt"]
    folder.mkdir(parents=True, exist_ok=True)
    return [f"drawn: {line_plot(folder / f'{plot.name}.png', plot)}" for plot in plots]


def line_plot(path: Path, plot: Plot) -> Path:
    """Draw one figure; returns its path.

    Raises:
        ImportError: matplotlib is not there.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # here, not above: an optional dependency
    from matplotlib.figure import Figure  # not pyplot: no state shared, no display asked for
    from matplotlib.ticker import FuncFormatter

    figure = Figure(figsize=INCHES, dpi=DOTS_PER_INCH, facecolor="white", layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    for place, (label, points) in enumerate(plot.series.items()):
        xs, ys = zip(*sorted(points), strict=True)
        which, rank = divmod(place, plot.lines_per_colour)
        colour, marker = COLOURS[which % len(COLOURS)], MARKERS[which % len(MARKERS)]
        dashes = "--" if rank else "-"
        axes.plot(xs, ys, dashes, label=label, color=colour, marker=marker, markersize=4.5, linewidth=1.6)
    axes.set(title=plot.title, xlabel=plot.x_label, ylabel=plot.y_label)
    axes.set(xscale="log" if plot.is_x_log else "linear", yscale="log" if plot.is_y_log else "linear")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda value, _: _number(value)))
        axis.set_minor_formatter(FuncFormatter(lambda value, _: _number(value) if _is_labelled(value) else ""))
    if not plot.is_y_log:
        axes.set_ylim(bottom=0)
    axes.grid(visible=True, which="major", color="#dddddd", linewidth=0.7)
    axes.spines[["top", "right"]].set_visible(False)
    if len(plot.series) > 1:
        axes.legend(frameon=False)
    figure.savefig(path)
    return path


def _number(value: float) -> str:
    return f"{value:,.10g}"


def _is_labelled(value: float) -> bool:
    """Of the ticks between two powers of ten: 2 and 5. (A linear axis has no such ticks.)"""
    return f"{value:e}"[0] in "25"
