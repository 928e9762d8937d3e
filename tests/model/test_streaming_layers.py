"""Every streaming layer equals its offline twin, in any chunking."""

from __future__ import annotations

import pytest
import torch

from model.attention import AttentionBlock, WindowedAttention
from model.content import ContentNet, Stem
from model.excitation import PulseTrain
from model.frontend import PowerSpectrum
from model.layers import CausalDepthwise, GatedBlock, GatedStack
from model.prosody import PitchNet, ProsodyNormalizer
from model.quantizer import HeldQuantizer
from model.streaming import StreamingLayer, StreamingSequence
from model.vocoder import SourceFilter, Vocoder
from tests.contract import verify_causal, verify_streaming

FRAME_LAYERS: dict[str, tuple[StreamingLayer, int]] = {
    "depthwise": (CausalDepthwise(6, 5, 3), 6),
    "depthwise, one tap": (CausalDepthwise(6, 1), 6),
    "gated block": (GatedBlock(8, 12, 5, 2), 8),
    "gated stack": (GatedStack(8, 12, 5, (1, 2, 4)), 8),
    "sequence": (StreamingSequence(CausalDepthwise(6, 3), CausalDepthwise(6, 5, 2)), 6),
    "windowed attention": (WindowedAttention(8, 2, 5), 8),
    "attention block": (AttentionBlock(8, 2, 4, 12), 8),
    "stem": (Stem(12), 160),
    "content net": (ContentNet(16, 2, 16, 2, 4, 3, 4), 160),
    "pitch net": (PitchNet(16, (1, 2)), 2 * 97),
}


@pytest.mark.parametrize("name", FRAME_LAYERS)
def test_frame_layers(name: str) -> None:
    torch.manual_seed(0)
    layer, channels = FRAME_LAYERS[name]
    x = torch.randn(2, 40, channels)
    verify_streaming(layer, layer.stream, layer.initial_state(2), [x], [1])
    verify_causal(layer, x, 1)


@pytest.mark.parametrize("name", FRAME_LAYERS)
def test_receptive_field_is_what_is_declared(name: str) -> None:
    torch.manual_seed(0)
    layer, channels = FRAME_LAYERS[name]
    frames = layer.receptive_field + 6
    x = torch.randn(1, frames, channels, requires_grad=True)
    layer(x)[:, -1].square().sum().backward()
    assert x.grad is not None
    seen = (x.grad[0].abs().sum(1) > 0).nonzero().flatten()
    assert frames - int(seen[0]) == layer.receptive_field


def test_conditioned_block_streams() -> None:
    torch.manual_seed(0)
    stack, voice = GatedStack(8, 8, 5, (1, 2), condition=4), torch.randn(2, 4)
    verify_streaming(
        lambda x: stack(x, voice),
        lambda x, state: stack.stream(x, state, voice),
        stack.initial_state(2),
        [torch.randn(2, 30, 8)],
        [1],
    )
    assert not torch.equal(stack(torch.ones(2, 9, 8), voice), stack(torch.ones(2, 9, 8), voice + 1))


def test_spectrum_streams_and_is_centred_two_hops_back() -> None:
    torch.manual_seed(0)
    layer = PowerSpectrum(64)
    x = torch.randn(2, 240 * 30)
    verify_streaming(layer, layer.stream, layer.initial_state(2), [x], [240], tolerance=1e-2)
    click = torch.zeros(1, 240 * 30)
    click[0, 240 * 10] = 1.0
    energy = layer(click)[0].sum(1)
    assert int(energy.argmax()) == 11, "frame k is centred at (k - 1) * 240"


