"""Making parallel speech with a tiny graph of a Kokoro export's inputs, outputs and inner tensors."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
import soundfile
from onnx import TensorProto, helper, numpy_helper

from core.errors import ConfigError
from training.data.kokoro import DURATION_TENSOR, F0_TENSOR, Kokoro
from training.data.parallel import list_parallel
from training.data.prepare import label
from training.data.synthesize import synthesize

SYMBOLS = {" ": 4, "ˈ": 1, "a": 2, "s": 3}
PHONES = "ˈa sˈa sˈa"


def stand_in(path: Path) -> Path:
    """Every symbol lasts 8 / speed frames; the voice is a sine of 100 Hz + 100 x style[128], as loud as style[0]."""
    constants = {
        "eight": np.array([8.0]),
        "zero": np.array(0.0),
        "one": np.array(1.0),
        "fifty": np.array(50.0),
        "hundred": np.array([100.0]),
        "turn": np.array([2 * np.pi / 24_000]),
    }
    whole = {
        "two": [2],
        "first": [0],
        "second": [1],
        "prosody": [128],
        "prosody_end": [129],
        "flat": [-1],
        "wide": [-1, 1],
    }
    whole |= {"front": [0, 1], "last": [1], "by_300": [1, 300]}
    nodes = [
        ("Cast", ["tokens"], ["tokens_float"], {"to": TensorProto.FLOAT}),
        ("Mul", ["tokens_float", "zero"], ["nothing"], {}),
        ("Div", ["eight", "speed"], ["length"], {}),
        ("Add", ["nothing", "length"], ["lengths"], {}),
        ("Round", ["lengths"], ["rounded"], {}),
        ("Clip", ["rounded", "one", "fifty"], [DURATION_TENSOR], {}),
        ("Cast", [DURATION_TENSOR], ["frames"], {"to": TensorProto.INT64}),
        ("ReduceSum", ["frames"], ["total"], {"keepdims": 0}),
        ("Mul", ["total", "two"], ["f0_count"], {}),
        ("Slice", ["style", "prosody", "prosody_end", "last"], ["melody"], {}),
        ("Reshape", ["melody", "flat"], ["melody_flat"], {}),
        ("Mul", ["melody_flat", "hundred"], ["above"], {}),
        ("Add", ["above", "hundred"], ["one_f0"], {}),
        ("Expand", ["one_f0", "f0_count"], ["f0"], {}),
        ("Unsqueeze", ["f0", "front"], [F0_TENSOR], {}),
        ("Reshape", [F0_TENSOR, "wide"], ["column"], {}),
        ("Expand", ["column", "by_300"], ["held"], {}),
        ("Reshape", ["held", "flat"], ["per_sample"], {}),
        ("Mul", ["per_sample", "turn"], ["steps"], {}),
        ("CumSum", ["steps", "axis"], ["phase"], {}),
        ("Sin", ["phase"], ["sine"], {}),
        ("Slice", ["style", "first", "second", "last"], ["timbre"], {}),
        ("Reshape", ["timbre", "flat"], ["loudness"], {}),
        ("Mul", ["sine", "loudness"], ["audio"], {}),
    ]
    weights = [numpy_helper.from_array(v.astype(np.float32), k) for k, v in constants.items()]
    weights += [numpy_helper.from_array(np.array(v, np.int64), k) for k, v in whole.items()]
    weights.append(numpy_helper.from_array(np.array(0, np.int64), "axis"))
    graph = helper.make_graph(
        [helper.make_node(kind, inputs, outputs, **attributes) for kind, inputs, outputs, attributes in nodes],
        "stand_in",
        [
            helper.make_tensor_value_info("tokens", TensorProto.INT64, [1, None]),
            helper.make_tensor_value_info("style", TensorProto.FLOAT, [1, 256]),
            helper.make_tensor_value_info("speed", TensorProto.FLOAT, [1]),
        ],
        [helper.make_tensor_value_info("audio", TensorProto.FLOAT, [None])],
        weights,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    onnx.save(model, path)
    return path


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    voices = tmp_path / "voices"
    voices.mkdir()
    for name, loudness, pitch in (("low", 0.2, 0.2), ("mid", 0.3, 0.6), ("high", 0.4, 1.2)):
        style = np.zeros((20, 256), "<f4")
        style[:, 0], style[:, 128] = loudness, pitch
        style.tofile(voices / f"{name}.bin")
    (tmp_path / "vocab.json").write_text(json.dumps({"vocab": SYMBOLS}), "utf8")
    (tmp_path / "say.txt").write_text(f"Ah saw saw.\t{PHONES}\nToo short.\ta\nAgain.\t{PHONES} {PHONES}\n", "utf8")
    graph = stand_in(tmp_path / "graph.onnx")
    return {"graph": graph, "vocab": tmp_path / "vocab.json", "voices": voices, "sentences": tmp_path / "say.txt"}


def test_f0_is_scaled_inside_the_graph(files: dict[str, Path]) -> None:
    speaker = Kokoro(files["graph"], files["vocab"], files["voices"])
    style = speaker.style("mid", 5)
    spoken = speaker.speak([2, 3, 2], style, style, 1.5, 1.0)
    assert spoken.frames.tolist() == [8] * 5
    assert np.allclose(spoken.f0, 160.0 * 1.5)
    assert len(spoken.audio) == 5 * 8 * 600
    crossings = np.sum(np.diff(np.signbit(spoken.audio)))
    assert crossings / 2 / (len(spoken.audio) / 24_000) == pytest.approx(240, abs=2), "the sound does not follow"


def test_what_is_made_can_be_prepared(files: dict[str, Path], tmp_path: Path) -> None:
    out = tmp_path / "made.jsonl"
    report = synthesize(out, targets=["high"], seed=3, **files)
    assert (report.made, report.skipped) == (2, 1)
    first, second = list_parallel(out)
    assert first.text == "Ah saw saw."
    assert first.tgt_voice == "high"
    made = label(first)
    assert made.tgt is not None
    assert len(made.tgt) == len(made.src)
    assert first.exact is not None
    heard = made.f0_src[made.f0_src > 0]
    assert len(heard) > 0.8 * len(made.f0_src)
    assert np.allclose(heard, first.exact.f0_src[0], rtol=0.01)
    assert np.allclose(made.f0_tgt[made.f0_tgt > 0], 220.0, rtol=0.01), "the target speaks where it is at home"
    assert second.exact is not None
    assert second.exact.seconds.sum() == pytest.approx(soundfile.info(second.path).duration)


def test_it_goes_on_and_another_seed_casts_others(files: dict[str, Path], tmp_path: Path) -> None:
    out = tmp_path / "made.jsonl"
    synthesize(out, targets=["high"], seed=3, **files)
    whole = out.read_text("utf8")
    kept, dropped = whole.splitlines(keepends=True)
    out.write_text(kept, "utf8")
    assert synthesize(out, targets=["high"], seed=3, **files).made == 2
    assert out.read_text("utf8") == whole
    other = tmp_path / "other.jsonl"
    synthesize(other, targets=["high"], seed=4, **files)
    assert json.loads(other.read_text("utf8").splitlines()[1])["speed"] != json.loads(dropped)["speed"]


def test_unknown_voice_names_the_others(files: dict[str, Path], tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no voice nobody; there are high, low, mid"):
        synthesize(tmp_path / "made.jsonl", targets=["nobody"], **files)
    assert not (tmp_path / "made.jsonl").exists()


def test_a_graph_of_another_kind(files: dict[str, Path], tmp_path: Path) -> None:
    other = onnx.load(str(files["graph"]))
    for node in other.graph.node:
        node.output[:] = [name.replace("Clip", "Clap") for name in node.output]
        node.input[:] = [name.replace("Clip", "Clap") for name in node.input]
    onnx.save(other, tmp_path / "other.onnx")
    with pytest.raises(ConfigError, match="has no tensor"):
        Kokoro(tmp_path / "other.onnx", files["vocab"], files["voices"])
    (tmp_path / "noise.onnx").write_bytes(b"\x00\x01 nothing of the kind")
    with pytest.raises(ConfigError, match="no graph that can be run"):
        Kokoro(tmp_path / "noise.onnx", files["vocab"], files["voices"])
