"""A prepared folder of seconds and a model of thousands of weights: whole training runs in a moment."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from core.spec import BLOCK, HOP
from model.live import LiveConfig
from tests.training.data import made_up
from training.data.parallel import list_parallel
from training.data.prepare import prepare
from training.data.prepared import FEATURES_FILE, ROWS_FILE, PreparedCorpus, rows_key
from training.data.talkers import list_talkers

VOICES = ("ann", "bob", "cid", "dan")
MODEL = {
    "entries": [16, 8, 4],
    "code_dim": 8,
    "voice_dim": 8,
    "voices": 5,
    "encoder_width": 24,
    "encoder_heads": 2,
    "encoder_hidden": 24,
    "encoder_layers": 2,
    "encoder_window": 6,
    "encoder_dropout": 0.1,
    "decoder_channels": 24,
    "decoder_hidden": 24,
    "decoder_dilations": [1, 2],
    "vocoder_channels": 24,
    "vocoder_hidden": 24,
    "vocoder_dilations": [1, 2],
}


def prepared(root: Path) -> Path:
    """Four parallel utterances of 2.5 s (three to train, one to validate) and one real talker."""
    recordings = [
        replace(r, split="val" if r.id == VOICES[-1] else "train")
        for r in list_parallel(made_up.parallel(root, VOICES))
    ]
    real = [r for r in list_talkers(made_up.talkers(root / "real")) if r.talker == "eve"]
    prepare([*recordings, *(replace(r, split="train") for r in real)], root / "prepared", processes=1)
    return root / "prepared"


def config(**other: object) -> LiveConfig:
    """MODEL, with other values where they are given."""
    values = {**MODEL, **other}
    return LiveConfig(**{k: tuple(v) if isinstance(v, list) else v for k, v in values.items()})  # type: ignore[arg-type]


def words(folder: Path, runs: Path, *more: str, losses: Sequence[str] = ()) -> list[str]:
    """What follows `voxveil train STAGE`: short, on the CPU, everything logged."""
    text = [
        f"--data.folder={folder}",
        "--data.kinds=[parallel]",
        "--data.seconds=1.0",
        "--data.batch_size=2",
        "--data.steps_per_epoch=4",
        "--data.workers=0",
        "--trainer.accelerator=cpu",
        "--trainer.max_epochs=2",
        "--trainer.log_every_n_steps=1",
        f"--trainer.default_root_dir={runs}",
        *(f"--model.model.{name}={value}" for name, value in MODEL.items()),
    ]
    for loss in losses:
        text.append(f"--model.losses+=training.losses.{loss}")
    return [*text, *more]


VOCODER_LOSSES = ("stft.Stft",)
VQVAE_LOSSES = ("mel.Mel", "mel.MelSlope", "commitment.Commitment", "phoneme.Phoneme", "pitch.Pitch")
JOINT_LOSSES = ("stft.Stft", "mel.Mel")
VQVAE = ("--model.phones=44", "--model.warmup_steps=5")
"""What stage `vqvae` wants beside `words`."""


def recogniser_rows(folder: Path, width: int = 8) -> Path:
    """Into a prepared folder, what a recogniser makes of each side: here, of a step, how loud its bands are."""
    corpus, places, rows = PreparedCorpus(folder), {}, []
    for u in (u for kind in ("parallel", "real") for s in ("train", "val") for u in corpus.utterances(s, kind)):
        for side in ("src", "tgt") if u.tgt is not None else ("src",):
            steps = corpus.audio(u, side, 0, u.samples // HOP).reshape(-1, BLOCK)
            bands = np.array_split(np.abs(np.fft.rfft(steps)) + 1e-3, width, axis=1)
            places[rows_key(u, side)] = [sum(map(len, rows)), len(steps)]
            rows.append(np.log(np.stack([band.mean(1) for band in bands], axis=1)))
    np.concatenate(rows).astype("<f2").tofile(folder / FEATURES_FILE)
    (folder / ROWS_FILE).write_text(json.dumps(places), "utf8")
    return folder
