"""The torch model back out of a bundle's graphs, so that a test needs no checkpoint."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper

from core.bundle import Bundle
from model.live import LiveConfig, LiveModel


def torch_model(bundle: Bundle) -> LiveModel:
    """The live model with the weights that the three graphs hold.

    Raises:
        KeyError: a weight of the model is in none of the graphs.
    """
    held: dict[str, np.ndarray] = {}
    for part in ("encoder", "decoder", "vocoder"):
        held |= _weights(bundle.path / f"{part}.onnx")
    model = LiveModel(LiveConfig(**bundle.manifest["provenance"]["config"])).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name != "voices.weight":
                parameter.copy_(torch.from_numpy(held[name]))
        for level, book in enumerate(model.books):
            book.vectors.copy_(torch.from_numpy(held[f"books.{level}.vectors"]))
    return model


def _weights(path: Path) -> dict[str, np.ndarray]:
    """Weights by the model's names, float32.

    The exporter transposes the matrices of linear layers and renames them; they are found by the bias that is added to
    their product.
    """
    graph = onnx.load(str(path)).graph
    held = {i.name.removesuffix("_f16"): numpy_helper.to_array(i) for i in graph.initializer}
    held = {name: value.astype(np.float32) for name, value in held.items() if value.dtype.kind == "f"}
    factors = {node.output[0]: node.input[1] for node in graph.node if node.op_type == "MatMul"}
    for node in graph.node:
        if node.op_type == "Add" and node.input[0] in factors and node.input[1].endswith(".bias"):
            held[node.input[1].removesuffix("bias") + "weight"] = held[factors[node.input[0]]].T
    return held
