"""The whole live model: streaming equals offline, delay adds up, and only codes and prosody get through."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from core.errors import ConfigError
from model.live import LiveConfig, LiveModel
from tests.contract import verify_causal, verify_streaming

SMALL = LiveConfig(
    entries=(16, 8, 4),
    encoder_width=24,
    encoder_heads=2,
    encoder_hidden=24,
    encoder_layers=2,
    encoder_window=5,
    decoder_channels=24,
    decoder_hidden=24,
    decoder_dilations=(1, 2),
    vocoder_channels=24,
    vocoder_hidden=24,
    vocoder_dilations=(1, 2),
    voices=4,
)


@pytest.fixture(scope="module")
def model() -> LiveModel:
    torch.manual_seed(4)
    model = LiveModel(SMALL).eval()
    with torch.no_grad():
        model.encoder.pitch.outlet.weight.mul_(30)  # decided about F0, as a trained network is: no ties to break
    return model


def talk(blocks: int) -> torch.Tensor:
    """Something with pitch, level and noise that change."""
    t = torch.arange(480 * blocks) / 24000
    tone = torch.sin(2 * torch.pi * 140 * t + 3 * torch.sin(2 * torch.pi * 3 * t))
    return (0.2 * tone * (0.5 + 0.5 * torch.sin(2 * torch.pi * 2 * t)) + 0.01 * torch.randn_like(t))[None]


def voice(model: LiveModel) -> torch.Tensor:
    return model.voice_row(1)[None]


def test_streaming_equals_offline(model: LiveModel) -> None:
    torch.manual_seed(0)
    audio = talk(60)
    knob = torch.ones(1, 1)
    verify_streaming(
        lambda x, noise: model(x, voice(model), knob, noise),
        lambda x, noise, state: model.stream(x, voice(model), knob, noise, state),
        model.initial_state(),
        [audio, torch.randn_like(audio)],
        [480, 480],
        tolerance=1e-4,
        chunkings=2,
    )


def test_more_input_never_changes_output_given(model: LiveModel) -> None:
    audio = talk(40)
    noise, knob = torch.randn_like(audio), torch.ones(1, 1)
    verify_causal(lambda x: model(x, voice(model), knob, noise).unflatten(1, (-1, 480)), audio, 480)


def test_delay_is_the_sum_of_the_layers(model: LiveModel) -> None:
    assert model.delay == 480
    assert model.latency == 960, "algorithmic latency is 40 ms"


@pytest.mark.parametrize(("early", "delay"), [(1, 240), (2, 0)])
def test_an_early_answer_takes_a_hop_off_the_delay(early: int, delay: int) -> None:
    model = LiveModel(replace(SMALL, early=early))
    assert model.delay == delay
    assert model.latency == 480 + delay
    audio = talk(4)
    heard = model.heard_by(audio)
    assert heard.shape == audio.shape
    assert not heard[:, : 240 * early].any(), "silence, where the crop's past is not known"
    assert torch.equal(heard[:, 240 * early :], audio[:, : -240 * early])


def test_what_is_not_early_is_heard_as_it_is(model: LiveModel) -> None:
    audio = talk(4)
    assert torch.equal(model.heard_by(audio), audio)


@pytest.mark.parametrize("early", [-1, 3])
def test_nobody_answers_before_anything_is_heard(early: int) -> None:
    with pytest.raises(ConfigError, match=rf"model.early: {early} hops; 0 to 2"):
        LiveModel(replace(SMALL, early=early))


def test_encoder_declares_what_it_sees(model: LiveModel) -> None:
    audio = talk(60).requires_grad_()
    encoder = model.encoder
    latents = encoder.content(encoder.features(encoder.ear(audio)))
    latents[:, -1].square().sum().backward()
    assert audio.grad is not None
    seen = (audio.grad[0] != 0).nonzero().flatten()
    assert audio.shape[1] - int(seen[0]) <= encoder.receptive_field * 240


def test_only_codes_and_prosody_reach_the_decoder(model: LiveModel) -> None:
    """Two different inputs, forced to the same codes and prosody, must give the same sound to the last bit."""
    torch.manual_seed(0)
    knob, noise = torch.ones(1, 1), torch.randn(1, 480 * 20)
    outputs = []
    for audio in (talk(20), torch.randn(1, 480 * 20) * 0.3):
        codes, prosody = model.encoder(audio)
        assert codes.dtype == torch.int64
        assert codes.shape == (1, 20, 3)
        assert prosody.shape == (1, 40, 3)
        codes, prosody = torch.zeros_like(codes) + 2, torch.zeros_like(prosody) + 0.6
        mel, f0, voicing = model.decoder(codes, prosody, voice(model), knob, model.books)
        outputs.append(model.vocoder(mel, f0, voicing, noise))
    assert torch.equal(*outputs)


def test_knob_flattens_the_melody(model: LiveModel) -> None:
    codes = torch.zeros(1, 30, 3, dtype=torch.int64)
    prosody = torch.stack([torch.linspace(-2, 2, 60), torch.ones(60), torch.zeros(60)], dim=-1)[None]
    spoken, flat = (
        model.decoder(codes, prosody, voice(model), torch.full((1, 1), knob), model.books)[1] for knob in (1.0, 0.0)
    )
    assert spoken.std() > 10
    assert flat.std() < 1e-3


def test_silence_in_gives_no_numbers_out_of_range(model: LiveModel) -> None:
    silence = torch.zeros(1, 480 * 30)
    out = model(silence, voice(model), torch.ones(1, 1), torch.randn(1, 480 * 30))
    assert bool(torch.isfinite(out).all())
