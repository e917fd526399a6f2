"""Histories under fire: real workers, a real Kafka and Redis, killed, stopped, cut and slowed while clients ask."""

from __future__ import annotations

import shutil

import pytest

from tests.faults.fleet import Fleet
from tests.faults.nemesis import FAULTS, Fault, Run, run, table
from workers.embedding_model import ModelFiles

pytestmark = pytest.mark.skipif(
    not (shutil.which("java") and shutil.which("mvn")), reason="real faults need the real Kafka: Java and Maven"
)
LONG_SECONDS = 60.0


def check(outcome: Run) -> None:
    table([outcome])
    assert outcome.verdict.is_kept, outcome.verdict
    layers = {read.layer for read in outcome.history.reads}
    assert {"l1", "l2", None} <= layers, "the load did not reach every layer"
    assert outcome.history.changes
    assert outcome.history.writes


@pytest.mark.timeout(240)
async def test_a_short_run_of_every_fault(model_files: ModelFiles) -> None:
    faults = [fault for fault in FAULTS.values() if fault.name != "worker stopped 9 s"]
    async with Fleet(model_files, bound_ms=1000) as fleet:
        check(await run(fleet, faults, 45.0, every=6.0))


@pytest.mark.faults
@pytest.mark.timeout(600)
async def test_the_checker_finds_workers_that_do_not_keep_the_bound(model_files: ModelFiles) -> None:
    loose = {"COHERENCE__MAX_STALENESS_MS": "600000"}
    async with Fleet(model_files, bound_ms=1000, settings=loose) as fleet:
        outcome = await run(fleet, [FAULTS["worker stopped 2 s"]], LONG_SECONDS, every=5.0)
    table([outcome])
    assert outcome.verdict.stale


@pytest.mark.faults
@pytest.mark.timeout(600)
@pytest.mark.parametrize("bound_ms", [1000, 250])
@pytest.mark.parametrize("fault", [pytest.param(fault, id=name.replace(" ", "-")) for name, fault in FAULTS.items()])
async def test_a_long_run(model_files: ModelFiles, fault: Fault, bound_ms: int) -> None:
    async with Fleet(model_files, bound_ms=bound_ms, seed=bound_ms) as fleet:
        check(await run(fleet, [fault], LONG_SECONDS, every=12.0))
