"""The reference model has the paper's figures, its codes are a bottleneck, and its parts fit together."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from model.encoder import RATES
from model.live import LiveModel
from model.reference.frontend import FRAME_RATE, HOP, ReferenceMel
from model.reference.hifigan import HifiGan, HifiGanConfig
from model.reference.vqvae import HleVqvae, ReferenceConfig


def count(module: torch.nn.Module) -> int:
    return sum(p.numel() for p in module.parameters())


@pytest.fixture(scope="module")
def full() -> HleVqvae:
    torch.manual_seed(1)
    return HleVqvae().eval()


def test_the_papers_figures(full: HleVqvae) -> None:
    assert count(full) == pytest.approx(24.0e6, rel=0.03)
    assert FRAME_RATE == 80
    assert full.rates == [40, 20, 10], "each level halves the frame rate"
    assert [book.entries for book in full.levels] == [64, 32, 16]
    assert full.bitrate == pytest.approx(40 * 6 + 20 * 5 + 10 * 4)
    assert full.bitrate == pytest.approx(380)
    assert 17 < full.reach < 19, "the paper's receptive field is ±18 s"
    assert count(HifiGan()) == pytest.approx(13e6, rel=0.03)


def test_shapes_of_the_full_size(full: HleVqvae) -> None:
    mel = torch.randn(2, 48, 80)
    with torch.no_grad():
        codes = full.codes(mel)
        assert [tuple(c.shape) for c in codes] == [(2, 24), (2, 12), (2, 6)]
        assert [z.shape[2] for z in full.encode(mel)] == [32, 32, 32]
        assert full(mel, torch.randn(2, 16)).shape == mel.shape
        assert HifiGan().eval()(mel[:1, :8]).shape == (1, 8 * HOP)


def test_only_codes_and_talker_reach_the_decoder(full: HleVqvae) -> None:
    """What is decoded depends on the input through the code numbers alone, and the talker changes it."""
    mel, talker = torch.randn(1, 32, 80), torch.randn(1, 16)
    with torch.no_grad():
        vectors = [book.lookup(c) for book, c in zip(full.levels, full.codes(mel), strict=True)]
        made = full(mel, talker)
        assert torch.equal(made, full.decode(vectors, talker))
        assert (full.decode(vectors, -talker) - made).abs().max() > 1e-3
    assert not any("talker" in name for name, _ in full.encoders.named_parameters()), "an encoder knows the talker"


def test_how_far_the_convolutions_see() -> None:
    """`reach` against the gradient of a model whose instance norms are taken out, for they see everything."""
    torch.manual_seed(1)
    model = HleVqvae(ReferenceConfig(channels=8, dilations=(1, 2))).double().eval()
    for module in model.modules():
        for name, child in list(module.named_children()):
            if isinstance(child, torch.nn.InstanceNorm1d):
                setattr(module, name, torch.nn.Identity())
    frames = 8 * 2 * math.ceil(model.reach * FRAME_RATE / 8 + 2)
    mel = torch.randn(1, frames, 80, dtype=torch.float64, requires_grad=True)
    out = model.decode(model.encode(mel), torch.randn(1, 16, dtype=torch.float64))
    middle = frames // 2
    (grad,) = torch.autograd.grad(out[0, middle].sum(), mel)
    seen = torch.nonzero(grad[0].abs().sum(1)).flatten()
    to_either_side = max(middle - int(seen[0]), int(seen[-1]) - middle) / FRAME_RATE
    assert to_either_side == pytest.approx(model.reach, abs=0.15)


def test_front_end() -> None:
    mel = ReferenceMel()
    assert (mel.filters.shape, mel.window.shape) == ((1025, 80), (1200,))
    assert mel(torch.zeros(1, 2400)).shape == (1, 8, 80)
    assert mel(torch.zeros(1, 2400)).unique().item() == pytest.approx((math.log(1e-5) + 4) / 4)
    edges = 700 * (10 ** (torch.linspace(0, 2595 * math.log10(1 + 12_000 / 700), 82) / 2595) - 1)
    for band in (10, 40, 70):
        tone = torch.sin(2 * math.pi * edges[band + 1] * torch.arange(24_000) / 24_000)[None]
        assert mel(tone)[0, 40].argmax() == band
    # A frame is centred at sample 300 t: a click is loudest there.
    click = torch.zeros(1, 12_000)
    click[0, 300 * 17] = 1.0
    assert mel(click)[0].sum(1).argmax() == 17


def test_vocoder_is_trainable_and_fits_the_hop() -> None:
    torch.manual_seed(1)
    small = HifiGan(HifiGanConfig(channels=32))
    samples = small(torch.randn(2, 8, 80))
    assert samples.shape == (2, 2400)
    samples.square().mean().backward()
    assert all(p.grad is not None and torch.isfinite(p.grad).all() for p in small.parameters())


@pytest.mark.parametrize(("entries", "bits"), [((64, 32, 16), 380), ((512, 128, 32), 40 * 9 + 20 * 7 + 10 * 5)])
def test_bitrate_follows_the_entries(entries: tuple[int, int, int], bits: int) -> None:
    assert HleVqvae(ReferenceConfig(entries, channels=8, dilations=(1,))).bitrate == pytest.approx(bits)


def test_the_page_about_the_method_says_what_the_layers_say(full: HleVqvae) -> None:
    page = (Path(__file__).parents[2] / "docs" / "method.md").read_text("utf8")
    live = LiveModel()
    past = [
        live.encoder.receptive_field * 0.01,
        live.decoder.receptive_field * 0.02,
        live.vocoder.receptive_field * 0.01,
    ]
    assert "{:.1f} s of past in the encoder, {:.1f} s in the decoder, {:.1f} s in the vocoder".format(*past) in page
    assert f"({count(live.encoder.pitch) / 1e6:.2f} M parameters)" in page
    assert f"({count(live.vocoder) / 1e6:.1f} M parameters at 100 Hz)" in page
    early = LiveModel(replace(live.config, early=1))
    assert f"**{early.delay / 24:.0f} ms of delay + 20 ms block = {early.latency / 24:.0f} ms**" in page
    assert f"{live.latency / 24:.0f} ms in the bundle `balanced`" in page
    assert f"**{count(full) / 1e6:.1f} M** parameters" in page
    assert f"±{full.reach:.1f} s" in page
    rates = [50 / every for every in RATES]
    for entries in ((16, 8, 4), (64, 32, 16), (128, 64, 32), (512, 128, 32), (1024, 256, 64)):
        bits = sum(rate * math.log2(k) for rate, k in zip(rates, entries, strict=True))
        assert "{}/{}/{} {:g}".format(*entries, bits) in page
