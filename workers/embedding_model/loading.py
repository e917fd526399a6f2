"""Handing a model's folder to fastembed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workers.embedding_model.model_files import MODEL_FILE, ModelFiles
from workers.embedding_model.recipe import DIMENSIONS

if TYPE_CHECKING:
    from fastembed import TextEmbedding

__all__ = ["DIMENSIONS", "load_text_embedding"]


def load_text_embedding(files: ModelFiles, threads: int | None = None) -> TextEmbedding:
    """A fastembed model over a local folder: mean pooling, normalised, 384 dimensions. Touches no network.

    `threads` bounds the threads of one inference; None leaves it to ONNX Runtime. Blocks for some 100 ms, and the
    first time for 150 more: fastembed imports a model hub's client, and is imported only here.
    """
    from fastembed import TextEmbedding
    from fastembed.common.model_description import ModelSource, PoolingType

    name = f"semantic-cache/{files.fingerprint}"
    known = {model["model"] for model in TextEmbedding.list_supported_models()}
    if name not in known:
        TextEmbedding.add_custom_model(
            model=name,
            pooling=PoolingType.MEAN,
            normalization=True,
            # fastembed demands a source; with `specific_model_path` it is never asked.
            sources=ModelSource(hf=name),
            dim=DIMENSIONS,
            model_file=MODEL_FILE,
        )
    # A cache folder that exists: fastembed would leave one of its own in the temporary folder, empty.
    folder = str(files.path)
    return TextEmbedding(name, cache_dir=folder, threads=threads, specific_model_path=folder)
