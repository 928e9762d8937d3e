"""Small made-up corpora in the layouts of real ones."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import soundfile

RATE = 24_000


def voiced(seconds: float, hz: float, rate: int = RATE, quiet_ends: float = 0.0) -> np.ndarray:
    """Ten harmonics, perhaps with silence before and after: float32."""
    t = np.arange(int(seconds * rate)) / rate
    x = sum(np.sin(2 * np.pi * hz * k * t) / k for k in range(1, 11)) * 0.1
    gap = np.zeros(int(quiet_ends * rate))
    return np.concatenate([gap, x, gap]).astype(np.float32)


def write(path: Path, samples: np.ndarray, rate: int = RATE) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, samples, rate)


def parallel(root: Path, voices: tuple[str, ...] = ("ann", "bob", "cid")) -> Path:
    """Three utterances "a s" of 2.5 s: silence, voiced for 1 s, noise for 0.5 s, silence; returns the listing.

    The durations run 50 ms behind the sound, as the real ones do.
    """
    rng = np.random.default_rng(0)
    lines, f0_src, f0_tgt, ids, frames = [], [], [], [], []
    for i, voice in enumerate(voices):
        for side, hz in (("src", 120.0 + 20 * i), ("tgt", 200.0)):
            sound = np.zeros(int(2.5 * RATE), np.float32)
            sound[: int(0.5 * RATE)] += rng.standard_normal(int(0.5 * RATE)).astype(np.float32) * 1e-4
            sound[int(0.5 * RATE) : int(1.5 * RATE)] = voiced(1.0, hz)
            sound[int(1.5 * RATE) : int(2.0 * RATE)] = rng.standard_normal(int(0.5 * RATE)) * 0.05
            write(root / f"made/{voice}_{side}.flac", sound)
        lines.append({"id": voice, "lang": "en-us", "text": f"text {i}", "src": [voice, voice, 0.0], "tgt": "dora"})
        f0_src.append(np.full(201, 120.0 + 20 * i, np.float32))
        f0_tgt.append(np.full(201, 200.0, np.float32))
        ids.append([0, 4, 1, 2, 3, 0])
        frames.append([20, 1, 1, 40, 20, 18])
    (root / "made.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), "utf8")
    (root / "phoneme_vocab.json").write_text(json.dumps({"vocab": {"ˈ": 1, "a": 2, "s": 3, " ": 4}}), "utf8")
    np.savez(
        root / "made_labels.npz",
        f0_src=np.concatenate(f0_src),
        f0_tgt=np.concatenate(f0_tgt),
        f0_offsets=np.arange(len(voices) + 1) * 201,
        phoneme_ids=np.concatenate(ids),
        phoneme_frames=np.concatenate(frames),
        phoneme_offsets=np.arange(len(voices) + 1) * 6,
    )
    return root / "made.jsonl"


def talkers(root: Path) -> Path:
    """Two talkers at 16 kHz, one utterance each."""
    lines = []
    for name, hz in (("eve", 180.0), ("fritz", 110.0)):
        write(root / f"{name}.flac", voiced(1.5, hz, 16_000), 16_000)
        lines.append({"file": f"{name}.flac", "talker": name, "sex": "F", "text": "AH"})
    (root / "manifest.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), "utf8")
    return root
