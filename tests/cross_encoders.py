"""Small cross-encoders that are really run: ONNX graphs that score how many tokens two questions share."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from workers.embedding_model import ModelFiles

FIRST_WORD = 999
"""Of the tokenizer's vocabulary: what is below are pads, separators and unused places."""
STEEPNESS = 40.0
POISON = "poison"
"""A pair with this word makes the graph fail, where that is asked for."""
POISON_ID = 9947
INPUTS = ("input_ids", "token_type_ids")
TOKENIZER = ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "config.json")


@dataclass(frozen=True)
class Making:
    """What the graph is like.

    Attributes:
        overlap: share of the tokens of both questions that the other one has too, from which on it agrees.
        work: products of large matrices that it makes before it answers: to be late, each some tens of milliseconds.
        is_poisoned: whether it fails on `POISON`.
        outputs: values a pair; a cross-encoder has one.
    """

    overlap: float = 0.7
    work: int = 0
    is_poisoned: bool = False
    outputs: int = 1


def write_cross_encoder(folder: Path, tokenizer: ModelFiles, making: Making | None = None) -> Path:
    """A folder as `policy.verifier_path` wants it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in TOKENIZER:
        shutil.copy(tokenizer.path / name, folder / name)
    onnx.save(_model(making or Making()), folder / "model.onnx")
    return folder


def _model(making: Making) -> onnx.ModelProto:
    graph = helper.make_graph(
        [*_overlap(), *_logit(making), *_trouble(making), *_width(making)],
        "overlap",
        [
            helper.make_tensor_value_info(n, TensorProto.INT64, ["batch", "tokens"])
            for n in ("input_ids", "token_type_ids")
        ],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", making.outputs])],
        initializer=_constants(making),
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    return model


def _overlap() -> list[onnx.NodeProto]:
    """`share`: of the words of both sides, so many stand on the other side too."""
    node = helper.make_node
    return [
        node("GreaterOrEqual", ["input_ids", "first_word"], ["is_word"]),
        node("Equal", ["token_type_ids", "one_int"], ["is_second"]),
        node("Not", ["is_second"], ["is_first"]),
        node("And", ["is_word", "is_first"], ["left"]),
        node("And", ["is_word", "is_second"], ["right"]),
        node("Unsqueeze", ["input_ids", "last"], ["column"]),
        node("Unsqueeze", ["input_ids", "middle"], ["row"]),
        node("Equal", ["column", "row"], ["alike"]),
        node("Unsqueeze", ["left", "last"], ["left_column"]),
        node("Unsqueeze", ["right", "middle"], ["right_row"]),
        node("And", ["left_column", "right_row"], ["across"]),
        node("And", ["alike", "across"], ["met"]),
        node("Cast", ["met"], ["met_number"], to=TensorProto.FLOAT),
        node("ReduceMax", ["met_number"], ["left_met"], axes=[2], keepdims=0),
        node("ReduceMax", ["met_number"], ["right_met"], axes=[1], keepdims=0),
        node("Add", ["left_met", "right_met"], ["all_met"]),
        node("ReduceSum", ["all_met", "middle"], ["met_count"], keepdims=1),
        node("Cast", ["is_word"], ["word_number"], to=TensorProto.FLOAT),
        node("ReduceSum", ["word_number", "middle"], ["word_count"], keepdims=1),
        node("Div", ["met_count", "word_count"], ["share"]),
    ]


def _logit(making: Making) -> list[onnx.NodeProto]:
    node = helper.make_node
    return [
        node("Sub", ["share", "overlap"], ["over"]),
        node("Mul", ["over", "steepness"], ["plain" if making.work or making.is_poisoned else "score"]),
    ]


def _trouble(making: Making) -> list[onnx.NodeProto]:
    """Work for nothing, whose result is added as zero; or a look beyond the end of a list when the poison is met."""
    node = helper.make_node
    if making.work:
        # The input decides the first factor, so that the work is not done once, when the model is loaded.
        products = [
            node("Cast", ["input_ids"], ["ids"], to=TensorProto.FLOAT),
            node("ReduceMax", ["ids"], ["some_id"], keepdims=0),
            node("Add", ["big", "some_id"], ["product_0"]),
        ]
        for number in range(making.work):
            products.append(node("MatMul", [f"product_{number}", "big"], [f"raw_{number}"]))
            products.append(node("Tanh", [f"raw_{number}"], [f"product_{number + 1}"]))
        end = f"product_{making.work}"
        return [
            *products,
            node("ReduceMax", [end], ["largest"], keepdims=0),
            node("Mul", ["largest", "nothing"], ["zero"]),
            node("Add", ["plain", "zero"], ["score"]),
        ]
    if making.is_poisoned:
        return [
            node("Equal", ["input_ids", "poison"], ["is_poison"]),
            node("Cast", ["is_poison"], ["poison_number"], to=TensorProto.INT64),
            node("ReduceMax", ["poison_number"], ["index"], axes=[1], keepdims=1),
            node("Gather", ["only_zero", "index"], ["zero"]),
            node("Add", ["plain", "zero"], ["score"]),
        ]
    return []


def _width(making: Making) -> list[onnx.NodeProto]:
    return [helper.make_node("Concat", ["score"] * making.outputs, ["logits"], axis=1)]


def _constants(making: Making) -> list[onnx.TensorProto]:
    values = {
        "first_word": np.array(FIRST_WORD, np.int64),
        "one_int": np.array(1, np.int64),
        "last": np.array([2], np.int64),
        "middle": np.array([1], np.int64),
        "overlap": np.array(making.overlap, np.float32),
        "steepness": np.array(STEEPNESS, np.float32),
    }
    if making.work:
        values |= {"big": np.full((1200, 1200), 0.001, np.float32), "nothing": np.array(0, np.float32)}
    if making.is_poisoned:
        values |= {"poison": np.array(POISON_ID, np.int64), "only_zero": np.zeros(1, np.float32)}
    return [numpy_helper.from_array(np.asarray(value), name) for name, value in values.items()]
