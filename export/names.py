"""Names for matrices: the exporter transposes those of linear layers and calls them by a number."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper
from torch import nn

TURNED = ".T"
"""Ending of the name of a parameter that a graph holds transposed."""


def name_matrices(path: Path, module: nn.Module) -> None:
    """Rewrite a graph: a matrix that equals a parameter of the module, as it is or transposed, gets its name."""
    known: dict[str, str] = {}
    for name, parameter in module.named_parameters():
        if parameter.dim() == 2:
            values = parameter.detach().numpy()
            known.setdefault(_mark(values), name)
            known.setdefault(_mark(values.T), name + TURNED)
    model = onnx.load(str(path))
    graph = model.graph
    taken = {weight.name for weight in graph.initializer}
    renamed = {}
    for weight in graph.initializer:
        if len(weight.dims) != 2 or weight.data_type != onnx.TensorProto.FLOAT:
            continue
        equal = known.get(_mark(numpy_helper.to_array(weight)), weight.name)
        if equal not in taken:
            taken.add(equal)
            renamed[weight.name] = equal
            weight.name = equal
    for node in graph.node:
        node.input[:] = [renamed.get(name, name) for name in node.input]
    onnx.save(model, str(path))


def _mark(values: np.ndarray) -> str:
    return f"{values.shape} {hashlib.sha256(np.ascontiguousarray(values).tobytes()).hexdigest()}"
