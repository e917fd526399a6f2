"""The built model, through fastembed."""

from __future__ import annotations

import base64
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from fastembed import TextEmbedding
from numpy.typing import NDArray

from workers.downloads import CacheFolder
from workers.embedding_model import DIMENSIONS, ModelFiles, describe_folder, find_model, load_text_embedding

Vectors = NDArray[np.float32]
NEAREST_TO_FLOAT = 0.98


@pytest.fixture
def embedding(model_files: ModelFiles) -> TextEmbedding:
    return load_text_embedding(model_files, threads=1)


def embed(embedding: TextEmbedding, *texts: str, batch_size: int = 32) -> Vectors:
    return np.array(list(embedding.embed(texts, batch_size=batch_size)))


def float_vectors() -> dict[str, Vectors]:
    """Vectors of the float32 checkpoint, which gives the similarities that its model card names."""
    stored = json.loads(Path(__file__).with_name("float_vectors.json").read_text(encoding="utf-8"))
    return {
        text: np.frombuffer(base64.b64decode(vector), dtype="<f2").astype(np.float32) for text, vector in stored.items()
    }


def test_vectors_are_normalised_and_of_the_stated_width(embedding: TextEmbedding) -> None:
    vectors = embed(embedding, "one", "a longer question, with a comma?")
    assert vectors.shape == (2, DIMENSIONS)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_vectors_are_near_those_of_the_float_model(embedding: TextEmbedding) -> None:
    wanted = float_vectors()
    for text, found in zip(wanted, embed(embedding, *wanted), strict=True):
        assert found @ wanted[text] >= NEAREST_TO_FLOAT, text


def test_a_text_has_one_vector_in_any_batch(embedding: TextEmbedding) -> None:
    texts = list(float_vectors())
    alone = embed(embedding, *texts, batch_size=1)
    together = embed(embedding, *texts, batch_size=len(texts))
    np.testing.assert_allclose(together, alone, atol=1e-3)


def test_a_paraphrase_is_nearer_than_another_question(embedding: TextEmbedding) -> None:
    asked, paraphrase, other = embed(
        embedding, "How do I cancel my order?", "How can I cancel an order?", "Which city is the capital of France?"
    )
    assert asked @ paraphrase > 0.9
    assert asked @ other < 0.3


def test_a_prompt_longer_than_the_model_reads_is_cut_not_refused(embedding: TextEmbedding) -> None:
    (vector,) = embed(embedding, "question " * 5000)
    assert np.isfinite(vector).all()


@pytest.fixture
def copied(model_files: ModelFiles, tmp_path: Path) -> tuple[CacheFolder, Path]:
    """A cache of its own with the built model in it."""
    cache = CacheFolder(tmp_path)
    folder = cache.path("models") / model_files.path.name
    shutil.copytree(model_files.path, folder)
    return cache, folder


def test_a_whole_model_is_found(copied: tuple[CacheFolder, Path], model_files: ModelFiles) -> None:
    cache, folder = copied
    assert find_model(cache) == ModelFiles(folder, model_files.fingerprint)


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json", "manifest.json"])
def test_a_damaged_model_is_not_found(copied: tuple[CacheFolder, Path], name: str) -> None:
    cache, folder = copied
    damaged = folder / name
    damaged.write_bytes(damaged.read_bytes()[:-1])
    assert find_model(cache) is None


def test_a_model_with_a_file_missing_is_not_found(copied: tuple[CacheFolder, Path]) -> None:
    cache, folder = copied
    (folder / "config.json").unlink()
    assert find_model(cache) is None


def test_a_model_of_another_recipe_is_not_found(copied: tuple[CacheFolder, Path]) -> None:
    cache, folder = copied
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**manifest, "fingerprint": "0" * 16}))
    assert find_model(cache) is None


def test_a_folder_that_a_deployment_brings_has_a_fingerprint_of_its_content(
    copied: tuple[CacheFolder, Path], model_files: ModelFiles
) -> None:
    _, folder = copied
    assert describe_folder(folder).fingerprint == model_files.fingerprint
    (folder / "manifest.json").unlink()
    own = describe_folder(folder).fingerprint
    assert own == describe_folder(folder).fingerprint != model_files.fingerprint
    (folder / "model.onnx").write_bytes(b"another model")
    assert describe_folder(folder).fingerprint != own


def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"no model\.onnx and no tokenizer\.json"):
        describe_folder(tmp_path)
