"""Speech of real people, which has no partner, gets one: stage `partner`, and what stage `vqvae` does with it."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml

from core.errors import ConfigError
from tests.training import tiny
from tests.training.test_runs import curve
from training.cli import main
from training.crops import Batch, Crops, collate, moved_f0
from training.data.prepared import PreparedCorpus
from training.losses.mel import Mel
from training.partner_task import Partner, PartnerTask, hush, read_partner
from training.teacher.partner_net import PartnerConfig, PartnerNet
from training.vqvae_task import VqvaeTask
from voxveil.cli import main as ablate

pytestmark = pytest.mark.timeout(600)
LONG = ("--trainer.max_epochs=20", "--model.learning_rate=1e-2")

SIZES = {"width": 8, "kept": 8, "channels": 16, "hidden": 16, "dilations": [1, 2], "voices": 5, "voice_dim": 4}


def config() -> PartnerConfig:
    return PartnerConfig(**{k: tuple(v) if isinstance(v, list) else v for k, v in SIZES.items()})  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.recogniser_rows(tiny.prepared(tmp_path_factory.mktemp("tiny")))


@pytest.fixture(scope="module")
def runs(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of stage partner."""
    runs = tmp_path_factory.mktemp("partner")
    kept = [w for w in tiny.words(folder, runs, losses=("mel.Mel",)) if not w.startswith("--model.model.")]
    sizes = [f"--model.model.{name}={value}" for name, value in SIZES.items()]
    assert main(["partner", *kept, *sizes, "--data.rows=true", *LONG]) == 0
    return runs


def crops(folder: Path, kind: str, rows: bool = True) -> Batch:
    corpus = PreparedCorpus(folder)
    drawn = Crops(corpus, corpus.utterances("train", kind), 100, 4, corpus.voices, None, seed=2, epoch=0, rows=rows)
    return collate([drawn[i] for i in range(4)])


def test_it_learns(runs: Path) -> None:
    losses = list(curve(runs, "train/Mel").values())
    assert np.mean(losses[-4:]) < 0.8 * np.mean(losses[:4])


def test_it_hears_past_and_future_and_nothing_of_the_other_crops(folder: Path) -> None:
    torch.manual_seed(0)
    net = PartnerNet(config()).eval()
    rows, prosody = torch.randn(2, 50, 8), torch.randn(2, 100, 3)
    voice, weight = torch.zeros(2, 2, dtype=torch.int64), torch.zeros(2)
    before = net(rows, prosody, voice, weight)
    rows[0, 25] += 1.0
    moved = (net(rows, prosody, voice, weight) - before).abs().sum(2)
    at = moved[0].nonzero().flatten()
    assert at.min() == 2 * (25 - 6)
    assert at.max() == 2 * (25 + 6) + 1
    assert not moved[1].any()


def test_lone_speech_gets_a_voice_and_its_own_melody_in_that_voices_range(folder: Path) -> None:
    batch = crops(folder, "real")
    assert not batch.paired.any()
    assert torch.equal(batch.wanted, batch.heard), "nothing was perturbed here"
    assert batch.rows.shape == (4, 50, 8)
    assert torch.equal(batch.wanted_voicing, (batch.heard_f0.flatten(1) > 0).float())
    assert len(set(map(tuple, batch.voice.tolist()))) > 1


def test_without_rows_all_is_as_it_was(folder: Path) -> None:
    for kind in ("parallel", "real"):
        plain, more = crops(folder, kind, rows=False), crops(folder, kind)
        assert plain.rows.shape == (4, 50, 0)
        if kind == "parallel":
            for field in fields(Batch):
                if field.name != "rows":
                    assert torch.equal(getattr(plain, field.name), getattr(more, field.name)), field.name
        else:
            assert not plain.wanted.any()


def test_moved_f0_has_the_voices_mean_and_spread() -> None:
    f0 = 100 * np.exp(0.2 * np.sin(np.arange(400) / 9)).astype(np.float32)
    f0[::5] = 0
    moved = moved_f0(f0, f0, np.log(220.0), 0.1)
    assert np.array_equal(moved > 0, f0 > 0)
    told = np.log(moved[moved > 0])
    assert told.mean() == pytest.approx(np.log(220.0), abs=0.01)
    assert told.std() == pytest.approx(0.1, abs=0.01)
    assert not moved_f0(np.zeros(10, np.float32), np.zeros(10, np.float32), 5.0, 0.2).any()


