"""What was measured: values by round, their medians and spreads, as a table and as a line of JSON."""

import statistics
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import orjson
from rich.console import Console
from rich.table import Table

from benchmarks.plots import Plot


@dataclass(frozen=True, slots=True)
class Budget:
    """What a ratio, or a value where there is nothing to compare with, must reach."""

    limit: float
    is_floor: bool

    def is_met(self, value: float) -> bool:
        """Whether a median keeps it."""
        return value >= self.limit if self.is_floor else value <= self.limit

    def __str__(self) -> str:
        return f"{'≥' if self.is_floor else '≤'} {self.limit:g}"


def at_least(limit: float) -> Budget:
    """A floor."""
    return Budget(limit, is_floor=True)


def at_most(limit: float) -> Budget:
    """A ceiling."""
    return Budget(limit, is_floor=False)


@dataclass(slots=True)
class Figure:
    """One figure of a part: a value each round, and its ratio to another figure of the same round."""

    name: str
    unit: str
    against: str = ""
    """The other figure; empty: it stands alone."""
    budget: Budget | None = None
    values: list[float] = field(default_factory=list)
    ratios: list[float] = field(default_factory=list)

    def add(self, value: float, base: float | None = None) -> None:
        """One round's value, and what it is compared with."""
        self.values.append(value)
        if base:
            self.ratios.append(value / base)

    @property
    def judged(self) -> float | None:
        """What the budget is about: the ratio's median, or the value's."""
        series = self.ratios if self.against else self.values
        return statistics.median(series) if series else None

    def as_json(self) -> dict[str, Any]:
        """Everything, rounds included."""
        told: dict[str, Any] = {"name": self.name, "unit": self.unit, **_summary(self.values)}
        if self.ratios:
            told["ratio"] = {"against": self.against, **_summary(self.ratios)}
        if self.budget is not None and self.judged is not None:
            told["budget"] = {"limit": str(self.budget), "met": self.budget.is_met(self.judged)}
        return told


class Report:
    """The figures of one part, and sentences that belong to them."""

    def __init__(self, part: str) -> None:
        self.part = part
        self.notes: list[str] = []
        self.plots: list[Plot] = []
        """Drawn where the run is asked for plots."""
        self._figures: dict[str, Figure] = {}

    def figure(self, name: str, unit: str, *, against: str = "", budget: Budget | None = None) -> Figure:
        """The figure of this name, made at its first mention."""
        return self._figures.setdefault(name, Figure(name, unit, against, budget))

    @property
    def figures(self) -> list[Figure]:
        """All of them, in the order of their first mention."""
        return list(self._figures.values())

    def note(self, sentence: str) -> None:
        """Said once below the table, however many rounds say it."""
        if sentence not in self.notes:
            self.notes.append(sentence)

    def show(self, console: Console) -> None:
        """The table, the notes, and one line of JSON."""
        table = Table(title=self.part, title_justify="left")
        for heading in ("figure", "median", "min–max", "unit", "ratio (min–max)", "against", "budget", "kept"):
            table.add_column(heading, overflow="fold")
        for figure in self._figures.values():
            table.add_row(*_row(figure))
        console.print(table)
        for sentence in self.notes:
            console.print(f"  {sentence}", highlight=False)
        console.file.write(self.json_line() + "\n")
        console.file.flush()

    def json_line(self) -> str:
        """All of it for programs."""
        figures = [figure.as_json() for figure in self._figures.values()]
        return orjson.dumps({"part": self.part, "figures": figures, "notes": self.notes}).decode()


def show_budgets(reports: Iterable[Report], console: Console) -> None:
    """One table of what has a budget, over all parts."""
    table = Table(title="budgets", title_justify="left")
    for heading in ("part", "figure", "judged", "min–max", "against", "budget", "kept"):
        table.add_column(heading, overflow="fold")
    for report in reports:
        for figure in report.figures:
            if figure.budget is None or figure.judged is None:
                continue
            series = figure.ratios if figure.against else figure.values
            unit = "×" if figure.against else figure.unit
            judged, is_kept = f"{_short(figure.judged)} {unit}", figure.budget.is_met(figure.judged)
            row = (judged, _spread(series), figure.against, str(figure.budget), "yes" if is_kept else "no")
            table.add_row(report.part, figure.name.strip(), *row)
    console.print(table)


def _row(figure: Figure) -> Iterable[str]:
    is_kept = ""
    if figure.budget is not None and figure.judged is not None:
        is_kept = "yes" if figure.budget.is_met(figure.judged) else "no"
    ratio = f"{_short(statistics.median(figure.ratios))} ({_spread(figure.ratios)})" if figure.ratios else ""
    yield from (figure.name, _short(statistics.median(figure.values)), _spread(figure.values), figure.unit, ratio)
    yield from (figure.against, str(figure.budget or ""), is_kept)


def _summary(values: list[float]) -> dict[str, Any]:
    return {
        "median": float(f"{statistics.median(values):.5g}"),
        "min": float(f"{min(values):.5g}"),
        "max": float(f"{max(values):.5g}"),
        "rounds": [float(f"{value:.5g}") for value in values],
    }


def _spread(values: list[float]) -> str:
    return f"{_short(min(values))}–{_short(max(values))}"


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
