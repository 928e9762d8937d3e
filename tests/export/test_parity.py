"""The float graphs say what torch says, streaming and offline, over half a minute of real speech.

What graphs in 8 bits have to keep of that: test_eight_bits.py."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core.assets import default_bundle_path
from core.errors import BundleError
from core.spec import HOP, SAMPLE_RATE
from export.parity import TOLERANCE, Parity, apart, compare, demand
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


@pytest.mark.parametrize(
    ("hops", "by", "passes"), [(2, 5e-4, True), (2, 2e-3, False), (3, 5e-4, False), (1000, 9e-5, True)]
)
def test_only_rare_hops_may_be_off_and_only_a_little(hops: int, by: float, passes: bool) -> None:
    sound = np.zeros(1000 * HOP)
    other = sound.copy()
    other[: hops * HOP : HOP] = by
    most, rare = apart(sound, other)
    parity = Parity(most, most, rare, len(sound), 0.1)
    assert rare == by
    if passes:
        demand(parity)
    else:
        with pytest.raises(BundleError, match=f"{by:.1e}"):
            demand(parity)


def test_the_shipped_graphs_tell_nothing_of_the_machine_that_made_them() -> None:
    for graph in sorted(default_bundle_path().glob("*.onnx")):
        data = graph.read_bytes()
        for note in (b"stack_trace", b"graphs.py"):
            assert note not in data, f"{graph.name} holds {note!r}: export/graphs.py should have forgotten it"
