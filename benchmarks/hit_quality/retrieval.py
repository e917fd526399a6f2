"""What a cache would hand to the policy: the nearest entries of a trial for each question."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.hit_quality.pairs import Asked, Trial
from benchmarks.hit_quality.vectors import Vectors, VectorStore
from workers.cache.policy import Candidate

NEAREST = 5


@dataclass(frozen=True, slots=True)
class Retrieved:
    """A question, the nearest entries by falling cosine, which of them answer it, and whether any entry does."""

    asked: Asked
    candidates: tuple[Candidate, ...]
    is_right: tuple[bool, ...]
    has_match: bool


def retrieve(trial: Trial, store: VectorStore, nearest: int = NEAREST) -> list[Retrieved]:
    """Search every question of the trial among its entries, exactly."""
    return list(search(trial.questions, trial.entries, store, nearest))


def _nearest(cosines: Vectors, count: int) -> NDArray[np.intp]:
    """The columns of the largest values of each row, largest first."""
    if cosines.shape[1] > count:
        columns = np.argpartition(-cosines, count, axis=1)[:, :count]
        columns.sort(axis=1)
    else:
        columns = np.broadcast_to(np.arange(cosines.shape[1]), cosines.shape)
    values = np.take_along_axis(cosines, columns, axis=1)
    return np.take_along_axis(columns, np.argsort(-values, axis=1, kind="stable"), axis=1)


def search(
    questions: Sequence[Asked], entries: Sequence[Asked], store: VectorStore, nearest: int = NEAREST
) -> Iterator[Retrieved]:
    """The nearest entries of each question; an entry is right if its cluster is the question's."""
    cosines = store.of([asked.text for asked in questions]) @ store.of([entry.text for entry in entries]).T
    held = {entry.cluster for entry in entries}
    order = _nearest(cosines, nearest)
    for asked, row, places in zip(questions, cosines, order, strict=True):
        found = [entries[place] for place in places]
        yield Retrieved(
            asked,
            tuple(Candidate(entry.text, float(row[place])) for entry, place in zip(found, places, strict=True)),
            tuple(entry.cluster == asked.cluster for entry in found),
            asked.cluster in held,
        )
