"""Each scene keeps the promise, and breaks it when a safeguard that it needs is taken out."""

import asyncio

import pytest

from tests.model import mutants, scenes
from tests.model.mutants import Mutant
from tests.model.scenes import Scene, Stage

NEEDED: dict[Scene, tuple[Mutant, ...]] = {
    scenes.l1_of_a_worker_that_lags: (mutants.l1_without_freshness,),
    scenes.probe_answered_late: (mutants.age_from_the_answer,),
    scenes.token_at_a_worker_that_lags: (mutants.tokens_ignored,),
    scenes.store_between_the_halves_of_a_rule: (mutants.delete_before_the_rule, mutants.store_without_fence_check),
    scenes.loss_while_a_rule_is_applied: (mutants.mark_whatever_was_lost,),
    scenes.crash_before_the_deletes: (mutants.mark_before_the_deletes,),
    scenes.answer_rewritten_while_it_is_deleted: (mutants.delete_unconditionally,),
    scenes.lost_tail_read_by_a_worker_that_lags: (mutants.store_read_without_catching_up,),
    scenes.replaced_between_read_and_admission: (
        mutants.silent_replacements,
        mutants.replacements_forgotten,
        mutants.no_admission_check,
    ),
    scenes.a_store_without_a_fence_that_waited: (mutants.fenceless_stores_too_young,),
    scenes.a_tail_that_nobody_repairs: (mutants.no_repair_and_no_watermark,),
}
PAIRS = [(scene, mutant) for scene, needed in NEEDED.items() for mutant in needed]


async def play(scene: Scene) -> None:
    await scene(Stage())


@pytest.mark.parametrize("scene", [pytest.param(scene, id=scene.__name__) for scene in NEEDED])
def test_a_scene_keeps_the_promise(scene: Scene) -> None:
    asyncio.run(play(scene))


@pytest.mark.parametrize(("scene", "mutate"), [pytest.param(s, m, id=f"{s.__name__}-{m.__name__}") for s, m in PAIRS])
def test_and_breaks_it_without_its_safeguard(scene: Scene, mutate: Mutant, monkeypatch: pytest.MonkeyPatch) -> None:
    mutate(monkeypatch)
    with pytest.raises(AssertionError, match=r"^(stale|replaced|lost)"):
        asyncio.run(play(scene))
