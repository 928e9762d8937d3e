"""What holds for every perception-informed loss: its gradient is real, and a few steps along it lower it."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from model.frontend import VoiceMel
from model.live import LiveConfig
from model.vocoder import Vocoder
from tests.training.losses.speech import noisy, sample
from training.losses.base import Loss, Step, total
from training.losses.frozen import FrozenLoss

FRAMES = 80


@pytest.fixture(scope="module")
def vocoder() -> Vocoder:
    """A frozen one; its weights are random, for what counts is that it passes a gradient on."""
    torch.manual_seed(0)
    c = LiveConfig()
    return Vocoder(c.vocoder_channels, c.vocoder_hidden, c.vocoder_dilations).requires_grad_(False)


def step(mel: Tensor, wanted: Tensor, vocoder: Vocoder | None) -> Step:
    """As a task makes it: both sides through the same vocoder."""
    made = Step(mel=mel, mel_target=wanted, mel_mask=torch.ones(mel.shape[:2]))
    if vocoder is not None:
        t = torch.arange(mel.shape[1]) / 100
        f0, noise = (180 + 40 * torch.sin(9 * t))[None], 0.1 * torch.ones(1, mel.shape[1] * 240)
        made.wave = vocoder(mel, f0, torch.ones_like(f0), noise)
        made.wave_target = vocoder(wanted, f0, torch.ones_like(f0), noise).detach()
    return made


def test_a_gradient_reaches_the_decoders_output_and_steps_along_it_lower_the_loss(loss: Loss, vocoder: Vocoder) -> None:
    through = vocoder if loss.domain == "wave" else None
    with torch.no_grad():
        wanted = VoiceMel()(sample())[:, :FRAMES]
        # Flatter than it should be and blurred in frequency: what an undecided decoder draws.
        start = 0.5 * wanted + 0.5 * wanted.mean((1, 2), keepdim=True)
        start = start + 0.1 * torch.sin(torch.arange(80) / 5.0)
    mel = start.clone().requires_grad_()
    optimiser = torch.optim.Adam([mel], 0.02)
    values = []
    for _ in range(5):
        value = loss(step(mel, wanted, through))
        optimiser.zero_grad()
        value.backward()
        assert mel.grad is not None
        assert torch.isfinite(mel.grad).all()
        if not values:
            frames = mel.grad.abs().sum(2)[0]
            assert (frames > 0).float().mean() > 0.2, "the gradient reaches a good part of the frames"
        values.append(value.item())
        optimiser.step()
    assert values[0] > 0
    assert min(values[-2:]) < 0.97 * values[0], values
    assert loss(step(wanted, wanted, through)).item() == pytest.approx(0.0, abs=2e-3), "alike is 0"


def test_a_frozen_network_is_neither_saved_nor_learnt(loss: Loss) -> None:
    if not isinstance(loss, FrozenLoss):
        pytest.skip("no network")
    x = sample()
    loss(Step(wave=noisy(x, 0.1), wave_target=x, mel=VoiceMel()(noisy(x, 0.1)), mel_target=VoiceMel()(x)))
    net = loss.network(torch.device("cpu"))
    assert not list(loss.parameters())
    assert not loss.state_dict()
    assert not any(p.requires_grad for p in net.parameters())
    assert not any(m.training for m in net.modules() if not isinstance(m, torch.nn.LSTM))


def test_masked_frames_and_lone_examples_do_not_count() -> None:
    from training.losses.formants import Formants

    wanted = VoiceMel()(sample()).expand(3, -1, -1)
    made = torch.roll(wanted, 4, dims=2).clone().requires_grad_()
    mask = torch.ones(wanted.shape[:2])
    mask[0] = 0  # has no partner
    mask[1, :40] = 0
    value = Formants()(Step(mel=made, mel_target=wanted, mel_mask=mask))
    value.backward()
    assert made.grad is not None
    assert not made.grad[0].any()
    assert not made.grad[1, :40].any()
    assert made.grad[2].any()
    none = Formants()(Step(mel=made, mel_target=wanted, mel_mask=torch.zeros_like(mask)))
    assert none.item() == 0.0
    none.backward()


def test_rows_limit_what_is_compared() -> None:
    from training.losses.formants import Formants

    wanted = VoiceMel()(sample()).expand(4, -1, -1)
    made = (wanted * 0.8).clone().requires_grad_()
    Formants(rows=2)(Step(mel=made, mel_target=wanted, mel_mask=torch.ones(wanted.shape[:2]))).backward()
    assert made.grad is not None
    assert made.grad.abs().sum((1, 2)).gt(0).tolist() == [True, True, False, False]


def test_first_use_under_inference_mode_and_use_under_autocast() -> None:
    """Lightning validates before it trains, under inference mode; and trains in mixed precision."""
    from training.losses.verifier import Verifier

    try:
        verifier = Verifier()
    except Exception as error:
        pytest.skip(str(error))
    x = sample()
    with torch.inference_mode():
        before = verifier(Step(wave=noisy(x, 0.5), wave_target=x)).item()
    made = noisy(x, 0.5).requires_grad_()
    with torch.autocast("cpu", torch.bfloat16):
        value = verifier(Step(wave=made, wave_target=x))
    value.backward()
    assert value.dtype == torch.float32
    assert value.item() == pytest.approx(before, abs=1e-5)
    assert made.grad is not None
    assert made.grad.any()


def test_two_networks_of_one_kind_have_their_own_curves(files: Path) -> None:
    from training.losses.image import Image
    from training.losses.mel import Mel

    wanted = VoiceMel()(sample())
    made = Step(mel=wanted * 0.7, mel_target=wanted, mel_mask=torch.ones(wanted.shape[:2]))
    other = Image(weight=3.0, net="vgg16", path=str(files / "vgg16.pth"))
    value, each = total([Mel(), other], made, 0)
    assert set(each) == {"Mel", "ImageVgg16"}
    assert value.item() == pytest.approx((each["Mel"] + 3 * each["ImageVgg16"]).item())
    twice, _ = total([Mel(), Mel(weight=2.0)], made, 0)
    assert twice.item() == pytest.approx(3 * each["Mel"].item())
    with pytest.raises(ValueError, match="no loss is active"):
        total([Mel(start_epoch=1)], made, 0)


def test_a_loss_waits_for_its_epoch() -> None:
    from training.losses.formants import Formants
    from training.losses.mel import Mel

    wanted = VoiceMel()(sample())
    made = Step(mel=wanted * 0.7, mel_target=wanted, mel_mask=torch.ones(wanted.shape[:2]))
    late = [Mel(), Formants(weight=2.0, start_epoch=3)]
    _, early = total(late, made, 2)
    value, both = total(late, made, 3)
    assert set(early) == {"Mel"}
    assert set(both) == {"Mel", "Formants"}
    assert value.item() == pytest.approx((both["Mel"] + 2 * both["Formants"]).item())
