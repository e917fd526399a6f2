"""Background tasks: none forgotten, none dying unseen."""

from __future__ import annotations

import asyncio
import logging

import pytest

from workers.tasks import TaskDiedError, Tasks, both


async def fail() -> None:
    raise ValueError("broken")


async def for_ever() -> None:
    await asyncio.Event().wait()


async def test_the_death_of_a_watched_task_is_told_with_its_name_and_cause() -> None:
    async with Tasks() as tasks:
        tasks.watch(fail(), name="the heart")
        with pytest.raises(TaskDiedError, match="the heart") as caught:
            await asyncio.wait_for(tasks.died(), 5)
        assert isinstance(caught.value.__cause__, ValueError)


async def test_a_watched_task_that_ends_without_a_fault_has_died_all_the_same() -> None:
    async with Tasks() as tasks:
        tasks.adopt(asyncio.create_task(asyncio.sleep(0), name="short"))
        with pytest.raises(TaskDiedError, match="short"):
            await asyncio.wait_for(tasks.died(), 5)


async def test_cancelled_by_its_owner_it_has_not_died() -> None:
    async with Tasks() as tasks:
        task = tasks.watch(for_ever(), name="mine")
        dying = asyncio.create_task(tasks.died())
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await asyncio.sleep(0)
        assert not dying.done()
        dying.cancel()
        await asyncio.gather(dying, return_exceptions=True)


async def test_spawned_work_that_fails_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    async with Tasks() as tasks:
        with caplog.at_level(logging.ERROR):
            await asyncio.gather(tasks.spawn(fail(), name="errand"), return_exceptions=True)
            await asyncio.sleep(0)
    assert [record.task for record in caplog.records] == ["errand"]  # type: ignore[attr-defined]


async def test_closing_cancels_what_is_left() -> None:
    tasks = Tasks()
    left = [tasks.spawn(for_ever(), name="a"), tasks.watch(for_ever(), name="b")]
    await tasks.aclose()
    assert all(task.cancelled() for task in left)


async def test_both_gives_both_results() -> None:
    async def give(value: int) -> int:
        await asyncio.sleep(0)
        return value

    assert await both(give(1), give(2)) == (1, 2)


async def test_the_failure_of_one_cancels_the_other_and_is_raised_as_it_is() -> None:
    cancelled = asyncio.Event()

    async def wait() -> None:
        try:
            await for_ever()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    for pair in ((fail(), wait()), (wait(), fail())):
        cancelled.clear()
        with pytest.raises(ValueError, match="broken"):
            await asyncio.wait_for(both(*pair), 5)
        assert cancelled.is_set()
