"""Embeddings of texts, computed once and kept in a file of the caller's choice."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from workers.embedding_model import ModelFiles, find_model
from workers.embedding_model.loading import load_text_embedding
from workers.embedding_model.model_files import describe_folder

Vectors = NDArray[np.float32]


def model_files(folder: Path | None) -> ModelFiles:
    """The model in `folder`, or the one that the set-up put in place.

    Raises:
        FileNotFoundError: there is neither.
    """
    files = describe_folder(folder) if folder else find_model()
    if files is None:
        raise FileNotFoundError("No embedding model here: run `make setup`, or name a folder with --model.")
    return files


class VectorStore:
    """Maps a text to its unit vector; what is missing is embedded and added to the file."""

    def __init__(self, model: ModelFiles, folder: Path) -> None:
        self._model = model
        self._file = folder / f"vectors-{model.fingerprint}.npz"
        self._rows: dict[bytes, int] = {}
        self._matrix: Vectors = np.zeros((0, 384), np.float32)
        if self._file.exists():
            with np.load(self._file) as kept:
                self._matrix = kept["matrix"]
                self._rows = {key.tobytes(): row for row, key in enumerate(kept["keys"])}

    @property
    def fingerprint(self) -> str:
        """Of the embedding model."""
        return self._model.fingerprint

    def of(self, texts: Sequence[str]) -> Vectors:
        """One row a text, length 1."""
        missing = sorted({text for text in texts if _key(text) not in self._rows}, key=len)
        if missing:
            self._add(missing)
        return self._matrix[[self._rows[_key(text)] for text in texts]]

    def _add(self, texts: list[str]) -> None:
        embedding = load_text_embedding(self._model, threads=1)
        fresh = np.array(list(embedding.embed(texts, batch_size=32)), np.float32)
        for text in texts:
            self._rows[_key(text)] = len(self._rows)
        self._matrix = np.vstack([self._matrix, fresh])
        keys = np.array([np.frombuffer(key, np.uint8) for key in self._rows])
        self._file.parent.mkdir(parents=True, exist_ok=True)
        np.savez(self._file, matrix=self._matrix, keys=keys)


def _key(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=16).digest()
