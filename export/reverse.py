"""A bundle's graphs back to the torch model: to train on from what ships, and to fit voices to it.

The exporter keeps the names of parameters, except for the matrices of linear layers, which it transposes: these are
called `NAME.T` (`export.names`). In bundles from before that they are found by the bias, whose name is kept, that is
added to their product. Matrices in 8 bits come back as the numbers that their bytes stand for.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor

from core.bundle import Bundle
from core.errors import BundleError
from core.manifest import GRAPHS
from export.eight_bits import MATRIX, OPERATOR, dequantise, held_matrices
from export.names import TURNED
from model.live import LiveConfig, LiveModel
from model.quantizer import Codebook

STATISTICS = 30.0
"""Uses of each entry that the moving averages of a codebook start from; a bundle holds its vectors only."""


def model_from_bundle(bundle: Bundle) -> LiveModel:
    """The torch model, in evaluation mode; its table of voices holds the bundle's bank, in that order.

    Raises:
        BundleError: the bundle does not say of which sizes it is, or its graphs are not of this version's model.
    """
    sizes = bundle.manifest["provenance"].get("config")
    if not isinstance(sizes, dict):
        raise BundleError(f"{bundle.path} does not tell the sizes of its model; it can be used, but not trained on")
    lists: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in sizes.items()}
    try:
        model = LiveModel(LiveConfig(**{**lists, "voices": len(bundle.voices)}))
    except TypeError as error:
        raise BundleError(f"{bundle.path} is of another version's model ({error}); export it anew") from error
    held: dict[str, Tensor] = {}
    for graph in GRAPHS:
        held |= _weights(bundle.graph_path(graph))
    state = model.state_dict()
    for name, parameter in model.named_parameters():
        if name != "voices.weight":
            state[name] = _fitting(held, name, parameter.shape, bundle)
    rows = np.stack([bundle.voices.row(name) for name in bundle.voices.names])
    state["voices.weight"], state["voice_range"] = torch.from_numpy(rows).split([model.config.voice_dim, 2], dim=1)
    model.load_state_dict(state)
    for level, book in enumerate(model.books):
        _refill(book, _fitting(held, f"books.{level}.vectors", book.vectors.shape, bundle))
    return model.eval()


def _weights(path: Path) -> dict[str, Tensor]:
    """All float tensors of a graph by the model's names, float32."""
    graph = onnx.load(str(path)).graph
    held = {}
    for stored in graph.initializer:
        values = numpy_helper.to_array(stored)
        if values.dtype.kind == "f":
            held[stored.name.removesuffix("_f16")] = torch.from_numpy(values.astype(np.float32))
    factors = {node.output[0]: node.input[1] for node in graph.node if node.op_type == "MatMul"}
    in_8_bits = held_matrices(graph)
    for node in graph.node:
        if node.op_type == OPERATOR:
            name = node.input[1].removesuffix(MATRIX)
            rows = next(a.i for a in node.attribute if a.name == "K")
            held[name] = torch.from_numpy(dequantise(*in_8_bits[name], rows))
            factors[node.output[0]] = name
    for name in [name for name in held if name.endswith(TURNED)]:
        held[name.removesuffix(TURNED)] = held[name].t().contiguous()
    for node in graph.node:
        if node.op_type != "Add":
            continue
        for product, bias in (node.input, reversed(node.input)):
            if product in factors and bias.endswith(".bias") and factors[product] in held:
                held.setdefault(bias.removesuffix("bias") + "weight", held[factors[product]].t().contiguous())
    return held


def _fitting(held: dict[str, Tensor], name: str, shape: torch.Size, bundle: Bundle) -> Tensor:
    if name not in held or held[name].shape != shape:
        found = list(held[name].shape) if name in held else "not there"
        raise BundleError(f"{bundle.path}: {name} should be {list(shape)} and is {found}; export it anew")
    return held[name]


@torch.no_grad()
def _refill(book: Codebook, vectors: Tensor) -> None:
    book.vectors.copy_(vectors)
    book.counts.fill_(STATISTICS)
    book.sums.copy_(vectors * STATISTICS)
    book.ready.fill_(True)
