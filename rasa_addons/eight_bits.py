"""MiniLM's network as an ONNX graph whose weights have eight bits.

Each column of a weight matrix has a scale of its own, fixed here; each token's numbers
get theirs when they are known. So a token's result does not depend on the sentences
that share its batch, and a sentence is read in training as it is in service.
"""

from __future__ import annotations

from typing import Any, Dict, List

import numpy as np
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

DIMENSIONS = 384
LAYERS = 6
# Half-way a sentence is still near its words; at the end it is what they mean.
MIDDLE_LAYER = 4
HEADS = 12
EPSILON = 1e-12
# Processors without VNNI add two products in 16 bits: with weights over 64 that
# overflows, and the same sentence would be read otherwise on another machine.
LEVELS = 63
OPSET = 17
IR_VERSION = 8

Weights = Dict[str, np.ndarray]


def network(weights: Weights) -> bytes:
    """The serialised graph.

    Inputs: ``state``, float32 of (texts, tokens, 384), the sum of the embeddings;
    ``hidden``, of (texts, 1, 1, tokens), 0 for a token and a very low number for
    padding. Outputs: the state after ``MIDDLE_LAYER`` layers, and at the end.
    """
    graph = _Graph(weights)
    state = graph.normalised("state", "embeddings.LayerNorm")
    outputs = []
    for number in range(LAYERS):
        state = graph.layer(state, f"encoder.layer.{number}.")
        if number + 1 in (MIDDLE_LAYER, LAYERS):
            outputs.append(state)
    return bytes(graph.model(outputs).SerializeToString())


class _Graph:
    """Nodes in the order of their making; a name is the value of that node."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._nodes: List[NodeProto] = []
        self._constants: List[TensorProto] = []
        self._zero = self._constant(np.array(128, dtype=np.uint8))

    def model(self, outputs: List[str]) -> ModelProto:
        """All nodes so far, with these values as results."""
        value = helper.make_tensor_value_info
        wide = ["texts", "tokens", DIMENSIONS]
        graph = helper.make_graph(
            self._nodes,
            "minilm",
            [
                value("state", TensorProto.FLOAT, wide),
                value("hidden", TensorProto.FLOAT, ["texts", 1, 1, "tokens"]),
            ],
            [value(name, TensorProto.FLOAT, wide) for name in outputs],
            self._constants,
        )
        opset = helper.make_opsetid("", OPSET)
        return helper.make_model(graph, opset_imports=[opset], ir_version=IR_VERSION)

    def layer(self, state: str, at: str) -> str:
        """Attention, then two dense steps, each with a residual."""
        seen = self._attention(state, f"{at}attention.self.")
        attended = self._dense(seen, f"{at}attention.output.dense")
        state = self.normalised(
            self._node("Add", attended, state), f"{at}attention.output.LayerNorm"
        )
        wide = self._gelu(self._dense(state, f"{at}intermediate.dense"))
        narrow = self._dense(wide, f"{at}output.dense")
        return self.normalised(
            self._node("Add", narrow, state), f"{at}output.LayerNorm"
        )

    def normalised(self, x: str, name: str) -> str:
        """Mean 0 and spread 1 a token, then scaled and shifted."""
        scale = self._constant(self._weights[f"{name}.weight"])
        shift = self._constant(self._weights[f"{name}.bias"])
        return self._node(
            "LayerNormalization", x, scale, shift, axis=-1, epsilon=EPSILON
        )

    def _attention(self, state: str, at: str) -> str:
        # One product for query, key and value instead of three.
        qkv = self._dense(state, *(f"{at}{part}" for part in ("query", "key", "value")))
        heads = self._shape(0, 0, 3, HEADS, DIMENSIONS // HEADS)
        parts = self._node(
            "Transpose", self._node("Reshape", qkv, heads), perm=[2, 0, 3, 1, 4]
        )
        query, key, value = (
            self._node("Gather", parts, self._constant(np.array(part)), axis=0)
            for part in range(3)
        )
        scores = self._node(
            "MatMul", query, self._node("Transpose", key, perm=[0, 1, 3, 2])
        )
        scaled = self._node("Mul", scores, self._number((DIMENSIONS // HEADS) ** -0.5))
        shares = self._node("Softmax", self._node("Add", scaled, "hidden"), axis=-1)
        mixed = self._node(
            "Transpose", self._node("MatMul", shares, value), perm=[0, 2, 1, 3]
        )
        return self._node("Reshape", mixed, self._shape(0, 0, DIMENSIONS))

    def _dense(self, x: str, *names: str) -> str:
        """``x`` times the named matrices, side by side, plus their biases."""
        weight = np.concatenate([self._weights[f"{n}.weight"] for n in names]).T
        bias = np.concatenate([self._weights[f"{n}.bias"] for n in names])
        scale = np.abs(weight).max(0) / LEVELS
        rounded = self._constant(np.round(weight / scale).astype(np.int8))
        top = self._node("ReduceMax", self._node("Abs", x), axes=[-1], keepdims=1)
        some = self._node("Max", top, self._number(1e-9))
        step = self._node("Div", some, self._number(127.0))
        signed = self._node("Round", self._node("Div", x, step))
        short = self._node(
            "Cast", self._node("Add", signed, self._number(128.0)), to=TensorProto.UINT8
        )
        product = self._node(
            "Cast",
            self._node("MatMulInteger", short, rounded, self._zero),
            to=TensorProto.FLOAT,
        )
        scaled = self._node(
            "Mul", self._node("Mul", product, step), self._constant(scale)
        )
        return self._node("Add", scaled, self._constant(bias))

    def _gelu(self, x: str) -> str:
        """``x`` times the normal distribution function of ``x``."""
        tail = self._node("Erf", self._node("Mul", x, self._number(2**-0.5)))
        doubled = self._node("Add", tail, self._number(1.0))
        return self._node("Mul", self._node("Mul", x, self._number(0.5)), doubled)

    def _node(self, kind: str, *inputs: str, **settings: Any) -> str:
        name = f"value{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, list(inputs), [name], **settings))
        return name

    def _number(self, value: float) -> str:
        return self._constant(np.array(value, dtype=np.float32))

    def _shape(self, *sizes: int) -> str:
        """For Reshape, where 0 is "as it was"."""
        return self._constant(np.array(sizes, dtype=np.int64))

    def _constant(self, value: np.ndarray) -> str:
        name = f"constant{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(value, name))
        return name
