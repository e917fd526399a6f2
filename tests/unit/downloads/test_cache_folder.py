from __future__ import annotations

import asyncio
from pathlib import Path
from typing import cast

import pytest

from workers.downloads import CacheFolder


@pytest.fixture
def cache(tmp_path: Path) -> CacheFolder:
    return CacheFolder(tmp_path)


async def fill(cache: CacheFolder, name: str, text: str) -> None:
    async with cache.locked(name), cache.replacing(name) as folder:
        (folder / "file").write_text(text)


def content(cache: CacheFolder, name: str) -> str:
    return (cache.path(name) / "file").read_text()


async def test_a_filled_folder_appears_whole(cache: CacheFolder) -> None:
    async with cache.locked("things/a"), cache.replacing("things/a") as folder:
        (folder / "file").write_text("half")
        assert not cache.path("things/a").exists()
    assert content(cache, "things/a") == "half"


async def test_a_folder_is_replaced_and_nothing_is_left_over(cache: CacheFolder) -> None:
    await fill(cache, "things/a", "old")
    await fill(cache, "things/a", "new")
    assert content(cache, "things/a") == "new"
    assert [path.name for path in cache.path("things").iterdir()] == ["a"]


async def test_a_failed_filling_leaves_the_old_folder(cache: CacheFolder) -> None:
    await fill(cache, "things/a", "old")
    with pytest.raises(TypeError):
        await fill(cache, "things/a", cast("str", b"not text"))
    assert content(cache, "things/a") == "old"
    assert [path.name for path in cache.path("things").iterdir()] == ["a"]


async def test_what_a_killed_filling_left_is_swept_away(cache: CacheFolder) -> None:
    remains = cache.path("things/.a.killed")
    remains.mkdir(parents=True)
    neighbour = cache.path("things/.ab.busy")
    neighbour.mkdir()
    await fill(cache, "things/a", "new")
    assert not remains.exists()
    assert neighbour.exists()


async def test_one_at_a_time_holds_a_name(cache: CacheFolder) -> None:
    events: list[str] = []
    inside = asyncio.Event()
    may_leave = asyncio.Event()

    async def first() -> None:
        async with cache.locked("things/a"):
            inside.set()
            await may_leave.wait()
            events.append("first leaves")

    async def second() -> None:
        await inside.wait()
        other = CacheFolder(cache.root)
        async with asyncio.TaskGroup() as group:
            waiting = group.create_task(hold(other))
            async with other.locked("things/b"):
                events.append("another name is free")
            assert not waiting.done()
            may_leave.set()

    async def hold(other: CacheFolder) -> None:
        async with other.locked("things/a"):
            events.append("second enters")

    async with asyncio.TaskGroup() as group:
        group.create_task(first())
        group.create_task(second())
    assert events == ["another name is free", "first leaves", "second enters"]


def test_the_setting_moves_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEMANTIC_CACHE_CACHE_DIR", str(tmp_path / "elsewhere"))
    assert CacheFolder().root == tmp_path / "elsewhere"
    assert CacheFolder(tmp_path / "given").root == tmp_path / "given"


def test_without_it_the_folder_is_the_users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SEMANTIC_CACHE_CACHE_DIR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert CacheFolder().root == tmp_path / "semantic-cache"
