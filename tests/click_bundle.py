"""A bundle for measuring: it keeps to the contract, but its voice is a click where the input had its loudest sample.

Codes and prosody carry the place and the size of each block's loudest sample; the vocoder sets a click there one block
later (delay 480, like the real model's) and adds a little noise, so that its voice never stops by itself.
Cheap enough that a busy machine does not spoil what is measured of the engine around it.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from core.bundle import Bundle, Shapes, write_manifest
from core.voices import VoiceBank, VoiceInfo

NOISE = 0.02
"""Standard deviation of the voice's noise."""
VOICE_DIM = 66
CLICK = 0.8
"""Size of the clicks."""


def make(folder: Path) -> Bundle:
    """Write the bundle into `folder` and load it."""
    folder.mkdir(parents=True, exist_ok=True)
    shapes: Shapes = {}
    for name, (inputs, outputs, nodes, constants) in _graphs().items():
        graph = helper.make_graph(
            nodes,
            name,
            [_value(key, shape) for key, shape in inputs.items()],
            [_value(key, shape) for key, shape in outputs.items()],
            [numpy_helper.from_array(value, key) for key, value in constants.items()],
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
        onnx.checker.check_model(model)
        onnx.save(model, str(folder / f"{name}.onnx"))
        shapes[name] = {"inputs": inputs, "outputs": outputs}
    rows = np.zeros((2, VOICE_DIM), np.float32)
    rows[:, -2:] = (5.0, 0.2)
    VoiceBank(rows, [VoiceInfo("click", "F", ""), VoiceInfo("clack", "M", "")]).save(folder / "voices.safetensors")
    return write_manifest(
        folder,
        name="click",
        created="2026-01-01",
        delay=480,
        graphs=shapes,
        codebooks=[2, 2, 2],
        default_voice="click",
        licence="MIT",
        provenance={},
        measured={},
    )


def _value(name: str, shape: list[int]) -> onnx.ValueInfoProto:
    kind = TensorProto.INT64 if name == "codes" else TensorProto.FLOAT
    return helper.make_tensor_value_info(name, kind, shape)


def _node(kind: str, inputs: str, outputs: str, **attributes: object) -> onnx.NodeProto:
    return helper.make_node(kind, inputs.split(), outputs.split(), **attributes)  # type: ignore[arg-type]


def _graphs() -> dict[str, tuple[dict[str, list[int]], dict[str, list[int]], list[onnx.NodeProto], dict[str, object]]]:
    f4 = np.float32
    return {
        "encoder": (
            {"audio": [1, 480], "state": [1, 1]},
            {"codes": [1, 3], "prosody": [1, 2, 3], "state_out": [1, 1]},
            [
                _node("Abs", "audio", "size"),
                _node("ArgMax", "size", "place_i", axis=1, keepdims=1),
                _node("Cast", "place_i", "place", to=TensorProto.FLOAT),
                _node("ReduceMax", "size axes", "loud", keepdims=1),
                _node("Concat", "place loud loud place loud loud", "flat", axis=1),
                _node("Reshape", "flat shape", "prosody"),
                _node("Expand", "zero three", "codes"),
                _node("Identity", "state", "state_out"),
            ],
            {
                "axes": np.array([1]), "shape": np.array([1, 2, 3]), "zero": np.zeros((1, 1), np.int64),
                "three": np.array([1, 3]),
            },
        ),
        "decoder": (
            {
                "codes": [1, 3], "prosody": [1, 2, 3], "voice": [1, VOICE_DIM], "knob": [1, 1], "state": [1, 1],
            },
            {"mel": [1, 2, 80], "f0": [1, 2], "voicing": [1, 2], "state_out": [1, 1]},
            [
                _node("Gather", "prosody first", "f0", axis=2),
                _node("Gather", "prosody second", "voicing", axis=2),
                _node("Expand", "zero mels", "mel"),
                _node("Identity", "state", "state_out"),
            ],
            {
                "first": np.array(0), "second": np.array(1), "zero": np.zeros((1, 1, 1), f4),
                "mels": np.array([1, 2, 80]),
            },
        ),
        "vocoder": (
            {"mel": [1, 2, 80], "f0": [1, 2], "voicing": [1, 2], "noise": [1, 480], "state": [1, 480]},
            {"audio": [1, 480], "state_out": [1, 480]},
            [
                _node("Slice", "f0 zero one one", "place"),
                _node("Slice", "voicing zero one one", "loud"),
                _node("Greater", "loud threshold", "is_loud"),
                _node("Sub", "index place", "offset"),
                _node("Abs", "offset", "distance"),
                _node("Less", "distance half", "is_there"),
                _node("And", "is_there is_loud", "is_click"),
                _node("Cast", "is_click", "ones", to=TensorProto.FLOAT),
                _node("Mul", "ones click", "state_out"),
                _node("Mul", "noise little", "hiss"),
                _node("Add", "state hiss", "audio"),
            ],
            {
                "zero": np.array([0]), "one": np.array([1]), "threshold": np.array(0.3, f4), "half": np.array(0.5, f4),
                "index": np.arange(480, dtype=f4)[None], "click": np.array(CLICK, f4), "little": np.array(NOISE, f4),
            },
        ),
    }  # fmt: skip
