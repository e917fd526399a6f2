"""The promise over thousands of random histories, and, with each safeguard taken out, the history that breaks it."""

import asyncio
import random
from collections.abc import Callable

import pytest

from tests.model.histories import History
from tests.model.mutants import MUTANTS

HISTORIES = 300
STEPS = 90


class Seeded:
    """Choices from a seed: a failure names it."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def index(self, count: int) -> int:
        return self._random.randrange(count)


def run(seed: int, *, with_losses: bool) -> None:
    history = History(Seeded(seed), workers_count=2 + seed % 2, with_losses=with_losses)
    asyncio.run(history.run(STEPS))


@pytest.mark.parametrize("with_losses", [False, True])
@pytest.mark.timeout(300)
def test_no_history_breaks_the_promise(with_losses: bool) -> None:
    for seed in range(HISTORIES):
        run(seed, with_losses=with_losses)


@pytest.mark.parametrize("mutate", [pytest.param(m, id=m.__name__) for m in MUTANTS])
@pytest.mark.timeout(300)
def test_every_safeguard_is_needed(
    mutate: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    mutate(monkeypatch)
    with pytest.raises(AssertionError, match="stale|replaced"):
        for seed in range(20 * HISTORIES):
            run(seed, with_losses=True)
