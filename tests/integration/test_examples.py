"""The examples run as they stand, and say what their comments promise."""

import importlib.util
from collections.abc import AsyncIterator
from pathlib import Path
from types import ModuleType

import pytest
import pytest_asyncio

from workers.demo.worker_process import Deployment, running
from workers.embedding_model import ModelFiles
from workers.stack import Stack

EXAMPLES = Path(__file__).parents[2] / "examples"

pytestmark = pytest.mark.asyncio(loop_scope="session")


def example(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def bootstrap(stack: Stack, model_files: ModelFiles) -> AsyncIterator[str]:
    """With a worker on the default topics, as the examples expect."""
    assert model_files.path.is_dir()
    async with running(Deployment(stack.kafka_bootstrap_servers, stack.redis_url), ["worker-1"]):
        yield stack.kafka_bootstrap_servers


async def test_answer_with_the_cache(bootstrap: str, unique_namespace: str, capsys: pytest.CaptureFixture[str]) -> None:
    await example("answer_with_the_cache").main(bootstrap, unique_namespace)
    first, second, *crowd = capsys.readouterr().out.splitlines()
    assert first.startswith("computed")
    assert second == first.replace("computed", "cache   "), "other words, the same answer"
    assert sorted(line.split()[0] for line in crowd) == ["cache"] * 9 + ["computed"]


async def test_product_changes(bootstrap: str, unique_namespace: str, capsys: pytest.CaptureFixture[str]) -> None:
    await example("product_changes").main(bootstrap, unique_namespace)
    assert capsys.readouterr().out.splitlines() == [
        "It costs $1,299.",
        "It costs $1,199. (computed)",
        "removed 1",
        "It costs $999. (computed)",
    ]


async def test_cache_as_a_library(model_files: ModelFiles, capsys: pytest.CaptureFixture[str]) -> None:
    assert model_files.path.is_dir()
    await example("cache_as_a_library").main()
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0].rstrip(":") for line in lines[:6]] == ["miss", "stored", "hit", "hit", "miss", "miss"]
    assert lines[6] == "removed 1; now a miss"
