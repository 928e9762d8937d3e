"""Real speech for tests of losses: the sample in the repository, and the talkers beside it where they are."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from core.audio_file import read_mono, resample
from core.spec import BLOCK, SAMPLE_RATE

ROOT = Path(__file__).resolve().parents[3]
BESIDE = ROOT.parent / "shared" / "speech"


@lru_cache
def sample(start: float = 0.2, seconds: float = 1.6) -> Tensor:
    """A part of assets/sample at 24 kHz, (1, n), n a multiple of 480."""
    return _cut(ROOT / "assets" / "sample" / "speech.flac", start, seconds)


@lru_cache
def two_talkers() -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]:
    """Two recordings each of a man and of a woman who read LibriSpeech, 3 s; skips where there are none."""
    manifest = BESIDE / "real" / "manifest.jsonl"
    if not manifest.is_file():
        pytest.skip("no shared/speech beside the repository")
    found: dict[str, list[Tensor]] = {}
    sexes: dict[str, str] = {}
    for line in manifest.read_text("utf8").splitlines():
        entry = json.loads(line)
        talker = entry["talker"]
        reads = talker.startswith("ls_") and entry["seconds"] > 4.2
        if reads and sexes.setdefault(entry["sex"], talker) == talker and len(found.get(talker, [])) < 2:
            found.setdefault(talker, []).append(_cut(BESIDE / "real" / entry["file"], 0.5, 3.0))
    (a, b), (c, d) = (found[sexes[sex]] for sex in "FM")
    return (a, b), (c, d)


@lru_cache
def three_renditions() -> tuple[Tensor, Tensor, Tensor]:
    """A sentence, the same in step in another voice, and another one in that voice; skips where there is none."""
    listing = BESIDE / "parallel.jsonl"
    if not listing.is_file():
        pytest.skip("no shared/speech beside the repository")
    entries = [json.loads(line) for line in listing.read_text("utf8").splitlines()]
    one = next(e for e in entries if e["seconds"] > 4 and e["lang"] == "en-us")
    other = next(e for e in entries if e["seconds"] > 4 and e["tgt"] == one["tgt"] and e["id"] != one["id"])
    folder = BESIDE / "parallel"
    names = (f"{one['id']}_src", f"{one['id']}_tgt", f"{other['id']}_tgt")
    first, same, different = (_cut(folder / f"{name}.opus", 0.7, 3.0) for name in names)
    return first, same, different


def noisy(x: Tensor, level: float, seed: int = 0) -> Tensor:
    """White noise added, `level` times as loud as the speech."""
    noise = torch.randn(x.shape, generator=torch.Generator().manual_seed(seed))
    return x + level * x.std() * noise


def _cut(path: Path, start: float, seconds: float) -> Tensor:
    x, rate = read_mono(path)
    x = resample(x, rate, SAMPLE_RATE)[int(start * SAMPLE_RATE) :][: int(seconds * SAMPLE_RATE) // BLOCK * BLOCK]
    return torch.from_numpy(np.ascontiguousarray(x))[None]
