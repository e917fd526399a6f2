"""A folder with an embedding model in it, and what is known about it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from workers.downloads import CacheFolder, sha256_of
from workers.downloads.checksums import faults
from workers.embedding_model import recipe

MODEL_FILE = "model.onnx"
MANIFEST_FILE = "manifest.json"
CACHE_NAME = f"models/{recipe.MODEL_NAME}"


@dataclass(frozen=True)
class ModelFiles:
    """A model's folder and the fingerprint of its vector space: vectors of two fingerprints must never meet."""

    path: Path
    fingerprint: str


class Manifest(BaseModel):
    """Written beside the model when it was built."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fingerprint: str
    files: dict[str, str]
    """File name to SHA-256."""


def find_model(cache: CacheFolder | None = None) -> ModelFiles | None:
    """The model that the set-up put in place, if it is whole and of this version's recipe; else None.

    Reads 24 MB to compare checksums: some 30 ms, blocking.
    """
    path = (cache or CacheFolder()).path(CACHE_NAME)
    manifest = _read_manifest(path)
    if manifest is None or manifest.fingerprint != recipe.fingerprint() or faults(path, manifest.files):
        return None
    return ModelFiles(path, manifest.fingerprint)


def describe_folder(path: Path) -> ModelFiles:
    """A folder that a deployment brought: its manifest's fingerprint, or one of the model and tokenizer files.

    Raises FileNotFoundError where `model.onnx` or `tokenizer.json` is missing.
    """
    needed = (MODEL_FILE, "tokenizer.json")
    if absent := [name for name in needed if not (path / name).is_file()]:
        raise FileNotFoundError(f"{path} holds no {' and no '.join(absent)}: it is not a model's folder.")
    manifest = _read_manifest(path)
    if manifest is not None and not faults(path, manifest.files):
        return ModelFiles(path, manifest.fingerprint)
    sums = "\n".join(sha256_of(path / name) for name in needed)
    return ModelFiles(path, hashlib.sha256(sums.encode()).hexdigest()[:16])


def _read_manifest(path: Path) -> Manifest | None:
    try:
        return Manifest.model_validate_json((path / MANIFEST_FILE).read_bytes())
    except (FileNotFoundError, ValidationError):
        return None
