"""A bundle with today's graphs is the same bundle: its weights to the bit, its sound to a rounding error."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest
import torch
from onnx import numpy_helper

from core.bundle import VOICES_FILE, Bundle
from core.errors import ConfigError
from core.manifest import GRAPHS
from export.cli import main as export
from export.fidelity import compare
from export.reverse import model_from_bundle
from realtime.pipeline import WORSE
from tests import small_bundle
from tests.precisions import rounded

pytestmark = pytest.mark.timeout(600)

NODES = {"encoder": 480, "decoder": 140, "vocoder": 240}
"""Most that onnxruntime has to go through for a block; a stack of gated blocks is what they depend on most."""


@pytest.fixture(scope="module")
def renewed(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """The shipped bundle, renewed by the command."""
    out = tmp_path_factory.mktemp("renewed") / "bundle"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("export.cli.CHECKED", 2)
        assert export([str(rounded().path), str(out)]) == 0
    return Bundle.load(out)


def weights(bundle: Bundle, graph: str) -> dict[str, np.ndarray]:
    """What was learned, by name."""
    stored = onnx.load(str(bundle.graph_path(graph))).graph.initializer
    return {i.name: numpy_helper.to_array(i) for i in stored if "." in i.name}


@pytest.mark.parametrize("graph", GRAPHS)
def test_weights_are_the_same_to_the_bit(renewed: Bundle, graph: str) -> None:
    before, after = weights(rounded(), graph), weights(renewed, graph)
    assert len(before) > 50
    assert before.keys() == after.keys()
    for name, value in before.items():
        assert value.dtype == after[name].dtype
        assert np.array_equal(value, after[name]), name


def test_it_says_what_it_said(renewed: Bundle) -> None:
    found = compare(rounded(), renewed, small_bundle.speech(6), renewed.voices.row(renewed.default_voice))
    assert min(found.codes) > 0.99
    assert found.voicing > 0.999
    assert found.mel_db < 0.05
    assert found.vocoder_db > 45


def test_all_else_stays(renewed: Bundle) -> None:
    old, new = rounded(), renewed
    assert (new.path / VOICES_FILE).read_bytes() == (old.path / VOICES_FILE).read_bytes()
    for key in ("name", "created", "delay", "codebooks", "default_voice", "provenance", "measured", "precision"):
        assert new.manifest[key] == old.manifest[key], key


def test_it_can_be_read_back(renewed: Bundle) -> None:
    wanted = dict(model_from_bundle(rounded()).named_parameters())
    for name, value in model_from_bundle(renewed).named_parameters():
        assert torch.equal(value, wanted[name]), name
        if ".conv." in name:
            assert value.abs().max() > 0


@pytest.mark.parametrize("graph", GRAPHS)
def test_a_block_goes_through_few_nodes(renewed: Bundle, graph: str, tmp_path: Path) -> None:
    options = ort.SessionOptions()
    options.log_severity_level = 4
    options.optimized_model_filepath = str(tmp_path / "seen.onnx")
    path = str(renewed.graph_path(graph))
    ort.InferenceSession(path, options, providers=["CPUExecutionProvider"], disabled_optimizers=WORSE)
    seen = [node.op_type for node in onnx.load(str(tmp_path / "seen.onnx")).graph.node]
    assert len(seen) <= NODES[graph]
    assert "Gemm" not in seen, "a Gemm takes two Reshapes"


def test_what_is_no_bundle_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(ConfigError, match="no bundle"):
        export([str(rounded().path), str(tmp_path / "taken")])