@pytest.mark.parametrize("every", [1, 2, 4])
def test_quantizer_holds_its_code(every: int) -> None:
    torch.manual_seed(0)
    layer = HeldQuantizer(16, 4, every)
    z = torch.randn(2, 41, 4)
    verify_streaming(layer, layer.stream, layer.initial_state(2), [z], [1], tolerance=0)
    codes = layer(z)
    for t in range(41):
        assert torch.equal(codes[:, t], codes[:, t // every * every])


def test_normalizer_streams() -> None:
    torch.manual_seed(0)
    layer = ProsodyNormalizer()
    x = torch.stack([5 + 0.2 * torch.randn(2, 50), torch.rand(2, 50), torch.randn(2, 50)], dim=-1)
    verify_streaming(layer, layer.stream, layer.initial_state(2), [x], [1])


def spoken(log_f0: float = 5.0, floor: float = -5.0, stress: float = 0.5, gain: float = 0.0) -> torch.Tensor:
    """Thirty seconds of made-up prosody (1, 3000, 3): syllables of 0.2 s, every third one a pause at `floor` nepers.

    Args:
        log_f0: mean. stress: how far energy swings in a syllable, nepers. gain: of the microphone, nepers.
    """
    time = torch.arange(3000)
    voicing = (time // 20 % 3 > 0).float()
    energy = torch.where(voicing > 0, stress * torch.sin(time / 7.0), torch.tensor(floor)) + 0.5 + gain
    return torch.stack([log_f0 + 0.15 * torch.sin(time / 20.0), voicing, energy], dim=-1)[None]


def test_normalizer_forgets_the_talkers_range() -> None:
    layer = ProsodyNormalizer()
    low, high = layer(torch.cat([spoken(log_f0=base) for base in (4.6, 5.5)]))[:, 1500:, 0]
    assert (low - high).abs().max() < 0.15, "an octave of difference in range must not be visible after normalising"
    assert low.std() > 0.5, "the melody must be"


def test_normalizer_forgets_stress_and_the_rooms_noise() -> None:
    layer = ProsodyNormalizer()
    layer.DEPTH = (0.0, 0.0, 0.0, 0.0)  # moods would differ
    quiet, noisy = layer(torch.cat([spoken(floor=floor) for floor in (-4.5, -2.5)]))[:, 1500:]
    pause = quiet[:, 1] == 0
    assert (quiet[pause, 2].mean() - noisy[pause, 2].mean()).abs() < 0.3, "two nepers of noise go"
    flat, lively = layer(torch.cat([spoken(stress=stress) for stress in (0.3, 1.0)]))[:, 1500:]
    assert lively[~pause, 2].std() < 1.3 * flat[~pause, 2].std()


def test_normalizers_mood_is_another_at_each_start_but_equal_for_equal_input() -> None:
    layer = ProsodyNormalizer()
    starts = torch.cat([spoken(gain=0.013 * number)[:, :300] for number in range(40)])
    once, again = layer(starts), layer(starts)
    assert once[:, 100:, 0].mean(1).std() > 0.2, "a hair more gain is another mood"
    assert torch.equal(once, again)


def test_pulses_stream_exactly() -> None:
    torch.manual_seed(0)
    layer = PulseTrain()
    f0, voicing = 80 + 300 * torch.rand(2, 60), torch.rand(2, 60)
    verify_streaming(layer, layer.stream, layer.initial_state(2), [f0, voicing], [1, 1], tolerance=0)


def test_pulses_have_the_wanted_period_and_band() -> None:
    f0 = torch.full((1, 100), 200.0)
    pulses = PulseTrain()(f0, torch.ones(1, 100)).flatten()[2400:]
    spectrum = torch.fft.rfft(pulses * torch.hann_window(len(pulses))).abs()
    freqs = torch.fft.rfftfreq(len(pulses), 1 / 24000)
    harmonic = (freqs / 200 - (freqs / 200).round()).abs() * 200 < 5
    assert spectrum[~harmonic & (freqs < 11000)].max() < 0.02 * spectrum.max()
    assert spectrum[freqs > 11300].max() < 0.02 * spectrum.max()
    assert abs(pulses.std().item() - 1) < 0.1


def test_source_filter_with_flat_filters_is_a_delay_of_one_hop() -> None:
    torch.manual_seed(0)
    layer = SourceFilter()
    noise = torch.randn(1, 240 * 30)
    source = torch.stack([torch.zeros_like(noise), noise], dim=1)
    filters = torch.zeros(1, 30, 3, 361)
    out = layer(source, filters)
    assert torch.allclose(out[:, 480:], noise[:, 240:-240], atol=1e-4)


def test_vocoder_streams() -> None:
    torch.manual_seed(0)
    layer = Vocoder(16, 16, (1, 2)).eval()
    inputs = [torch.randn(1, 40, 80), 100 + 100 * torch.rand(1, 40), torch.rand(1, 40), torch.randn(1, 40 * 240)]
    verify_streaming(layer, layer.stream, layer.initial_state(), inputs, [1, 1, 1, 240])
