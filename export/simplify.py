"""Fewer and cheaper nodes for the same numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import helper, numpy_helper

THERE, BACK = [1, 0, 2], [2, 0, 1, 3]
"""How the exporter turns (B, T, C) to pick frames, and the picked frames (T', K, B, C) back again."""


def pick_in_place(path: Path) -> int:
    """Rewrite a graph: Transpose, GatherND and Transpose become one Gather of frames, and nothing is turned about.

    The exporter writes the three for `x[:, index]` with a constant index (T', K): the taps of a convolution.

    Returns:
        How many were found.
    """
    model = onnx.load(str(path))
    graph = model.graph
    constants = {weight.name: weight for weight in graph.initializer}
    makers = {name: node for node in graph.node for name in node.output}
    takers: dict[str, list[onnx.NodeProto]] = {}
    for node in graph.node:
        for name in node.input:
            takers.setdefault(name, []).append(node)
    gone, new = set(), {}
    for node in graph.node:
        before, after = makers.get(node.input[0]) if node.input else None, takers.get(node.output[0], [])
        if node.op_type != "GatherND" or node.input[1] not in constants or before is None or len(after) != 1:
            continue
        index = numpy_helper.to_array(constants[node.input[1]])
        turned = _order(before) == THERE and _order(after[0]) == BACK
        if not turned or index.ndim != 3 or index.shape[2] != 1 or any(a.i for a in node.attribute):
            continue
        flat = f"{node.input[1]}_frames"
        if flat not in constants:
            constants[flat] = numpy_helper.from_array(np.ascontiguousarray(index[..., 0]), flat)
            graph.initializer.append(constants[flat])
        new[node.output[0]] = helper.make_node("Gather", [before.input[0], flat], list(after[0].output), axis=1)
        gone |= {after[0].output[0]}
        if len(takers[before.output[0]]) == 1:
            gone |= {before.output[0]}
    nodes = [new.get(node.output[0], node) for node in graph.node if node.output[0] not in gone]
    graph.ClearField("node")
    graph.node.extend(nodes)
    used = {name for node in nodes for name in node.input}
    kept = [weight for weight in graph.initializer if weight.name in used]
    graph.ClearField("initializer")
    graph.initializer.extend(kept)
    onnx.save(model, str(path))
    return len(new)


def _order(node: onnx.NodeProto) -> list[int]:
    return list(node.attribute[0].ints) if node.op_type == "Transpose" else []
