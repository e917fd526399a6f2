"""The verifier with fastembed, on small graphs that are really run."""

import asyncio
import shutil
from pathlib import Path

import pytest

from tests.cross_encoders import POISON, Making, write_cross_encoder
from workers.cache.config import PolicyConfig
from workers.cache.cross_encoder import FastembedVerifier
from workers.embedding_model import ModelFiles
from workers.errors import ModelUnavailableError, NotOpenError

SAME = ("How do I cancel my order?", "How can I cancel my order?")
OTHER = ("How do I cancel my order?", "Is the sky blue today?")


async def opened(folder: Path) -> FastembedVerifier:
    verifier = FastembedVerifier(PolicyConfig(verifier_path=folder))
    await verifier.open()
    await verifier.open()
    return verifier


async def test_scores_pairs_in_their_order_whatever_their_length(model_files: ModelFiles, tmp_path: Path) -> None:
    verifier = await opened(write_cross_encoder(tmp_path, model_files))
    scores = await verifier.agree([SAME, OTHER, ("a " * 400, "a " * 400), SAME])
    assert [score > 0.5 for score in scores] == [True, False, True, True]
    assert all(0 <= score <= 1 for score in scores)
    assert (await verifier.agree([SAME]))[0] == pytest.approx(scores[0], abs=1e-6)
    await verifier.aclose()
    await verifier.aclose()
    with pytest.raises(NotOpenError, match="open"):
        await verifier.agree([SAME])


async def test_a_pass_that_fails_fails_alone(model_files: ModelFiles, tmp_path: Path) -> None:
    verifier = await opened(write_cross_encoder(tmp_path, model_files, Making(is_poisoned=True)))
    bad, good = await asyncio.gather(verifier.agree([(POISON, "how?")]), verifier.agree([SAME]), return_exceptions=True)
    assert isinstance(bad, Exception)
    assert not isinstance(good, BaseException)
    assert good[0] > 0.5
    await verifier.aclose()


async def test_who_gives_up_before_the_turn_costs_nothing(model_files: ModelFiles, tmp_path: Path) -> None:
    verifier = await opened(write_cross_encoder(tmp_path, model_files, Making(work=4, is_poisoned=False)))
    first = asyncio.create_task(verifier.agree([SAME]))
    await asyncio.sleep(0)
    waiting = [asyncio.create_task(verifier.agree([OTHER])) for _ in range(50)]
    await asyncio.sleep(0)
    first.cancel()  # its pass has begun, and ends by itself
    for task in waiting[:-1]:
        task.cancel()
    assert (await waiting[-1])[0] < 0.5
    results = await asyncio.gather(first, *waiting[:-1], return_exceptions=True)
    assert all(isinstance(result, asyncio.CancelledError) for result in results)
    assert (await verifier.agree([SAME]))[0] > 0.5
    await verifier.aclose()


async def sentence(config: PolicyConfig) -> str:
    verifier = FastembedVerifier(config)
    with pytest.raises(ModelUnavailableError) as raised:
        await verifier.open()
    await verifier.aclose()
    return str(raised.value)


async def test_a_folder_that_holds_no_model_is_named(model_files: ModelFiles, tmp_path: Path) -> None:
    said = await sentence(PolicyConfig(verifier_path=tmp_path / "nowhere"))
    assert said.startswith("SEMANTIC_CACHE_POLICY__VERIFIER_PATH: ")
    assert "holds no model.onnx and no tokenizer.json and no tokenizer_config.json" in said
    folder = write_cross_encoder(tmp_path / "broken", model_files)
    (folder / "model.onnx").write_bytes(b"none")
    assert "holds no model that can be loaded" in await sentence(PolicyConfig(verifier_path=folder))


async def test_a_model_that_is_no_cross_encoder_is_refused(model_files: ModelFiles, tmp_path: Path) -> None:
    three = write_cross_encoder(tmp_path / "three", model_files, Making(outputs=3))
    assert "gives 3 values a pair" in await sentence(PolicyConfig(verifier_path=three))
    embedder = tmp_path / "embedder"
    shutil.copytree(model_files.path, embedder)
    assert "gives 384 values a pair" in await sentence(PolicyConfig(verifier_path=embedder))


async def test_a_name_that_fastembed_does_not_know_is_answered_with_those_it_does() -> None:
    said = await sentence(PolicyConfig(verifier_model="no/such-model"))
    assert "knows no cross-encoder 'no/such-model'" in said
    assert "Xenova/ms-marco-MiniLM-L-6-v2" in said
    assert "SEMANTIC_CACHE_POLICY__VERIFIER_PATH" in said


def test_a_name_and_a_folder_are_one_too_many(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not both"):
        PolicyConfig(verifier_model="a", verifier_path=tmp_path)