def test_pauses_are_hushed_and_speech_is_not_touched() -> None:
    energy = torch.where(torch.arange(100) < 50, 0.5, -2.5)[None, :, None]
    hushed = hush(energy)
    assert torch.equal(hushed[:, :50], energy[:, :50])
    assert torch.allclose(hushed[:, 50:], torch.tensor(-5.0))
    assert torch.equal(hush(hushed), hushed), "what is quiet already stays"


def test_the_decoder_learns_from_the_partner_of_lone_speech(folder: Path, runs: Path) -> None:
    batch = crops(folder, "real")
    task = VqvaeTask([Mel()], phones=44, partner=str(runs), model=tiny.config())
    step, _ = task(batch, learn=False)
    assert step.mel_target is not None
    assert torch.equal(step.mel_target, read_partner(str(runs))(batch, batch.wanted, False, True))
    Mel()(step).backward()
    assert task.model.decoder.outlet.weight.grad is not None
    assert task.model.decoder.outlet.weight.grad.abs().sum() > 0
    assert not any("partner" in name for name in task.state_dict()), "a checkpoint does not carry it along"


def test_pairs_keep_their_own_partner(folder: Path, runs: Path) -> None:
    batch = crops(folder, "parallel")
    task = VqvaeTask([Mel()], phones=44, partner=str(runs), model=tiny.config())
    step, _ = task(batch, learn=False)
    assert step.mel_target is not None
    assert torch.equal(step.mel_target, task.voice_mel(batch.wanted))


def test_a_whole_run_with_a_partner(folder: Path, runs: Path, tmp_path: Path) -> None:
    words = tiny.words(folder, tmp_path, *tiny.VQVAE, losses=("mel.Mel",))
    more = ("--data.kinds=[parallel,real]", "--data.real_share=0.5", "--data.rows=true", f"--model.partner={runs}")
    assert main(["vqvae", *words, *more]) == 0
    assert curve(tmp_path, "train/Mel")


def test_an_ablation_with_a_partner(folder: Path, runs: Path, tmp_path: Path) -> None:
    """Its vanilla speaks real crops too, so that the error of its mel is not that of a run without."""
    data = {"kinds": ["parallel", "real"], "real_share": 0.5, "seconds": 1.0, "batch_size": 2, "workers": 0}
    said = {
        "data": {**data, "steps_per_epoch": 2},
        "model": {"model": tiny.MODEL, "phones": 44},
        "trainer": {"log_every_n_steps": 1},
    }
    (tmp_path / "tiny.yaml").write_text(yaml.safe_dump(said), "utf8")
    words = ["--prepared", str(folder), "--only", "vanilla", "--steps", "4", "--with", str(tmp_path / "tiny.yaml")]
    assert ablate(["ablate", *words, "--out", str(tmp_path / "with"), "--partner", str(runs)]) == 0
    assert ablate(["ablate", *words, "--out", str(tmp_path / "without")]) == 0
    spoken, silent = (curve(tmp_path / name, "train/MelMse") for name in ("with", "without"))
    assert spoken.keys() == silent.keys() != set()
    assert spoken != silent


def test_what_is_missing_is_named(folder: Path, runs: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no checkpoint of stage partner"):
        read_partner(str(tmp_path))
    (tmp_path / "x.ckpt").write_bytes(b"nothing")
    with pytest.raises(ConfigError, match="no checkpoint of stage partner"):
        read_partner(str(tmp_path / "x.ckpt"))
    with pytest.raises(ConfigError, match=r"data\.rows"):
        Partner(config())(crops(folder, "real", rows=False), torch.zeros(4, 24000), False)
    bare = tiny.prepared(tmp_path / "bare")
    with pytest.raises(ConfigError, match="voxveil data teacher"):
        crops(bare, "real")


def test_its_gradient_reaches_every_part(folder: Path) -> None:
    task = PartnerTask([Mel()], model=config())
    batch = crops(folder, "parallel")
    Mel()(task(batch, learn=True)).backward()
    for name, p in task.named_parameters():
        assert p.grad is not None, name
        assert torch.isfinite(p.grad).all(), name
