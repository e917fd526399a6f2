"""`stack` as a process of its own, ended in every way."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest
from redis.asyncio import Redis

from tests.processes import is_alive, until
from workers.stack.kafka_probe import cluster_id_of

pytestmark = pytest.mark.stack

SCRIPT = """
import asyncio, sys
from workers.errors import ConfigurationError
from workers.stack import KafkaFlavour, StackOptions
from workers.stack.command import StackCommand, stack

options = StackCommand(StackOptions(kafka=KafkaFlavour.MOCK), as_json="--json" in sys.argv)
try:
    asyncio.run(stack(options))
except ConfigurationError as error:
    sys.exit(str(error))
"""


@dataclass
class Running:
    """The command, ready."""

    process: Process
    ready: dict[str, str]
    children: list[int]


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@asynccontextmanager
async def running() -> AsyncIterator[Running]:
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", SCRIPT, "--json", stdout=PIPE, stderr=PIPE)
    try:
        line = await cast("asyncio.StreamReader", process.stdout).readline()
        yield Running(process, json.loads(line), children_of(process.pid))
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def test_its_one_line_is_where_both_answer() -> None:
    async with running() as command:
        ready: dict[str, Any] = command.ready
        assert set(ready) == {"kafka_bootstrap_servers", "redis_url", "kafka"}
        assert ready["kafka"] == "mock"
        assert await cluster_id_of(ready["kafka_bootstrap_servers"]) is not None
        async with Redis.from_url(ready["redis_url"]) as client:
            assert await client.ping()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
async def test_a_stop_signal_ends_it_well_and_leaves_no_child(number: signal.Signals) -> None:
    async with running() as command:
        assert len(command.children) == 2
        command.process.send_signal(number)
        rest, errors = await command.process.communicate()
        assert (command.process.returncode, rest) == (0, b""), errors.decode()
        assert not any(map(is_alive, command.children))


async def test_killed_it_leaves_no_child() -> None:
    async with running() as command:
        assert len(command.children) == 2
        assert all(map(is_alive, command.children))
        command.process.kill()
        await until(lambda: not any(map(is_alive, command.children)))


async def test_it_ends_with_a_sentence_when_a_server_dies() -> None:
    async with running() as command:
        async with Redis.from_url(command.ready["redis_url"], retry=None) as client:
            pid = (await client.info("server"))["process_id"]
        os.kill(pid, signal.SIGKILL)
        _, errors = await command.process.communicate()
        assert command.process.returncode == 1
        assert "Redis ended by itself" in errors.decode()
        assert not any(map(is_alive, command.children))


async def test_for_people_it_says_where_things_are_and_how_to_go_on() -> None:
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", SCRIPT, stdout=PIPE)
    try:
        output = cast("asyncio.StreamReader", process.stdout)
        said = (await output.readuntil(b"Ctrl-C")).decode()
    finally:
        process.send_signal(signal.SIGINT)
        await process.communicate()
    assert "export SEMANTIC_CACHE_KAFKA__BOOTSTRAP_SERVERS=127.0.0.1:" in said
    assert "export SEMANTIC_CACHE_REDIS__URL=redis://127.0.0.1:" in said
    assert "\x1b" not in said
