"""The graphs against BERT's encoder written in NumPy, on small random weights."""

from __future__ import annotations

import math

import numpy as np
import onnxruntime
import pytest
from numpy.typing import NDArray

from workers.embedding_model.bert_graph import BertGraph, BertShape, Tensors
from workers.embedding_model.precision import Float32, Int8, Precision

Floats = NDArray[np.float32]
SHAPE = BertShape(layers=2, heads=4, width=64)
VOCABULARY, POSITIONS, INNER = 100, 32, 128


def random_weights(seed: int = 7, shape: BertShape = SHAPE) -> dict[str, Floats]:
    """A checkpoint of `shape`, but for few words and narrow inner layers."""
    random = np.random.default_rng(seed)

    def normal(*sizes: int) -> Floats:
        return random.normal(0, 0.3, sizes).astype(np.float32)

    width = shape.width
    weights = {
        "embeddings.word_embeddings.weight": normal(VOCABULARY, width),
        "embeddings.token_type_embeddings.weight": normal(2, width),
        "embeddings.position_embeddings.weight": normal(POSITIONS, width),
    }
    norms = ["embeddings.LayerNorm"]
    linears: dict[str, tuple[int, int]] = {}
    for layer in range(shape.layers):
        name = f"encoder.layer.{layer}"
        for part in ("self.query", "self.key", "self.value", "output.dense"):
            linears[f"{name}.attention.{part}"] = (width, width)
        linears[f"{name}.intermediate.dense"] = (INNER, width)
        linears[f"{name}.output.dense"] = (width, INNER)
        norms += [f"{name}.attention.output.LayerNorm", f"{name}.output.LayerNorm"]
    for name, sizes in linears.items():
        weights |= {f"{name}.weight": normal(*sizes), f"{name}.bias": normal(sizes[0])}
    for name in norms:
        weights |= {f"{name}.weight": 1 + normal(width), f"{name}.bias": normal(width)}
    return weights


class Reference:
    """The encoder for one text without padding: rows are tokens."""

    def __init__(self, weights: Tensors) -> None:
        self.weights = weights

    def __call__(self, ids: list[int]) -> Floats:
        weights = self.weights
        hidden = (
            weights["embeddings.word_embeddings.weight"][ids]
            + weights["embeddings.token_type_embeddings.weight"][0]
            + weights["embeddings.position_embeddings.weight"][: len(ids)]
        )
        hidden = self.normalised(hidden, "embeddings.LayerNorm")
        for layer in range(SHAPE.layers):
            name = f"encoder.layer.{layer}"
            attended = self.linear(self.attended(hidden, f"{name}.attention.self"), f"{name}.attention.output.dense")
            hidden = self.normalised(attended + hidden, f"{name}.attention.output.LayerNorm")
            inner = self.linear(hidden, f"{name}.intermediate.dense")
            inner = inner * (1 + np.vectorize(math.erf)(inner / math.sqrt(2))) / 2
            outer = self.linear(inner, f"{name}.output.dense")
            hidden = self.normalised(outer + hidden, f"{name}.output.LayerNorm")
        return hidden

    def linear(self, rows: Floats, name: str) -> Floats:
        return rows @ self.weights[f"{name}.weight"].T + self.weights[f"{name}.bias"]

    def normalised(self, rows: Floats, name: str) -> Floats:
        centred = rows - rows.mean(axis=1, keepdims=True)
        scaled = centred / np.sqrt(rows.var(axis=1, keepdims=True) + SHAPE.epsilon)
        normalised: Floats = scaled * self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"]
        return normalised

    def attended(self, hidden: Floats, name: str) -> Floats:
        parts = (self.linear(hidden, f"{name}.{part}") for part in ("query", "key", "value"))
        query, key, value = (part.reshape(len(hidden), SHAPE.heads, -1).transpose(1, 0, 2) for part in parts)
        scores = query @ key.transpose(0, 2, 1) / math.sqrt(query.shape[-1])
        shares = np.exp(scores - scores.max(axis=-1, keepdims=True))
        shares /= shares.sum(axis=-1, keepdims=True)
        weighted: Floats = (shares @ value).transpose(1, 0, 2).reshape(len(hidden), -1)
        return weighted


def run(precision: Precision, weights: Tensors, texts: list[list[int]]) -> list[Floats]:
    """The graph's output for each text, padding cut off."""
    model = BertGraph(weights, SHAPE, precision).build().SerializeToString()
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    longest = max(map(len, texts))
    ids = np.array([text + [0] * (longest - len(text)) for text in texts])
    mask = np.array([[1] * len(text) + [0] * (longest - len(text)) for text in texts])
    inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
    (output,) = session.run(["last_hidden_state"], inputs)
    return [rows[: len(text)] for rows, text in zip(output, texts, strict=True)]


TEXTS = [[1, 2, 3, 4, 5], [9, 8], [99, 1, 50, 50, 50, 50, 2, 7, 7]]


def test_float_graph_computes_what_bert_is() -> None:
    weights = random_weights()
    expected = [Reference(weights)(text) for text in TEXTS]
    for found, wanted in zip(run(Float32(), weights, TEXTS), expected, strict=True):
        np.testing.assert_allclose(found, wanted, atol=2e-4)


def test_int8_graph_stays_near_the_float_one() -> None:
    weights = random_weights()
    for found, wanted in zip(run(Int8(), weights, TEXTS), run(Float32(), weights, TEXTS), strict=True):
        cosines = (found * wanted).sum(1) / np.linalg.norm(found, axis=1) / np.linalg.norm(wanted, axis=1)
        assert cosines.min() > 0.99


@pytest.mark.parametrize("precision", [Float32(), Int8()], ids=["float32", "int8"])
def test_a_text_is_the_same_in_any_company(precision: Precision) -> None:
    weights = random_weights()
    together = run(precision, weights, TEXTS)
    for text, found in zip(TEXTS, together, strict=True):
        (alone,) = run(precision, weights, [text])
        np.testing.assert_allclose(found, alone, atol=1e-4)


def test_a_row_of_zeros_in_a_weight_is_no_division_by_zero(recwarn: pytest.WarningsRecorder) -> None:
    weights = random_weights()
    weights["encoder.layer.0.intermediate.dense.weight"][3] = 0
    (found,) = run(Int8(), weights, TEXTS[:1])
    assert np.isfinite(found).all()
    assert not recwarn.list


def test_the_same_weights_give_the_same_bytes() -> None:
    first, second = (BertGraph(random_weights(), SHAPE, Int8()).build().SerializeToString() for _ in range(2))
    assert first == second
