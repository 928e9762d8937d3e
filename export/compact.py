"""Half-precision storage: weights are rounded to float16 before the export and stored so; arithmetic stays float32."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import nn

SMALLEST = 4096
"""Tensors with fewer numbers are left as they are: nothing is gained."""
PRECISION = "float16"
"""What the manifest says of such graphs."""


@torch.no_grad()
def round_weights(model: nn.Module) -> None:
    """Round every large parameter to float16 in place, so that torch and the stored graph hold the same numbers."""
    for parameter in model.parameters():
        if parameter.numel() >= SMALLEST:
            parameter.copy_(parameter.half().float())


def store_half(path: Path) -> None:
    """Rewrite a graph: each large float32 weight that float16 holds exactly becomes float16 and a Cast, which the
    runtime folds away when it loads the graph.
    """
    model = onnx.load(str(path))
    graph = model.graph
    casts = []
    for weight in list(graph.initializer):
        if weight.data_type != onnx.TensorProto.FLOAT:
            continue
        values = numpy_helper.to_array(weight)
        if values.size < SMALLEST:
            continue
        half = values.astype(np.float16)
        if not np.array_equal(half.astype(np.float32), values):
            continue
        stored = weight.name + "_f16"
        graph.initializer.remove(weight)
        graph.initializer.append(numpy_helper.from_array(half, stored))
        casts.append(onnx.helper.make_node("Cast", [stored], [weight.name], to=onnx.TensorProto.FLOAT))
    for cast in reversed(casts):
        graph.node.insert(0, cast)
    onnx.save(model, str(path))
