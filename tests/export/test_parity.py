"""The shipped graphs say what torch says, streaming and offline, over half a minute of real speech."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core.assets import sample_path
from core.audio_file import read_mono, resample
from core.bundle import Bundle
from core.errors import BundleError
from core.spec import SAMPLE_RATE
from export.parity import TOLERANCE, compare, demand
from tests.export.weights import torch_model

SECONDS = 30


def speech(seconds: float) -> np.ndarray:
    """The sample, repeated to the length."""
    samples = resample(*read_mono(sample_path()), SAMPLE_RATE)
    return np.resize(samples, round(seconds * SAMPLE_RATE)).astype(np.float32)


def test_the_default_bundle_equals_torch_streaming_and_offline() -> None:
    bundle = Bundle.load()
    parity = compare(torch_model(bundle), bundle, speech(SECONDS), bundle.voices.row(bundle.default_voice), stride=10)
    assert parity.samples == SECONDS * SAMPLE_RATE
    assert parity.level > 0.01, "silence would equal silence"
    assert parity.onnx <= TOLERANCE
    assert parity.streaming <= TOLERANCE
    demand(parity)


def test_other_weights_are_found_out() -> None:
    bundle = Bundle.load()
    model = torch_model(bundle)
    voice = bundle.voices.row(bundle.default_voice)
    demand(compare(model, bundle, speech(1), voice))
    with torch.no_grad():
        model.vocoder.inlet.bias.add_(0.01)
    parity = compare(model, bundle, speech(1), voice)
    assert parity.onnx > TOLERANCE
    with pytest.raises(BundleError, match="do not ship"):
        demand(parity)
