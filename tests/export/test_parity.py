"""The float graphs say what torch says, streaming and offline, over half a minute of real speech.

What graphs in 8 bits have to keep of that: test_eight_bits.py."""

from __future__ import annotations

import pytest
import torch

from core.assets import default_bundle_path
from core.errors import BundleError
from core.spec import SAMPLE_RATE
from export.parity import TOLERANCE, compare, demand
from export.reverse import model_from_bundle
from tests.precisions import exact
from tests.small_bundle import speech

SECONDS = 30

pytestmark = pytest.mark.timeout(600)


def test_the_default_bundle_equals_torch_streaming_and_offline() -> None:
    bundle = exact()
    voice = bundle.voices.row(bundle.default_voice)
    parity = compare(model_from_bundle(bundle), bundle, speech(SECONDS), voice, stride=25)
    assert parity.samples == SECONDS * SAMPLE_RATE
    assert parity.level > 0.01, "silence would equal silence"
    assert parity.onnx <= TOLERANCE
    assert parity.streaming <= TOLERANCE
    demand(parity)


def test_other_weights_are_found_out() -> None:
    bundle = exact()
    model = model_from_bundle(bundle)
    voice = bundle.voices.row(bundle.default_voice)
    demand(compare(model, bundle, speech(1), voice))
    with torch.no_grad():
        model.vocoder.inlet.bias.add_(0.01)
    parity = compare(model, bundle, speech(1), voice)
    assert parity.onnx > TOLERANCE
    with pytest.raises(BundleError, match="do not ship"):
        demand(parity)


def test_the_shipped_graphs_tell_nothing_of_the_machine_that_made_them() -> None:
    for graph in sorted(default_bundle_path().glob("*.onnx")):
        data = graph.read_bytes()
        for note in (b"stack_trace", b"graphs.py"):
            assert note not in data, f"{graph.name} holds {note!r}: export/graphs.py should have forgotten it"
