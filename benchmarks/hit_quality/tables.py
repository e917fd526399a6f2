"""The tables that the commands print."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from benchmarks.hit_quality.contrasts import House, Verdict, share_served
from benchmarks.hit_quality.cost import Cost
from benchmarks.hit_quality.seeds import PRECISIONS, SeedResult

_CURVES = ("fitted", "packaged", "packaged, default floor", "cosine and lead", "cosine")


def show_qualities(console: Console, results: Sequence[SeedResult]) -> None:
    """Precision and recall at the policy's own threshold: mean over the seeds, and the worst seed."""
    table = Table(title=f"At the policy's own threshold ({len(results)} seeds: mean, worst)")
    for heading in ("labels", "policy", "entries", "precision", "worst", "recall", "worst", "served"):
        table.add_column(heading, justify="left" if heading in {"labels", "policy"} else "right")
    for labels, policy, entries in results[0].qualities:
        found = [result.qualities[labels, policy, entries] for result in results]
        precisions, recalls = [one.precision for one in found], [one.recall for one in found]
        table.add_row(
            labels,
            policy,
            str(entries),
            _share(statistics.fmean(precisions), 4),
            _share(min(precisions), 4),
            _share(statistics.fmean(recalls)),
            _share(min(recalls)),
            str(sum(one.served for one in found)),
        )
    console.print(table)


def show_curves(console: Console, results: Sequence[SeedResult]) -> None:
    """Recall at a precision, the threshold chosen on the judged questions themselves: mean over the seeds."""
    table = Table(title=f"Recall at a precision ({len(results)} seeds; in brackets: the worst)")
    table.add_column("labels")
    table.add_column("decision by")
    for precision in PRECISIONS:
        table.add_column(f"≥ {precision:g}", justify="right")
    labels_seen = dict.fromkeys(labels for labels, _ in results[0].curves)
    for labels in labels_seen:
        for name in _CURVES:
            curves = [result.curves[labels, name] for result in results]
            cells = (f"{statistics.fmean(column):.3f} ({min(column):.2f})" for column in zip(*curves, strict=True))
            table.add_row(labels, name, *cells)
    console.print(table)


def show_ablation(console: Console, results: Sequence[SeedResult]) -> None:
    """What each part is worth."""
    if not results[0].ablated:
        return
    table = Table(title=f"Without one part ({len(results)} seeds: mean; contrasts alone in the cache, no floor)")
    for heading in ("without", "recall at .98, as given", "mended", "contrasts served", "restatements served"):
        table.add_column(heading, justify="left" if heading == "without" else "right")
    for rows in zip(*(result.ablated for result in results), strict=True):
        table.add_row(
            rows[0].without,
            _share(statistics.fmean(row.recall["as given"] for row in rows)),
            _share(statistics.fmean(row.recall["mended"] for row in rows)),
            _percent(statistics.fmean(row.contrasts for row in rows)),
            _percent(statistics.fmean(row.restatements for row in rows)),
        )
    console.print(table)


def show_kinds(console: Console, title: str, verdicts: Sequence[Verdict]) -> None:
    """Shares served by kind, contrasts first, a column for each house."""
    houses = list(dict.fromkeys(verdict.house for verdict in verdicts))
    table = Table(title=title)
    table.add_column("kind")
    table.add_column("of", justify="right")
    for house in houses:
        table.add_column(house.value, justify="right")
    for same in (False, True):
        _add_kinds(table, houses, [verdict for verdict in verdicts if verdict.contrast.same is same], same=same)
    console.print(table)


def _add_kinds(table: Table, houses: Sequence[House], verdicts: Sequence[Verdict], *, same: bool) -> None:
    def cells(chosen: Sequence[Verdict]) -> list[str]:
        return [_percent(share_served(verdict for verdict in chosen if verdict.house is house)) for house in houses]

    counted = Counter(verdict.contrast.kind for verdict in verdicts if verdict.house is houses[0])
    for kind, count in sorted(counted.items()):
        table.add_row(kind, str(count), *cells([verdict for verdict in verdicts if verdict.contrast.kind == kind]))
    name = "restatements served" if same else "contrasts served"
    table.add_row(name, str(counted.total()), *cells(verdicts), style="bold", end_section=True)


def show_reasons(console: Console, verdicts: Sequence[Verdict]) -> None:
    """Why restatements were refused, and why contrasts were."""
    table = Table(title="Refused, by reason")
    for heading in ("reason", "house", "restatements lost", "contrasts refused"):
        table.add_column(heading, justify="left" if heading in {"reason", "house"} else "right")
    refused = Counter(
        (verdict.decision.reason.value, verdict.house.value, verdict.contrast.same)
        for verdict in verdicts
        if not verdict.served
    )
    for reason, house in sorted({(reason, house) for reason, house, _ in refused}):
        table.add_row(reason, house, str(refused[reason, house, True]), str(refused[reason, house, False]))
    console.print(table)


def show_examples(console: Console, verdicts: Sequence[Verdict]) -> None:
    """Every verdict that is not as it should be."""
    for verdict in verdicts:
        if verdict.is_right:
            continue
        contrast, decision = verdict.contrast, verdict.decision
        cosine = next((c.similarity for c in verdict.found.candidates if c.prompt == contrast.cached), 0.0)
        told = "served" if verdict.served else f"refused: {decision.reason.value}"
        console.print(
            f"{verdict.house.value} | {told} | {contrast.kind} | {contrast.cached} | {contrast.question} | "
            f"cosine {cosine:.3f}, confidence {decision.confidence:.3f}",
            highlight=False,
            soft_wrap=True,
        )


def show_costs(console: Console, costs: Sequence[Cost]) -> None:
    """Microseconds by part."""
    table = Table(title="One question with its five nearest entries, one thread")
    for heading in ("part", "mean µs", "p99 µs"):
        table.add_column(heading, justify="left" if heading == "part" else "right")
    for cost in costs:
        table.add_row(cost.part, f"{cost.mean:.1f}", f"{cost.p99:.1f}")
    console.print(table)


def _share(value: float, digits: int = 3) -> str:
    return f"{value:.{digits}f}"


def _percent(value: float) -> str:
    return f"{100 * value:.1f} %"
