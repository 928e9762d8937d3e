"""Whole runs of `voxveil train` on seconds of made-up speech."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from core.errors import ConfigError
from export.checkpoint import load_model, newest
from tests.training import tiny
from training.cli import main
from voxveil.cli import main as voxveil

pytestmark = pytest.mark.timeout(600)


def log_of(runs: Path) -> EventAccumulator:
    [*_, last] = sorted(runs.rglob("version_*"))
    return EventAccumulator(str(last)).Reload()


def curve(runs: Path, name: str) -> dict[int, float]:
    """A logged curve by step."""
    return {event.step: event.value for event in log_of(runs).Scalars(name)}


def test_vocoder_run_leaves_checkpoint_curves_and_sound(folder: Path, tmp_path: Path) -> None:
    assert voxveil(["train", "vocoder", *tiny.words(folder, tmp_path, losses=tiny.VOCODER_LOSSES)]) == 0
    assert newest(tmp_path).name == "last.ckpt"
    log = log_of(tmp_path)
    assert {"train/Stft", "train/total", "val/Stft", "audio_hours_per_hour"} <= set(log.Tags()["scalars"])
    assert {"resynthesis/0", "recording/0"} <= set(log.Tags()["audio"])
    assert len(curve(tmp_path, "train/total")) == 8


def test_vqvae_run_leaves_checkpoint_curves_and_sound(vqvae: Path) -> None:
    model, names = load_model([vqvae])
    assert names == sorted([*tiny.VOICES, "dora"])
    assert all(bool(book.ready) for book in model.books)
    log = log_of(vqvae)
    wanted = {f"train/{loss.split('.')[1]}" for loss in tiny.VQVAE_LOSSES}
    wanted |= {f"{name}{i}" for name in ("train/perplexity", "val/perplexity", "codes/dead") for i in range(3)}
    assert wanted | {"val/phone_accuracy_synthetic", "audio_hours_per_hour"} <= set(log.Tags()["scalars"])
    assert {"anonymized/0", "wanted/0"} <= set(log.Tags()["audio"])
    assert "mel/0" in log.Tags()["images"]


@pytest.mark.parametrize("stopped_at", [4, 6], ids=["in the warm-up", "in the middle of an epoch"])
def test_a_resumed_run_draws_the_same_curve(folder: Path, vqvae: Path, tmp_path: Path, stopped_at: int) -> None:
    [checkpoint] = vqvae.rglob(f"step={stopped_at}.ckpt")
    words = tiny.words(folder, tmp_path, *tiny.VQVAE, "--trainer.max_epochs=3", losses=tiny.VQVAE_LOSSES)
    assert main(["vqvae", *words, f"--ckpt_path={checkpoint}"]) == 0
    for name in ("train/total", "train/Phoneme", "val/total", "train/perplexity0", "codes/dead0"):
        straight, resumed = curve(vqvae, name), curve(tmp_path, name)
        rest = {step: value for step, value in straight.items() if step >= stopped_at}
        assert rest.keys() == resumed.keys(), name
        assert list(resumed.values()) == pytest.approx(list(rest.values()), rel=1e-4), name
    straight_model, resumed_model = (load_model([runs])[0].state_dict() for runs in (vqvae, tmp_path))
    for name, value in straight_model.items():
        torch.testing.assert_close(resumed_model[name], value, rtol=1e-3, atol=1e-5, msg=name)


def test_last_is_the_newest_checkpoint_of_the_folder(folder: Path, tmp_path: Path) -> None:
    words = tiny.words(folder, tmp_path, losses=tiny.VOCODER_LOSSES)
    with pytest.raises(ConfigError, match=r"--ckpt_path last: .* holds no last\.ckpt"):
        main(["vocoder", *words, "--ckpt_path=last"])
    assert main(["vocoder", *words, "--trainer.max_epochs=1"]) == 0
    assert main(["vocoder", *words, "--ckpt_path=last"]) == 0
    assert sorted(curve(tmp_path, "train/total")) == [4, 5, 6, 7], "the first four steps were not taken again"


def test_joint_goes_on_from_vqvae(folder: Path, vqvae: Path, tmp_path: Path) -> None:
    words = tiny.words(folder, tmp_path, f"--model.start_from={vqvae}", losses=tiny.JOINT_LOSSES)
    assert main(["joint", *words]) == 0
    before, after = (load_model([runs])[0].state_dict() for runs in (vqvae, tmp_path))
    for part, moves in (("encoder.", False), ("decoder.", True), ("vocoder.", True)):
        same = all(torch.equal(before[name], after[name]) for name in before if name.startswith(part))
        assert same != moves, part
    assert "anonymized/0" in log_of(tmp_path).Tags()["audio"]


def test_a_collapse_of_codes_is_seen_and_treated(folder: Path, vqvae: Path, tmp_path: Path) -> None:
    """All latents choose one entry of sixteen, the others lie far away: they are restarted where latents are."""
    checkpoint = torch.load(newest(vqvae), weights_only=True)
    book = "model.encoder.quantizers.0.codebook"
    counts = torch.full((16,), 1e-6)
    counts[0] = 100.0
    vectors = checkpoint["state_dict"][f"{book}.vectors"]
    vectors[1:] = 100.0
    checkpoint["state_dict"] |= {f"{book}.counts": counts, f"{book}.sums": vectors * counts[:, None]}
    torch.save(checkpoint, tmp_path / "collapsed.ckpt")
    more = (*tiny.VQVAE, f"--model.start_from={tmp_path / 'collapsed.ckpt'}", "--trainer.max_epochs=1")
    assert main(["vqvae", *tiny.words(folder, tmp_path / "runs", *more, losses=tiny.VQVAE_LOSSES)]) == 0
    used = list(curve(tmp_path / "runs", "train/perplexity0").values())
    restarted = list(curve(tmp_path / "runs", "codes/restarted0").values())
    assert used[0] == pytest.approx(1.0)
    assert restarted[0] == 15
    assert used[-1] > 1.5, "the restarted entries are in use (a healthy codebook has between 2 and 4 on this speech)"


def test_an_unknown_key_is_named_in_one_line(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "wrong.yaml"
    config.write_text("model:\n  learning_rat: 0.1\n", "utf8")
    words = tiny.words(folder, tmp_path, losses=tiny.VOCODER_LOSSES)
    assert voxveil(["train", "vocoder", f"--config={config}", *words]) == 2
    said = capsys.readouterr().err.strip().splitlines()
    assert len(said) == 1
    assert "learning_rat" in said[0]


@pytest.mark.parametrize(
    ("stage", "more", "losses", "what"),
    [
        ("joint", (), tiny.JOINT_LOSSES, "model.start_from"),
        ("joint", ("--model.start_from=nowhere.ckpt",), tiny.JOINT_LOSSES, "no such checkpoint"),
        ("joint", ("--model.start_from={vqvae}",), ("commitment.Commitment",), "Commitment compares latents"),
        ("joint", ("--model.start_from={vqvae}",), ("linkage.Linkage",), "stage joint does not have"),
        ("ear", ("--model.phones=44",), ("talker_adversary.TalkerAdversary",), "stage ear does not have"),
        ("joint", ("--model.start_from={vqvae}", "--model.model.code_dim=4"), tiny.JOINT_LOSSES, "same model sizes"),
        ("vocoder", (), ("mel.Mel",), "Mel compares mels"),
        ("vocoder", (), ("stft.Stft", "stft.Stft"), "Stft stands there twice"),
        ("vocoder", ("--data.kinds=[plain]",), ("stft.Stft",), "has no plain speech"),
        ("vocoder", ("--data.kinds=[real]",), ("stft.Stft",), "takes [parallel] only"),
        ("vocoder", ("--data.folder=nowhere",), ("stft.Stft",), "is not a prepared corpus"),
        ("vocoder", ("--data.seconds=60",), ("stft.Stft",), "no utterance is longer"),
        ("vqvae", ("--model.phones=44", "--model.model.voices=2"), ("mel.Mel",), "room for 2"),
    ],
)
def test_wrong_words_cost_one_line(
    folder: Path,
    vqvae: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    stage: str,
    more: tuple[str, ...],
    losses: tuple[str, ...],
    what: str,
) -> None:
    extra = [word.format(vqvae=vqvae) for word in more]
    assert voxveil(["train", stage, *tiny.words(folder, tmp_path, *extra, losses=losses)]) == 2
    [said] = [line for line in capsys.readouterr().err.splitlines() if line.startswith("voxveil:")]
    assert what in said
    assert not list(tmp_path.rglob("*.ckpt")), "nothing was trained"
