"""A pen for ONNX graphs: nodes and constants by name, then one checked model."""

from __future__ import annotations

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

OPSET = 20
"""The first with Gelu."""
IR_VERSION = 10
MICROSOFT = "com.microsoft"
"""The domain of ONNX Runtime's own operators."""

AnyArray = NDArray[np.float32] | NDArray[np.int64] | NDArray[np.int8] | NDArray[np.uint8]


class OnnxWriter:
    """Collects a graph in topological order. A name written twice is written once."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._constants: dict[str, onnx.TensorProto] = {}

    def node(self, operator: str, inputs: list[str], output: str, domain: str = "", **attributes: object) -> str:
        """Write a node with one output, named like it; returns that name."""
        return self.nodes(operator, inputs, [output], domain, **attributes)[0]

    def nodes(
        self, operator: str, inputs: list[str], outputs: list[str], domain: str = "", **attributes: object
    ) -> list[str]:
        """Write a node with several outputs, named like the first; returns their names."""
        node = helper.make_node(operator, inputs, outputs, outputs[0], domain=domain or None, **attributes)
        self._nodes.append(node)
        return outputs

    def constant(self, name: str, value: AnyArray) -> str:
        """Write a constant tensor; returns its name."""
        if name not in self._constants:
            self._constants[name] = numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def integers(self, name: str, *values: int) -> str:
        """Write a constant vector of int64, as shapes and axes are given."""
        return self.constant(name, np.array(values, dtype=np.int64))

    def model(self, inputs: list[str], output: str, width: int) -> onnx.ModelProto:
        """The checked model: int64 `inputs` of (batch, tokens), a float32 `output` of (batch, tokens, width)."""
        grid = ["batch", "tokens"]
        graph = helper.make_graph(
            self._nodes,
            "bert",
            [helper.make_tensor_value_info(name, TensorProto.INT64, grid) for name in inputs],
            [helper.make_tensor_value_info(output, TensorProto.FLOAT, [*grid, width])],
            list(self._constants.values()),
        )
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(MICROSOFT, 1)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION, producer_name="semantic-cache")
        onnx.checker.check_model(model)
        return model
