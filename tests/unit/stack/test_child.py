"""Child processes: real ones, without servers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.processes import is_alive, until
from workers.stack.child import Child
from workers.stack.errors import StackError

SLEEPER = ["sleep", "600"]
PARENT = """
import asyncio, sys, time
from pathlib import Path
from workers.stack.child import Child

async def main():
    folder = Path(sys.argv[1])
    child = Child(["sleep", "600"], folder, folder / "log")
    print(child.pid, flush=True)
    while Path(f"/proc/{child.pid}/comm").read_text() != "sleep\\n":
        time.sleep(0.01)
    if sys.argv[2] == "paused":
        child.pause()
    print("ready", flush=True)
    time.sleep(600)

asyncio.run(main())
"""

POLITE = """
import signal, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit(print("asked")))
print("up", flush=True)
signal.pause()
"""
DEAF = """
import signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("up", flush=True)
while True:
    signal.pause()
"""


@pytest.fixture
async def child(tmp_path: Path) -> AsyncIterator[Child]:
    started = Child(SLEEPER, tmp_path, tmp_path / "log")
    yield started
    await started.kill()


@pytest.mark.parametrize("state", ["running", "paused"])
async def test_a_child_dies_with_a_killed_parent(tmp_path: Path, state: str) -> None:
    with subprocess.Popen(  # noqa: ASYNC220 - a parent that is not this process
        [sys.executable, "-c", PARENT, str(tmp_path), state], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert parent.stdout.readline() == "ready\n"
        assert is_alive(pid)
        parent.kill()
    await until(lambda: not is_alive(pid))


async def test_a_child_that_loses_its_parent_before_it_is_guarded_does_not_start(tmp_path: Path) -> None:
    nobody = "1"
    guard = Path(sys.modules[Child.__module__].__file__ or "").with_name("guarded.py")
    ran = tmp_path / "ran"
    done = subprocess.run(  # noqa: ASYNC221 - a few milliseconds
        [sys.executable, str(guard), nobody, "touch", str(ran)], capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "the parent was gone" in done.stderr
    assert not ran.exists()


async def test_a_terminals_ctrl_c_does_not_reach_it(child: Child) -> None:
    assert os.getsid(child.pid) == child.pid != os.getsid(0)


async def test_kill_reaches_the_whole_group(tmp_path: Path) -> None:
    script = "sleep 600 & echo $!; wait"
    child = Child(["sh", "-c", script], tmp_path, tmp_path / "log")
    await until(lambda: child.log_tail() != "")
    grandchild = int(child.log_tail())
    await child.kill()
    await until(lambda: not is_alive(grandchild))


async def test_stop_asks_first(tmp_path: Path) -> None:
    child = Child(
        [sys.executable, "-c", POLITE],
        tmp_path,
        tmp_path / "log",
    )
    await until(lambda: "up" in child.log_tail())
    await child.stop(grace_seconds=30)
    assert child.log_tail().splitlines() == ["up", "asked"]
    assert await child.ended() == 0


async def test_stop_kills_what_does_not_listen(tmp_path: Path) -> None:
    child = Child([sys.executable, "-c", DEAF], tmp_path, tmp_path / "log")
    await until(lambda: "up" in child.log_tail())
    await child.stop(grace_seconds=0.05)
    assert await child.ended() == -signal.SIGKILL


async def test_stop_ends_a_paused_child(child: Child) -> None:
    child.pause()
    await child.stop(grace_seconds=30)
    assert await child.ended() == -signal.SIGTERM


async def test_pause_and_resume_show_in_its_state(child: Child) -> None:
    child.pause()
    await until(lambda: state_of(child.pid) == "T")
    assert child.is_running
    child.resume()
    await until(lambda: state_of(child.pid) != "T")


async def test_an_ended_child_can_be_killed_again_but_not_paused(child: Child) -> None:
    await child.kill()
    await child.kill()
    assert not child.is_running
    with pytest.raises(StackError, match="not running"):
        child.pause()


async def test_the_end_is_told_to_all_who_wait(tmp_path: Path) -> None:
    child = Child(["sh", "-c", "echo last words; exit 3"], tmp_path, tmp_path / "log")
    assert [await child.ended(), await child.ended()] == [3, 3]
    assert child.log_tail() == "last words"


async def test_a_command_that_does_not_exist_leaves_its_reason_in_the_log(tmp_path: Path) -> None:
    child = Child(["no-such-command"], tmp_path, tmp_path / "log")
    assert await child.ended() != 0
    assert "FileNotFoundError" in child.log_tail()


def state_of(pid: int) -> str:
    with suppress(FileNotFoundError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0]
    return "gone"
