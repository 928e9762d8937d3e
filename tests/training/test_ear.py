"""Stage `ear`: Whisper's encoder as the beginning, and that it learns."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from core.errors import ConfigError
from export.checkpoint import load_model, newest
from model.content import ContentNet
from model.live import LiveConfig, LiveModel
from tests.training import tiny
from tests.training.losses import tiny_whisper
from tests.training.test_runs import curve
from training.cli import main
from training.ear_start import begin_with_whisper, set_nearness
from training.losses.base import Step
from training.losses.understanding import Understanding
from training.perception.resample import Downsample
from training.perception.whisper_encoder import load_whisper

LOSSES = ("phoneme.Phoneme", "understanding.Understanding")
WINDOW = 40


@pytest.fixture(scope="module")
def whisper(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_whisper.write(tmp_path_factory.mktemp("whisper"))


@pytest.fixture(scope="module")
def model(whisper: Path) -> LiveModel:
    """The live model around the tiny Whisper's sizes."""
    original = load_whisper(whisper / "model.bin")
    sizes = {
        "encoder_width": original.positions.shape[1],
        "encoder_heads": original.blocks[0].heads,
        "encoder_hidden": original.blocks[0].up.out_features,
        "encoder_layers": len(original.blocks),
        "encoder_window": WINDOW,
    }
    live = LiveModel(LiveConfig(**{**vars(tiny.config()), **sizes}))
    begin_with_whisper(live.encoder.content, str(whisper))
    return live.eval()


def noise(seconds: float) -> Tensor:
    """Samples (2, n) at 24 kHz whose loudness comes and goes."""
    torch.manual_seed(0)
    x = torch.randn(2, int(24000 * seconds)) * 0.1
    return x * (1.2 + torch.sin(torch.arange(x.shape[1]) / 3000.0))


def test_the_stem_hears_what_whisper_hears_one_frame_later(model: LiveModel, whisper: Path) -> None:
    """Our newest frame is centred 12.5 ms before a step's end; Whisper's frame k at 10 k ms, and it looks one ahead."""
    x, original = noise(1.2), load_whisper(whisper / "model.bin")
    content = model.encoder.content
    ours = content.stem(model.encoder.features(model.encoder.ear(x)))[:, 5:-5]
    late = torch.nn.functional.pad(x, (300, 0))[:, : x.shape[1]]
    theirs = (original.stem(Downsample()(late)) - original.positions[:60])[:, 5:-5]
    # Not the same to the last digit: the top bands lie where 24 kHz was cut down to 16 kHz.
    assert (ours - theirs).abs().mean() < 0.12 * theirs.abs().mean()
    assert (ours[:, 1:] - theirs[:, :-1]).abs().mean() > 0.3 * theirs.abs().mean(), "a step off would be seen"


def test_heads_look_as_far_back_as_they_did_in_whisper(model: LiveModel, whisper: Path) -> None:
    x, original = noise(2.0), load_whisper(whisper / "model.bin")
    content: ContentNet = model.encoder.content
    features = model.encoder.features(model.encoder.ear(x))
    begin_with_whisper(content, str(whisper))
    assert float(content.blocks[0].attention.nearness.abs().max()) == 0
    set_nearness(content, features, str(whisper), Downsample()(x))

    def by_distance(qkv: Tensor, heads: int) -> Tensor:
        q, k = (part.unflatten(-1, (heads, -1)).transpose(1, 2) for part in qkv.chunk(3, dim=-1)[:2])
        scores = (q @ k.transpose(-1, -2)).mean(0) * q.shape[-1] ** -0.5
        means = torch.stack([scores.diagonal(-d, 1, 2).mean(1) for d in range(WINDOW)], dim=1)
        return means - means.mean(1, keepdim=True)

    block, twin = content.blocks[0], original.blocks[0]
    heads = block.attention.heads
    with torch.no_grad():
        wanted = by_distance(twin.qkv(twin.norm1(original.stem(Downsample()(x)))), heads)
        y = content.stem(features) + content.place
        got = by_distance(block.attention.qkv(block.norm1(y)), heads) + block.attention.nearness[:, 0].flip(1)
    torch.testing.assert_close(got, wanted, atol=1e-4, rtol=1e-3)


def test_a_whisper_of_other_sizes_is_refused(whisper: Path) -> None:
    with pytest.raises(ConfigError, match=r"model\.whisper: .* asks for"):
        begin_with_whisper(LiveModel(tiny.config()).encoder.content, str(whisper))
    with pytest.raises(ConfigError, match="recogniser"):
        begin_with_whisper(LiveModel(tiny.config()).encoder.content, str(whisper / "nowhere"))


def test_understanding_is_zero_where_alike_and_blind_to_what_is_unknown() -> None:
    torch.manual_seed(0)
    wanted = torch.randn(2, 9, 64)
    wanted[:, 5] = 0
    guess = wanted.clone().requires_grad_()
    step = Step(understood=guess, understood_wanted=wanted, step_mask=torch.ones(2, 9))
    assert float(Understanding()(step)) == 0
    with torch.no_grad():
        guess[:, 5] += 3.0
    assert float(Understanding()(step)) == 0
    with torch.no_grad():
        guess[:, 3] += 1.0
    loss = Understanding()(step)
    assert float(loss) == pytest.approx(1 / 8)
    loss.backward()
    assert guess.grad is not None
    assert bool((guess.grad[:, 3] != 0).all())
    assert not bool(guess.grad[:, 5].any())


def test_an_ear_run_moves_the_content_network_alone_and_learns(tmp_path: Path) -> None:
    folder = tiny.prepared(tmp_path)
    words = tiny.words(folder, tmp_path / "runs", "--model.phones=44", "--trainer.max_epochs=6", losses=LOSSES)
    assert main(["ear", *words, "--model.learning_rate=5e-3"]) == 0
    told = curve(tmp_path / "runs", "train/Phoneme")
    assert min(list(told.values())[-4:]) < 0.9 * told[0]
    again = tiny.words(
        folder, tmp_path / "more", "--model.phones=44", f"--model.start_from={tmp_path / 'runs'}", losses=LOSSES
    )
    assert main(["ear", *again]) == 0
    before, after = (load_model([newest(tmp_path / name)])[0].state_dict() for name in ("runs", "more"))
    for part, moves in (("encoder.content.blocks", True), ("encoder.pitch.", False), ("decoder.", False)):
        same = all(torch.equal(before[name], after[name]) for name in before if name.startswith(part))
        assert same != moves, part
