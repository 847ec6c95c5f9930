"""The weights of a shipped model, for a run that begins where an earlier one ended.

Eight bits a weight become single precision again; word embeddings are the base's own, since no
run changes them.
"""

from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
import torch
from onnx import numpy_helper

Weights = dict[str, torch.Tensor]

_PARTS: Final = (
    "attention.self.query", "attention.self.key", "attention.self.value",
    "attention.output.dense", "intermediate.dense", "output.dense",
)  # fmt: skip
"""The products of matrices in one layer, in the order of the graph."""

_KEPT: Final = ("token_type_embeddings", "position_embeddings")


def shipped_weights(model: Path, base: Weights) -> Weights:
    """The weights of `base` with those of the shipped ONNX file in their place."""
    graph = onnx.load(str(model)).graph
    stored = {one.name: numpy_helper.to_array(one) for one in graph.initializer}
    products = [node.input[1] for node in graph.node if node.op_type == "MatMulInteger"]
    n_layers = (len(products) - 2) // len(_PARTS)
    layers = [f"base.encoder.layer.{n}.{part}" for n in range(n_layers) for part in _PARTS]
    names = [f"{name}.weight" for name in (*layers, "dense", "out")]
    found = {name: _plain(stored, key).T for name, key in zip(names, products, strict=True)}
    for kept in _KEPT:
        name = f"base.embeddings.{kept}.weight"
        found[name] = _plain(stored, f"{name}_quantized")
    found |= {name: stored[name] for name in base if name in stored}
    return base | {name: torch.tensor(np.ascontiguousarray(one)) for name, one in found.items()}


def _plain(stored: dict[str, Any], name: str) -> Any:  # noqa: ANN401 - numpy without a shape
    key = name.removesuffix("_quantized")
    exact = stored[name].astype(np.float32) - stored[f"{key}_zero_point"].astype(np.float32)
    return exact * stored[f"{key}_scale"]
