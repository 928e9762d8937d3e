"""A prepared folder of a few seconds of real speech, written directly: what tests of training read."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from core.assets import sample_path
from core.audio_file import read_mono, resample
from core.spec import HOP, SAMPLE_RATE

SECONDS = 3.0
PHONES = ["sil", "a", "s"]


def small_corpus(folder: Path) -> Path:
    """Real speech of the talkers ann and bob (kind "real"), and parallel speech of the voices low, mid and high.

    Two utterances each for training, one each for validation; the "other side" of a pair is the same speech at half
    the level, F0 is one number per talker, and phonemes alternate.
    """
    folder.mkdir(parents=True, exist_ok=True)
    samples, rate = read_mono(sample_path())
    speech = resample(samples, rate, SAMPLE_RATE)
    length = int(SECONDS * SAMPLE_RATE)
    frames = length // HOP + 1
    sound: list[np.ndarray] = []
    lines = []
    f0: dict[str, list[np.ndarray]] = {"src": [], "tgt": []}
    for i in range(6):
        start = i * SAMPLE_RATE % (len(speech) - length)
        piece = speech[start : start + length]
        paired = i % 2 == 0
        first = ("ann", "bob")[i // 2 % 2]
        line = {
            "id": f"u{i}",
            "kind": "parallel" if paired else "real",
            "split": "val" if i >= 4 else "train",
            "samples": length,
            "frames": frames,
            "labels": i * frames,
            "src": sum(map(len, sound)),
            "tgt": sum(map(len, sound)) + length if paired else None,
            "src_voice": ["low", "mid", 0.3] if paired else None,
            "tgt_voice": "high" if paired else None,
            "talker": None if paired else first,
            "sex": None,
            "text": None,
            "lang": "en",
        }
        lines.append(json.dumps(line) + "\n")
        sound += [piece, piece * 0.5] if paired else [piece]
        voiced = (np.arange(frames) // 20 % 2).astype(np.float32)
        f0["src"].append(voiced * (110 + 10 * i))
        f0["tgt"].append(voiced * 200)
    (np.concatenate(sound) * 32767).astype("<i2").tofile(folder / "audio.i16")
    for side, curves in f0.items():
        np.concatenate(curves).astype("<f4").tofile(folder / f"f0_{side}.f32")
    (np.arange(6 * frames) // 10 % len(PHONES)).astype("<i2").tofile(folder / "phone.i16")
    (folder / "phones.json").write_text(json.dumps(PHONES), "utf8")
    (folder / "index.jsonl").write_text("".join(lines), "utf8")
    return folder
