"""Matrices in 8 bits: which, how exactly, and that a bundle that suffered from it is refused."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper

from core.assets import default_bundle_path
from core.bundle import Bundle
from core.errors import BundleError, ConfigError
from core.manifest import GRAPHS
from export import eight_bits
from export.cli import main as export
from export.eight_bits import MATRIX, OPERATOR, PRECISION, SCALES, dequantise, quantise, quantise_bundle, quantise_graph
from export.fidelity import Fidelity, compare, demand
from export.reverse import model_from_bundle
from tests import small_bundle
from tests.precisions import exact, rounded

pytestmark = pytest.mark.timeout(600)

SECONDS = 12


def graph(folder: Path, nodes: list[onnx.NodeProto], weights: dict[str, np.ndarray], k: int, n: int) -> Path:
    """A graph x (1, 2, k) to y (1, 2, n) with these weights, stored in half precision as `store_half` does."""
    stored, casts = [], []
    for name, values in weights.items():
        half = values.dtype == np.float16
        stored.append(numpy_helper.from_array(values, name + "_f16" if half else name))
        if half:
            casts.append(helper.make_node("Cast", [name + "_f16"], [name], to=TensorProto.FLOAT))
    made = helper.make_graph(
        [*casts, *nodes],
        "test",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [2, k])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [2, n])],
        stored,
    )
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    onnx.save(model, str(folder / "float.onnx"))
    return folder / "float.onnx"


def run(path: Path, x: np.ndarray) -> np.ndarray:
    options = ort.SessionOptions()
    options.log_severity_level = 4
    return np.asarray(
        ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"]).run(["y"], {"x": x})[0]
    )


def drawn(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float16)


@pytest.mark.parametrize(("rows", "columns"), [(64, 5), (82, 7), (31, 3)])
def test_a_matrix_comes_back_within_half_a_step(rows: int, columns: int) -> None:
    matrix = drawn(rows, columns).astype(np.float32)
    steps, scales = quantise(matrix)
    back = dequantise(steps, scales, rows)
    assert back.shape == matrix.shape
    assert np.abs(back - matrix).max() <= 0.5001 * scales.max()
    again, scales_again = quantise(back)
    assert np.array_equal(again, steps)
    np.testing.assert_allclose(scales_again, scales, rtol=1e-6)


def test_a_matrix_of_zeros_stays_one() -> None:
    assert not dequantise(*quantise(np.zeros((40, 3), np.float32)), 40).any()


def test_products_of_both_kinds_are_rewritten_and_keep_their_bias(tmp_path: Path) -> None:
    weights = {"plain": drawn(300, 200), "turned": drawn(250, 200, seed=1), "bias": drawn(250).astype(np.float32)}
    nodes = [
        helper.make_node("MatMul", ["x", "plain"], ["h"]),
        helper.make_node("Gemm", ["h", "turned", "bias"], ["y"], transB=1),
    ]
    path = graph(tmp_path, nodes, weights, 300, 250)
    assert quantise_graph(path, tmp_path / "eight.onnx") == ["plain", "turned.T"]
    x = drawn(2, 300, seed=2).astype(np.float32)
    wanted, found = run(path, x), run(tmp_path / "eight.onnx", x)
    assert 0 < np.abs(found - wanted).std() / wanted.std() < 0.02
    rewritten = onnx.load(str(tmp_path / "eight.onnx")).graph
    assert [node.op_type for node in rewritten.node] == [OPERATOR, OPERATOR, "Add"]
    names = {"plain" + MATRIX, "plain" + SCALES, "turned.T" + MATRIX, "turned.T" + SCALES, "bias"}
    assert {stored.name for stored in rewritten.initializer} == names


def test_what_was_computed_is_small_or_no_weight_stays_as_it_is(tmp_path: Path) -> None:
    weights = {"basis": drawn(300, 200).astype(np.float32) / 3, "small": drawn(200, 199), "scaled": drawn(250, 199)}
    nodes = [
        helper.make_node("MatMul", ["x", "basis"], ["a"]),
        helper.make_node("MatMul", ["a", "small"], ["b"]),
        helper.make_node("Gemm", ["b", "scaled"], ["c"], transB=1, alpha=2.0),
        helper.make_node("Transpose", ["c"], ["d"], perm=[1, 0]),
        helper.make_node("MatMul", ["c", "d"], ["y"]),
    ]
    path = graph(tmp_path, nodes, weights, 300, 2)
    assert quantise_graph(path, tmp_path / "eight.onnx") == []
    kept = onnx.load(str(tmp_path / "eight.onnx"))
    assert kept.graph.node == onnx.load(str(path)).graph.node
    assert len(kept.opset_import) == 1


def test_the_default_bundle_in_8_bits_says_what_it_says_in_float() -> None:
    bundle = exact()
    found = compare(bundle, rounded(), small_bundle.speech(SECONDS), bundle.voices.row(bundle.default_voice))
    assert found.blocks == SECONDS * 50
    assert found.vocoder_db < 80, "the graphs are the same: nothing was rounded"
    demand(found)


def test_every_large_layer_of_the_default_bundle_is_in_8_bits_and_what_was_computed_is_not() -> None:
    for name in GRAPHS:
        made = onnx.load(str(rounded().graph_path(name))).graph
        factors = {i.name: int(np.prod(i.dims)) for i in made.initializer if len(i.dims) == 2}
        halves = {c.output[0]: c.input[0] for c in made.node if c.op_type == "Cast"}
        left = [halves.get(node.input[1], "") for node in made.node if node.op_type in ("MatMul", "Gemm")]
        assert all(factors.get(weight, 0) < eight_bits.SMALLEST for weight in left)
        assert sum(node.op_type == OPERATOR for node in made.node) > 10
        assert not any(part in i.name for i in made.initializer if MATRIX in i.name for part in ("fourier", "filters"))


@pytest.mark.parametrize("graph_name", GRAPHS)
def test_one_wrong_matrix_is_found_out(tmp_path: Path, graph_name: str) -> None:
    """The scales of one matrix of some hundred thousand numbers are off by a fifth."""
    shutil.copytree(rounded().path, tmp_path / "bundle")
    path = tmp_path / "bundle" / f"{graph_name}.onnx"
    model = onnx.load(str(path))
    scales = max((i for i in model.graph.initializer if i.name.endswith(SCALES)), key=lambda i: int(np.prod(i.dims)))
    scales.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(scales) * np.float32(1.2), scales.name))
    onnx.save(model, str(path))
    bundle = exact()
    voice = bundle.voices.row(bundle.default_voice)
    with pytest.raises(BundleError, match="differ too much"):
        demand(compare(bundle, Bundle.load(tmp_path / "bundle", verify=False), small_bundle.speech(5), voice))


@pytest.mark.parametrize(
    "worse", [{"codes": (0.99, 0.94, 0.99)}, {"voicing": 0.98}, {"mel_db": 0.3}, {"vocoder_db": float("nan")}]
)
def test_each_figure_alone_can_refuse(worse: dict[str, object]) -> None:
    good = {"codes": (0.99, 0.99, 0.99), "voicing": 1.0, "melody": 0.0, "mel_db": 0.1, "vocoder_db": 33.0, "blocks": 1}
    demand(Fidelity(**good))  # type: ignore[arg-type]
    with pytest.raises(BundleError):
        demand(Fidelity(**{**good, **worse}))  # type: ignore[arg-type]


def test_8_bits_turn_back_into_the_model() -> None:
    wanted, found = (dict(model_from_bundle(bundle).named_parameters()) for bundle in (exact(), rounded()))
    changed = 0
    for name, value in wanted.items():
        assert torch.allclose(found[name], value, atol=float(value.detach().abs().max()) / 250, rtol=0), name
        changed += not torch.equal(found[name], value)
    assert changed > 30


def test_the_manifest_says_it(tmp_path: Path) -> None:
    assert rounded().precision == PRECISION
    small = small_bundle.bundle()
    assert small.precision == "float16"
    assert quantise_bundle(small, tmp_path / "same").precision == "float16", "it has no matrix that is large enough"


def test_the_command_brings_a_bundle_into_8_bits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("export.cli.CHECKED", 2)
    assert export([str(exact().path), str(tmp_path / "eight")]) == 0
    said = capsys.readouterr().out
    assert "8 bits against float: equal codes" in said
    assert PRECISION in said
    made = Bundle.load(tmp_path / "eight")
    assert made.precision == PRECISION
    assert made.manifest["measured"] == {}, "the figures were those of the float graphs"
    assert made.manifest["provenance"] == exact().manifest["provenance"]
    with pytest.raises(ConfigError, match="is a bundle"):
        export([str(exact().path), str(tmp_path / "other"), "--bits", "16"])
    monkeypatch.setattr("export.fidelity.CODES", 1.1)
    with pytest.raises(BundleError, match="differ too much"):
        export([str(exact().path), str(tmp_path / "other")])
    assert not (tmp_path / "other").exists()


def test_a_shipped_bundle_takes_at_most_30_mb() -> None:
    assert sum(f.stat().st_size for f in default_bundle_path().iterdir()) <= 30e6
