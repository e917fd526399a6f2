"""BERT's encoder as an ONNX graph, written op by op from a checkpoint's tensors.

The usual exporters trace a torch model and so need torch. The graph of a BERT encoder is small and fixed
(Devlin et al., 2019, "BERT: Pre-training of Deep Bidirectional Transformers"), so it is written down here.
`com.microsoft.MultiHeadAttention` is ONNX Runtime's own operator for masking, softmax and weighting in one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto
from safetensors.numpy import load_file

from workers.embedding_model.onnx_writer import MICROSOFT, OnnxWriter
from workers.embedding_model.precision import Precision

Tensors = Mapping[str, NDArray[np.float32]]

INPUTS = ["input_ids", "attention_mask", "token_type_ids"]
OUTPUT = "last_hidden_state"


@dataclass(frozen=True)
class BertShape:
    """The sizes of a BERT encoder."""

    layers: int = 6
    heads: int = 12
    width: int = 384
    epsilon: float = 1e-12


def write_encoder(weights: Path, target: Path, precision: Precision) -> None:
    """Build the encoder from a safetensors checkpoint and write it to `target`: 90 MB in float32, 24 in int8."""
    onnx.save(BertGraph(load_file(weights), BertShape(), precision).build(), target)


class BertGraph:
    """Writes one encoder.

    Inputs: `input_ids`, `attention_mask`, `token_type_ids`, int64 (batch, tokens). Output: `last_hidden_state`,
    float32 (batch, tokens, width); pooling is left to the caller. Inside, batch and tokens are one axis of rows.
    """

    def __init__(self, tensors: Tensors, shape: BertShape, precision: Precision) -> None:
        self._tensors = tensors
        self._shape = shape
        self._precision = precision
        self._writer = OnnxWriter()

    def build(self) -> onnx.ModelProto:
        """The whole encoder, checked."""
        writer = self._writer
        mask = writer.node("Cast", ["attention_mask"], "mask", to=TensorProto.INT32)
        grid = writer.node("Shape", ["input_ids"], "grid")
        rows = writer.integers("row_shape", -1, self._shape.width)
        hidden = writer.node("Reshape", [self._embeddings(), rows], "embedded.rows")
        for index in range(self._shape.layers):
            hidden = self._layer(hidden, mask, f"encoder.layer.{index}")
        whole = writer.node("Concat", [grid, writer.integers("width", self._shape.width)], "whole", axis=0)
        writer.node("Reshape", [hidden, whole], OUTPUT)
        return writer.model(INPUTS, OUTPUT, self._shape.width)

    def _embeddings(self) -> str:
        writer = self._writer
        table = self._tensors["embeddings.word_embeddings.weight"]
        words = self._precision.lookup(writer, table, "input_ids", "words")
        types = writer.node(
            "Gather", [self._weight("embeddings.token_type_embeddings.weight"), "token_type_ids"], "types"
        )
        zero = writer.integers("zero", 0)
        tokens = writer.node("Shape", ["input_ids"], "tokens", start=1, end=2)
        table_of_positions = self._weight("embeddings.position_embeddings.weight")
        positions = writer.node("Slice", [table_of_positions, zero, tokens, zero], "positions")
        typed = writer.node("Add", [words, types], "typed")
        placed = writer.node("Add", [typed, positions], "placed")
        return self._normalised(placed, "embeddings.LayerNorm")

    def _layer(self, hidden: str, mask: str, name: str) -> str:
        attended = self._attention(hidden, mask, f"{name}.attention")
        inner = self._linear(attended, f"{name}.intermediate.dense")
        inner = self._writer.node("Gelu", [inner], f"{name}.gelu")
        outer = self._linear(inner, f"{name}.output.dense")
        return self._residual(outer, attended, f"{name}.output")

    def _attention(self, hidden: str, mask: str, name: str) -> str:
        writer, width = self._writer, self._shape.width
        parts = [f"{name}.self.{part}" for part in ("query", "key", "value")]
        weight = np.concatenate([self._tensors[f"{part}.weight"] for part in parts])
        bias = writer.constant(f"{name}.bias", np.concatenate([self._tensors[f"{part}.bias"] for part in parts]))
        joined = self._precision.project(writer, hidden, weight, f"{name}.joined")
        shape = writer.node("Concat", ["grid", writer.integers("joined_width", 3 * width)], f"{name}.shape", axis=0)
        joined = writer.node("Reshape", [joined, shape], f"{name}.grid")
        sizes = writer.integers("part_widths", width, width, width)
        projected = writer.nodes("Split", [joined, sizes], [f"{part}.projected" for part in parts], axis=-1)
        weighted = writer.node(
            "MultiHeadAttention", [*projected, bias, mask], f"{name}.weighted", MICROSOFT, num_heads=self._shape.heads
        )
        rows = writer.node("Reshape", [weighted, "row_shape"], f"{name}.rows")
        return self._residual(self._linear(rows, f"{name}.output.dense"), hidden, f"{name}.output")

    def _linear(self, inputs: str, name: str) -> str:
        product = self._precision.project(self._writer, inputs, self._tensors[f"{name}.weight"], f"{name}.product")
        return self._writer.node("Add", [product, self._weight(f"{name}.bias")], f"{name}.sum")

    def _residual(self, inputs: str, carried: str, name: str) -> str:
        total = self._writer.node("Add", [inputs, carried], f"{name}.residual")
        return self._normalised(total, f"{name}.LayerNorm")

    def _normalised(self, inputs: str, name: str) -> str:
        weights = [self._weight(f"{name}.weight"), self._weight(f"{name}.bias")]
        return self._writer.node(
            "LayerNormalization", [inputs, *weights], f"{name}.normalised", epsilon=self._shape.epsilon, axis=-1
        )

    def _weight(self, name: str) -> str:
        return self._writer.constant(name, self._tensors[name])
