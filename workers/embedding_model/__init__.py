"""The embedding model that works without a model hub: fetched as weights, built into int8 ONNX, kept in a cache."""

from workers.embedding_model.loading import DIMENSIONS, load_text_embedding
from workers.embedding_model.model_files import ModelFiles, describe_folder, find_model
from workers.embedding_model.provision import ensure_model

__all__ = ["DIMENSIONS", "ModelFiles", "describe_folder", "ensure_model", "find_model", "load_text_embedding"]
