"""`python -m benchmarks.hit_quality pairs|contrasts|cost FILE …`: is it a hit, and how sure is that?

    python -m benchmarks.hit_quality pairs PAIRS.jsonl.gz --seeds 5 --entries 30 --entries 300 --entries 3000 --ablation
    python -m benchmarks.hit_quality contrasts CONTRASTS.jsonl --among PAIRS.jsonl.gz
    python -m benchmarks.hit_quality cost CONTRASTS.jsonl

Vectors are computed once and kept. The parameters are fitted by `python -m benchmarks.hit_quality.fit`.
"""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from benchmarks.hit_quality import tables
from benchmarks.hit_quality.contrasts import (
    DENSE,
    UNSEEN,
    House,
    Verdict,
    found_in,
    judge,
    load_all,
    load_contrasts,
    share_served,
    without_own,
)
from benchmarks.hit_quality.cost import measure_cost
from benchmarks.hit_quality.pairs import draw_trial, load_pairs
from benchmarks.hit_quality.seeds import DEFAULT_FLOOR, Task, measure_seed
from benchmarks.hit_quality.vectors import VectorStore, model_files
from workers.cache.policy import default_policy

KEPT = Path(__file__).parents[1] / "results"

app = typer.Typer(help=__doc__, add_completion=False, rich_markup_mode=None)
VectorsOption = Annotated[Path, typer.Option(help="Folder where vectors are kept.")]
ModelOption = Annotated[Path | None, typer.Option(help="Folder of the embedding model; default: the one set up.")]
PolicyOption = Annotated[Path | None, typer.Option(help="A policy file; default: the packaged one.")]


@app.command()
def pairs(
    file: Annotated[Path, typer.Argument(exists=True, help="JSONL of cluster, question, paraphrase; may be gzipped.")],
    seeds: Annotated[int, typer.Option(min=1, help="Splits into a part to fit on and a part to judge on.")] = 5,
    entries: Annotated[list[int], typer.Option(help="Sizes of the caches that are filled.")] = [30, 300, 3000],  # noqa: B006 - typer takes lists
    questions: Annotated[int, typer.Option(help="Asked of each, half of them without a match.")] = 4000,
    judged: Annotated[int, typer.Option(help="Clusters held back to judge on; at most half are.")] = 5200,
    ablation: Annotated[bool, typer.Option(help="Take each part of the policy away as well.")] = False,
    processes: Annotated[int, typer.Option(min=1)] = min(2, os.cpu_count() or 1),
    vectors: VectorsOption = KEPT,
    model: ModelOption = None,
) -> None:
    """Fit on one part of labelled pairs, judge on the other: precision, recall, the curve, each part's worth."""
    loaded = load_pairs(file)
    clusters = len({pair.cluster for pair in loaded})
    contrasts = load_all(UNSEEN) if ablation else ()
    store = VectorStore(model_files(model), vectors)
    store.of([text for pair in loaded for text in (pair.question, pair.paraphrase)])
    store.of([text for one in contrasts for text in (one.question, one.cached)])
    tasks = [
        Task(file, seed, tuple(sorted(entries)), questions, min(judged, clusters // 2), vectors, model, contrasts)
        for seed in range(seeds)
    ]
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        results = list(pool.map(measure_seed, tasks))
    console = _console()
    console.print(f"{file.name}: {len(loaded)} pairs, {clusters} clusters; packaged policy {default_policy().version}")
    tables.show_qualities(console, results)
    tables.show_curves(console, results)
    tables.show_ablation(console, results)


@app.command()
def contrasts(
    files: Annotated[list[Path], typer.Argument(exists=True, help="JSONL of kind, cached, question, same.")],
    among: Annotated[Path | None, typer.Option(exists=True, help="Pairs whose questions fill the cache.")] = None,
    others: Annotated[int, typer.Option(help="So many of them.")] = 3000,
    floor: Annotated[float, typer.Option(min=0, max=1, help="The deployment's floor.")] = DEFAULT_FLOOR,
    examples: Annotated[bool, typer.Option(help="Print every wrong verdict.")] = False,
    policy: PolicyOption = None,
    vectors: VectorsOption = KEPT,
    model: ModelOption = None,
) -> None:
    """Put contrasts and restatements to the packaged policy, with the default floor: what is served, by kind."""
    store = VectorStore(model_files(model), vectors)
    judging, console = default_policy(policy), _console()
    strangers = draw_trial(load_pairs(among), others, 0, 0).entries if among else ()
    houses = [house for house in House if house is not House.AMONG_OTHERS or strangers]
    for file in files:
        loaded = load_contrasts(file)
        verdicts: list[Verdict] = []
        for house in houses:
            found = found_in(house, loaded, strangers, store)
            verdicts += judge(judging, loaded, found, house, floor)
        tables.show_kinds(console, f"{file.name}, policy {judging.version}, floor {floor:g}: served", verdicts)
        tables.show_reasons(console, verdicts)
        gone = without_own(judging, loaded, store, floor)
        console.print(
            f"Own entry gone, the file's other prompts there: {100 * share_served(gone):.1f} % of {len(gone)} "
            "restatements were served another prompt's answer."
        )
        if examples:
            tables.show_examples(console, verdicts)
            for verdict in gone:
                if verdict.decision.accepted is not None:
                    served = verdict.found.candidates[verdict.decision.accepted]
                    console.print(
                        f"own gone | served | {verdict.contrast.question} | {served.prompt} | "
                        f"cosine {served.similarity:.3f}, confidence {verdict.decision.confidence:.3f}",
                        highlight=False,
                        soft_wrap=True,
                    )


@app.command()
def cost(
    file: Annotated[Path, typer.Argument(exists=True, help="Contrasts.")] = DENSE,
    rounds: Annotated[int, typer.Option(min=1, help="Of which the fastest counts, for each question.")] = 5,
    vectors: VectorsOption = KEPT,
    model: ModelOption = None,
) -> None:
    """Time decisions and their parts, in microseconds."""
    tables.show_costs(_console(), measure_cost(load_contrasts(file), VectorStore(model_files(model), vectors), rounds))


def _console() -> Console:
    return Console(width=None if os.isatty(1) else 140)


if __name__ == "__main__":
    app()
