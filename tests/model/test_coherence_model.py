"""The promise over thousands of random histories, and, with each safeguard taken out, a history that breaks it."""

import asyncio
import random

import pytest

from tests.model.histories import History
from tests.model.mutants import FOUND_BY_CHANCE, Mutant

HISTORIES = 1500
STEPS = 90


class Seeded:
    """Choices from a seed: a failure names it."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def index(self, count: int) -> int:
        """Any number below `count`."""
        return self._random.randrange(count)


def run(seed: int) -> None:
    """One history; every other one with a store that loses its tail now and then."""
    history = History(Seeded(seed), workers_count=2 + seed % 2, with_losses=seed % 4 > 1)
    asyncio.run(history.run(STEPS))


def first_broken(seeds: int) -> str:
    """What the judge says of the first history that breaks the promise; empty if none does."""
    for seed in range(seeds):
        try:
            run(seed)
        except AssertionError as exc:
            return f"seed {seed}: {exc}"
    return ""


@pytest.mark.timeout(300)
def test_no_history_breaks_the_promise() -> None:
    assert first_broken(HISTORIES) == ""


@pytest.mark.parametrize("mutate", [pytest.param(mutant, id=mutant.__name__) for mutant in FOUND_BY_CHANCE])
@pytest.mark.timeout(300)
def test_without_a_safeguard_it_breaks(mutate: Mutant, monkeypatch: pytest.MonkeyPatch) -> None:
    mutate(monkeypatch)
    assert first_broken(HISTORIES) != ""
