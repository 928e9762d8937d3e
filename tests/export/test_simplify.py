"""Rewritten nodes give the same numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper

from export.simplify import pick_in_place

TAPS = np.array([[0, 2, 4], [1, 3, 5]])


def picking(path: Path, back: list[int]) -> np.ndarray:
    """What the exporter writes for `x[:, TAPS]`, x (1, 6, 4), and its result, (1, 2, 3, 4) if `back` is its own."""
    nodes = [
        helper.make_node("Transpose", ["x"], ["turned"], perm=[1, 0, 2]),
        helper.make_node("GatherND", ["turned", "index"], ["picked"], batch_dims=0),
        helper.make_node("Transpose", ["picked"], ["y"], perm=back),
    ]
    given = [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 6, 4])]
    result = [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)]
    graph = helper.make_graph(nodes, "test", given, result, [numpy_helper.from_array(TAPS[..., None], "index")])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10), str(path))
    return run(path)


def run(path: Path) -> np.ndarray:
    session = ort.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return np.asarray(session.run(["y"], {"x": np.arange(24, dtype=np.float32).reshape(1, 6, 4)})[0])


def test_frames_are_picked_in_place(tmp_path: Path) -> None:
    wanted = picking(tmp_path / "graph.onnx", [2, 0, 1, 3])
    assert pick_in_place(tmp_path / "graph.onnx") == 1
    assert [node.op_type for node in onnx.load(str(tmp_path / "graph.onnx")).graph.node] == ["Gather"]
    found = run(tmp_path / "graph.onnx")
    assert np.array_equal(found, wanted)
    assert np.array_equal(found, np.arange(24, dtype=np.float32).reshape(1, 6, 4)[:, TAPS])


def test_another_order_is_left_alone(tmp_path: Path) -> None:
    wanted = picking(tmp_path / "graph.onnx", [0, 1, 2, 3])
    assert pick_in_place(tmp_path / "graph.onnx") == 0
    assert np.array_equal(run(tmp_path / "graph.onnx"), wanted)


@pytest.mark.filterwarnings("ignore")
def test_it_is_what_the_exporter_writes(tmp_path: Path) -> None:
    """Should a newer exporter write something else, this says so: the vocoder's blocks would take longer then."""

    class Taps(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x[:, torch.from_numpy(TAPS)] * 2

    program = torch.onnx.export(Taps(), (torch.zeros(1, 6, 4),), dynamo=True, verbose=False, opset_version=20)
    assert program is not None
    program.save(str(tmp_path / "graph.onnx"))
    assert pick_in_place(tmp_path / "graph.onnx") == 1
