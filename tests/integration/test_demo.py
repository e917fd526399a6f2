"""The demo as people run it: to its end, and interrupted. Its promises are checked by itself; here, its manners are."""

import asyncio
import re
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.processes import is_alive, until
from workers.cli.exit_codes import ExitCode
from workers.embedding_model import ModelFiles

STORY_SECONDS = 300
STARTED = "A shop with"

pytestmark = pytest.mark.timeout(STORY_SECONDS)


@asynccontextmanager
async def a_demo(temporary: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """In a pipe, with a folder for temporary files of its own."""
    demo = await asyncio.create_subprocess_exec(
        *("env", f"TMPDIR={temporary}", sys.executable, "-m", "workers.cli", "demo"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        yield demo
    finally:
        if demo.returncode is None:
            demo.kill()
            await demo.wait()


async def read_until(demo: asyncio.subprocess.Process, wanted: str) -> str:
    """What it says, up to a line with `wanted` or to its end."""
    assert demo.stdout is not None
    said = ""
    while line := (await demo.stdout.readline()).decode():
        said += line
        if wanted in line:
            break
    return said


def descendants(pid: int) -> set[int]:
    """Children, their children, and so on, each with its own session or not."""
    parents = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(status.parent.name)] = int(status.read_text().rpartition(") ")[2].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
    found, fresh = set[int](), {pid}
    while fresh:
        fresh = {child for child, parent in parents.items() if parent in fresh} - found
        found |= fresh
    return found


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def none_alive(pids: set[int]) -> Callable[[], bool]:
    return lambda: not any(map(is_alive, pids))


async def test_tells_its_story_and_keeps_its_promises(tmp_path: Path, model_files: ModelFiles) -> None:
    assert model_files.path.is_dir()
    async with a_demo(tmp_path) as demo:
        said = await read_until(demo, STARTED)
        started = descendants(demo.pid)
        said += await read_until(demo, "semantic-cache --help")
        code = await demo.wait()
    assert code == ExitCode.OK, said
    assert re.search(r"All \d+ promises held\.", said)
    assert "✗" not in said
    assert "\x1b" not in said, "plain lines in a pipe"
    assert max(map(len, said.splitlines())) <= 80
    assert len(started) >= 4, "Kafka, Redis and two workers"
    await until(none_alive(started))
    assert left_in(tmp_path) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_ends_it_and_leaves_nothing(
    tmp_path: Path, model_files: ModelFiles, number: signal.Signals
) -> None:
    assert model_files.path.is_dir()
    async with a_demo(tmp_path) as demo:
        await read_until(demo, STARTED)
        started = descendants(demo.pid)
        demo.send_signal(number)
        demo.send_signal(number)
        said = await read_until(demo, "nothing is left behind")
        code = await demo.wait()
    assert code == ExitCode.INTERRUPTED, said
    assert "Traceback" not in said
    await until(none_alive(started))
    assert left_in(tmp_path) == []


async def test_a_kill_takes_all_that_it_started_along(tmp_path: Path, model_files: ModelFiles) -> None:
    assert model_files.path.is_dir()
    async with a_demo(tmp_path) as demo:
        await read_until(demo, STARTED)
        started = descendants(demo.pid)
        demo.kill()
        await demo.wait()
        await until(none_alive(started))
