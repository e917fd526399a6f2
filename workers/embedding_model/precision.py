"""The two ways to hold a weight: as it is, and in int8.

Int8 here is not what `quantize_dynamic` makes. That scales the activations of a whole batch by their one largest
value, so a text's vector depends on the texts beside it (cosine .986 between one text alone and in a batch of 32).
Here each token's activations have a scale of their own: a text has one vector, whatever the batch, and that is
nearer to the float model (lowest cosine over 512 questions .994, against .987), in the same time.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto

from workers.embedding_model.onnx_writer import MICROSOFT, OnnxWriter

Matrix = NDArray[np.float32]

WEIGHT_LEVELS = 63
"""Seven of the eight bits: x86 without VNNI sums pairs of products in 16 bits, which larger weights overflow. So
all machines compute the same, for .003 of cosine."""
TABLE_LEVELS = 127
ACTIVATION_LEVELS = 127
ACTIVATION_ZERO = 128
"""Activations are unsigned around it: the runtime has no fast path for signed times signed."""


class Precision(Protocol):
    """How an encoder's large matrices are written."""

    def lookup(self, writer: OnnxWriter, table: Matrix, ids: str, name: str) -> str:
        """Rows of `table` (rows, width) for int64 `ids`; returns the output's name."""

    def project(self, writer: OnnxWriter, inputs: str, weight: Matrix, name: str) -> str:
        """`inputs` (rows, in) times the transpose of `weight` (out, in); returns the output's name."""


class Float32:
    """Everything as the checkpoint has it: the reference."""

    def lookup(self, writer: OnnxWriter, table: Matrix, ids: str, name: str) -> str:
        """A plain Gather."""
        return writer.node("Gather", [writer.constant(f"{name}.table", table), ids], name)

    def project(self, writer: OnnxWriter, inputs: str, weight: Matrix, name: str) -> str:
        """A plain MatMul."""
        return writer.node("MatMul", [inputs, writer.constant(f"{name}.weight", weight.T)], name)


class Int8:
    """Weights with a scale for each output, activations with a scale for each token."""

    def lookup(self, writer: OnnxWriter, table: Matrix, ids: str, name: str) -> str:
        """Gathers int8 rows and their scales."""
        quantised, scales = _quantise_rows(table, TABLE_LEVELS)
        rows = writer.node("Gather", [writer.constant(f"{name}.table", quantised), ids], f"{name}.rows")
        floats = writer.node("Cast", [rows], f"{name}.floats", to=TensorProto.FLOAT)
        scale_table = writer.constant(f"{name}.scales", scales[:, np.newaxis])
        row_scales = writer.node("Gather", [scale_table, ids], f"{name}.row_scales")
        return writer.node("Mul", [floats, row_scales], name)

    def project(self, writer: OnnxWriter, inputs: str, weight: Matrix, name: str) -> str:
        """Quantises each row, multiplies in integers, scales back."""
        quantised, scales = _quantise_rows(weight, WEIGHT_LEVELS)
        zero = writer.constant("activation_zero", np.array(ACTIVATION_ZERO, dtype=np.uint8))
        row_scales, rows = self._quantise_activations(writer, inputs, zero)
        product = writer.node(
            "MatMulIntegerToFloat",
            [
                rows,
                writer.constant(f"{name}.weight", quantised.T),
                writer.constant("one", np.array(1, dtype=np.float32)),
                writer.constant(f"{name}.scales", scales),
                zero,
            ],
            f"{name}.product",
            MICROSOFT,
        )
        return writer.node("Mul", [product, row_scales], name)

    def _quantise_activations(self, writer: OnnxWriter, inputs: str, zero: str) -> tuple[str, str]:
        """Scales (rows, 1) and uint8 values of `inputs`. A row is never all zeros: each follows a bias."""
        axis = writer.integers("columns", 1)
        largest = writer.node(
            "ReduceMax", [writer.node("Abs", [inputs], f"{inputs}.abs"), axis], f"{inputs}.max", keepdims=1
        )
        level = writer.constant("activation_level", np.array(1 / ACTIVATION_LEVELS, dtype=np.float32))
        scales = writer.node("Mul", [largest, level], f"{inputs}.scales")
        flat = writer.node("Squeeze", [scales, axis], f"{inputs}.flat_scales")
        rows = writer.node("Shape", [flat], f"{inputs}.rows")
        zeros = writer.node("Expand", [zero, rows], f"{inputs}.zeros")
        return scales, writer.node("QuantizeLinear", [inputs, flat, zeros], f"{inputs}.quantised", axis=0)


def _quantise_rows(matrix: Matrix, levels: int) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Symmetric rounding with a scale for each row."""
    scales = (np.abs(matrix).max(axis=1) / levels).astype(np.float32)
    scales[scales == 0] = 1
    return np.rint(matrix / scales[:, np.newaxis]).astype(np.int8), scales
