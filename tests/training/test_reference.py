"""Stage `reference` learns, saves what decoding needs, and refuses what it cannot do."""

from __future__ import annotations

from pathlib import Path

import lightning
import pytest
import torch

from core.errors import ConfigError
from model.reference.frontend import ReferenceMel
from model.reference.griffin_lim import griffin_lim
from model.reference.hifigan import HifiGanConfig
from model.reference.vqvae import ReferenceConfig
from tests.training.small_corpus import small_corpus
from training.cli import main
from training.crops import Crops, collate
from training.data.heard_talkers import heard_talkers
from training.data.prepared import PreparedCorpus
from training.datamodule import CropsModule
from training.losses.commitment import Commitment
from training.losses.mel_mse import MelMse
from training.losses.stft import Stft
from training.reference_task import ReferenceTask, at_bottom_rate
from training.reference_vocoder_task import ReferenceVocoderTask, load_vocoder

TINY = ReferenceConfig(channels=24, dilations=(1, 2))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_corpus(tmp_path_factory.mktemp("corpus"))


def trainer(root: Path, steps: int) -> lightning.Trainer:
    return lightning.Trainer(
        default_root_dir=root,
        max_steps=steps,
        accelerator="cpu",
        logger=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        num_sanity_val_steps=0,
    )


def module(folder: Path, seconds: float = 1.2, steps: int = 30) -> CropsModule:
    return CropsModule(
        folder, ["parallel", "real"], seconds, batch_size=4, steps_per_epoch=steps, real_share=0.5, workers=0
    )


def test_one_short_epoch_lowers_the_loss(folder: Path, tmp_path: Path) -> None:
    torch.manual_seed(1)
    task = ReferenceTask([MelMse(1.0), Commitment(0.25)], model=TINY)
    run, data = trainer(tmp_path, 30), module(folder)
    [before] = run.validate(task, data, verbose=False)
    run.fit(task, data)
    [after] = run.validate(task, data, verbose=False)
    assert after["val/total"] < 0.7 * before["val/total"]
    assert after["val/perplexity0"] > 4, "the codebook collapsed"
    assert task.talker_names == ["ann", "bob", "high", "low", "mid"]
    run.save_checkpoint(tmp_path / "last.ckpt")
    held = torch.load(tmp_path / "last.ckpt", weights_only=True)
    assert held["talker_names"] == task.talker_names
    assert ReferenceConfig(**held["reference_config"]) == TINY


def test_the_committed_configuration_is_the_papers(folder: Path, tmp_path: Path) -> None:
    """One step by command with configs/reference.yaml; only folder, length and batch differ."""
    words = ["--config", "configs/reference.yaml", "--data.folder", str(folder), "--data.kinds", "[real]"]
    words += ["--data.seconds", "0.8", "--data.batch_size", "2", "--data.workers", "0", "--trainer.max_steps", "1"]
    words += ["--trainer.limit_val_batches", "0"]
    assert main(["reference", *words, "--trainer.default_root_dir", str(tmp_path)]) == 0
    [last] = tmp_path.rglob("last.ckpt")
    held = torch.load(last, weights_only=True)
    assert ReferenceConfig(**held["reference_config"]) == ReferenceConfig()
    [group] = held["optimizer_states"][0]["param_groups"]
    assert (group["lr"], group["weight_decay"]) == (5e-4, 0)
    written = next(tmp_path.rglob("config.yaml")).read_text("utf8")
    assert "decay: 0.99" in written
    assert "weight: 0.25" in written


def test_a_crop_that_is_no_whole_number_of_codes(folder: Path, tmp_path: Path) -> None:
    task = ReferenceTask([MelMse(1.0)], model=TINY)
    with pytest.raises(ConfigError, match=r"multiple of 0\.1"):
        trainer(tmp_path, 1).fit(task, module(folder, 1.02))


def test_losses_on_sound_need_a_vocoder(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"Stft compares sound.*reference-vocoder"):
        ReferenceTask([MelMse(1.0), Stft(1.0)], model=TINY)
    small = HifiGanConfig(channels=32, kernels=(3,), dilations=(1,))
    vocoder = ReferenceVocoderTask([Stft(1.0)], model=small)
    run = trainer(tmp_path, 2)
    run.fit(vocoder, module(folder, 0.6, steps=2))
    run.save_checkpoint(tmp_path / "vocoder.ckpt")
    task = ReferenceTask([MelMse(1.0), Stft(1.0)], model=TINY, vocoder=str(tmp_path / "vocoder.ckpt"))
    run = trainer(tmp_path, 1)
    run.fit(task, module(folder, steps=1))
    assert task.vocoder is not None
    frozen = load_vocoder(str(tmp_path / "vocoder.ckpt"))
    assert all(torch.equal(a, b) for a, b in zip(task.vocoder.parameters(), frozen.parameters(), strict=True))
    with pytest.raises(ConfigError, match="not of stage reference-vocoder"):
        load_vocoder(str(_other_checkpoint(tmp_path)))


def test_who_is_heard(folder: Path) -> None:
    """Crops know the talker of the side that is heard; a validation talker that training never heard is a stranger."""
    corpus = PreparedCorpus(folder)
    names = heard_talkers(corpus)
    train = [u for kind in ("parallel", "real") for u in corpus.utterances("train", kind)]
    crops = Crops(corpus, train, 100, 40, corpus.voices, None, seed=1, epoch=0, real_share=0.5)
    batch = collate([crops[i] for i in range(len(crops))])
    pairs = zip(batch.talker.tolist(), batch.talker_weight.tolist(), strict=True)
    seen = {(names[a], names[b], round(w, 2)) for (a, b), w in pairs}
    assert seen == {("ann", "ann", 0.0), ("bob", "bob", 0.0), ("low", "mid", 0.3), ("high", "high", 0.0)}
    assert torch.equal(batch.talker[:, 0] < 2, batch.paired == 0)


def test_strangers_are_spoken_by_the_mean_talker(folder: Path) -> None:
    task = ReferenceTask([MelMse(1.0)], model=TINY)
    task.talkers = torch.nn.Embedding(3, 16)
    corpus = PreparedCorpus(folder)
    batch = collate([Crops(corpus, corpus.utterances("val", "real"), 100, 1, corpus.voices, None, 1, 0)[0]])
    batch.talker[:] = -1
    assert torch.allclose(task.embedding(batch), task.talkers.weight.mean(0))


def test_codes_are_held_at_the_bottom_rate() -> None:
    levels = [torch.arange(8.0 // 2**i).reshape(1, -1, 1) for i in range(3)]
    assert at_bottom_rate(levels)[0, :, :, 0].t().tolist() == [
        [0, 1, 2, 3, 4, 5, 6, 7],
        [0, 0, 1, 1, 2, 2, 3, 3],
        [0, 0, 0, 0, 1, 1, 1, 1],
    ]


def test_griffin_lim_gives_the_mel_back(folder: Path) -> None:
    front, corpus = ReferenceMel(), PreparedCorpus(folder)
    sound = torch.from_numpy(corpus.audio(corpus.utterances("train", "real")[0], "src", 0, 200))[None]
    mel = front(sound)
    error = (front(griffin_lim(mel, front)) - mel).abs().mean()
    assert error < 0.1 * mel.std()


def _other_checkpoint(tmp_path: Path) -> Path:
    torch.save({"state_dict": {}}, tmp_path / "other.ckpt")
    return tmp_path / "other.ckpt"
