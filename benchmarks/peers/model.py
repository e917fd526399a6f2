"""The embedding model as the other caches are given it: our files, our loader, one thread."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.peers.contender import Surroundings
from workers.embedding_model.loading import load_text_embedding
from workers.embedding_model.model_files import ModelFiles

Vectors = NDArray[np.float32]
BATCH = 32


class SharedModel:
    """Texts to unit vectors, in the caller's thread or in one of its own."""

    def __init__(self, around: Surroundings) -> None:
        self._model = load_text_embedding(ModelFiles(Path(around.model_folder), around.fingerprint), threads=1)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="embedder")
        self._known: dict[str, Vectors] = {}
        self.embed(["warm-up"])

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Shape (texts, dimensions). Blocks."""
        if self._known and all(text in self._known for text in texts):
            return np.stack([self._known[text] for text in texts])
        return np.stack(list(self._model.embed(list(texts), batch_size=BATCH))).astype(np.float32, copy=False)

    async def embed_aside(self, texts: Sequence[str]) -> Vectors:
        """The same without blocking the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self.embed, texts)

    def learn(self, texts: Sequence[str]) -> None:
        """Know these at once from now on: for filling, and for questions asked again at another threshold."""
        self._known.update(zip(texts, self.embed(texts), strict=True))

    def forget(self) -> None:
        """Embed everything again: what is timed."""
        self._known.clear()
