"""`voxveil train formants`: teaches `FormantNet` what Praat's tracker finds (Burg's method; Boersma and Weenink)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from rich.progress import track
from safetensors.torch import save_file
from torch import Tensor, nn

from core.errors import ConfigError
from core.spec import HOP, SAMPLE_RATE
from model.frontend import VoiceMel
from training.data.prepared import PreparedCorpus, Utterance
from training.perception.formant_net import FormantNet
from training.perturb.warp import FormantWarp

CEILINGS = ((160.0, 5000.0), (1e9, 5500.0))
"""Talkers whose median F0 is below the first number are searched up to the second (Praat's manual: 5000 Hz for
men, 5500 Hz for women)."""
CROP = 200
"""Frames of 10 ms in a training example."""
RANGES = ((150.0, 1200.0), (500.0, 3500.0), (1200.0, 4500.0))
"""Hz between which a track is believed."""


@dataclass(frozen=True)
class FormantReport:
    """What `train_formants` measured.

    Attributes:
        error: median |error| of F1, F2, F3 as a fraction, on voiced frames of the validation split.
        tracked: minutes of speech that were tracked.
    """

    error: tuple[float, float, float]
    tracked: float


@dataclass(frozen=True)
class Tracked:
    """One recording: log-mel (T, 80), log formants (T, 3) in nepers of Hz, known (T,) 1 where they count."""

    mel: Tensor
    formants: Tensor
    known: Tensor


def praat_formants(audio: np.ndarray, frames: int, ceiling: float) -> np.ndarray:
    """F1 to F3 in Hz: float32 (frames, 3), frame k at the centre of `VoiceMel`'s frame k; 0 where Praat finds none.

    Args:
        audio: float32 [n] at 24 kHz.
        ceiling: highest frequency searched for five formants.
    """
    import parselmouth

    found = parselmouth.Sound(audio.astype(np.float64), SAMPLE_RATE).to_formant_burg(
        time_step=HOP / SAMPLE_RATE, max_number_of_formants=5, maximum_formant=ceiling, window_length=0.025
    )
    times = (np.arange(frames) - 1) * HOP / SAMPLE_RATE
    tracks = [[found.get_value_at_time(i, float(t)) for i in (1, 2, 3)] for t in times]
    return np.nan_to_num(np.asarray(tracks, np.float32))


def train_formants(folder: Path, out: Path, minutes: float = 40.0, steps: int = 3000, seed: int = 1) -> FormantReport:
    """Track, learn, measure, write.

    Args:
        folder: what `voxveil data prepare` wrote.
        out: the safetensors file to write.
        minutes: of speech to track, drawn at random from the training split.
        steps: of Adam, 32 crops of 2 s each.

    Raises:
        ConfigError: no prepared folder, or nothing usable in it.
    """
    corpus, rng = PreparedCorpus(folder), np.random.default_rng(seed)
    torch.manual_seed(seed)
    mel = VoiceMel()
    learn = list(_tracked(corpus, mel, "train", minutes, rng, warp=True))
    check = list(_tracked(corpus, mel, "val", min(6.0, minutes), rng, warp=False))
    if not learn or not check:
        raise ConfigError(f"{folder} has no speech longer than {CROP / 100:.0f} s in its train and val splits")
    net = FormantNet()
    optimiser = torch.optim.AdamW(net.parameters(), 2e-3, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 3e-3, steps, pct_start=0.1)
    for _ in track(range(steps), "Formants"):
        x, y, known = _batch(learn, rng)
        loss = _cost(net, x, y, known)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    error = _measure(net.eval(), check)
    notes = {
        "error": ", ".join(f"{e:.3f}" for e in error),
        "made by": "voxveil train formants",
    }
    out.parent.mkdir(parents=True, exist_ok=True)
    save_file({k: v.half() for k, v in net.state_dict().items()}, out, notes)
    return FormantReport(error, sum(len(t.mel) for t in learn) / 6000)


def _tracked(
    corpus: PreparedCorpus, mel: VoiceMel, split: str, minutes: float, rng: np.random.Generator, warp: bool
) -> Iterator[Tracked]:
    """Recordings of both sides and of real talkers, half of them with the vocal tract changed when `warp`."""
    usable = [
        u for kind in ("parallel", "real", "plain") for u in corpus.utterances(split, kind) if u.frames > CROP + 2
    ]
    pool = [(u, side) for u in usable for side in (("src", "tgt") if u.tgt is not None else ("src",))]
    left = minutes * 6000
    kept: list[tuple[Utterance, str]] = []
    for i in rng.permutation(len(pool)):
        if left > 0:
            kept.append(pool[i])
            left -= pool[i][0].frames
    for u, side in track(kept, f"Praat, {split}"):
        audio, f0 = corpus.audio(u, side, 0, u.frames - 1), corpus.f0(u, side, 0, u.frames - 1)
        if not (f0 > 0).any():
            continue
        change = FormantWarp.draw(rng, 0.25) if warp and rng.random() < 0.6 else None
        yield _one(mel, audio, f0, change)


def _one(mel: VoiceMel, audio: np.ndarray, f0: np.ndarray, change: FormantWarp | None) -> Tracked:
    """Tracked as it was spoken; where the vocal tract is changed, the formants move by a factor that is known."""
    heard = change.apply(audio, SAMPLE_RATE) if change else audio
    with torch.no_grad():
        picture = mel(torch.from_numpy(heard)[None])[0]
    ceiling = next(c for limit, c in CEILINGS if np.median(f0[f0 > 0]) < limit)
    hz = praat_formants(audio, len(picture), ceiling)
    low, high = np.array(RANGES).T
    # Frame k of the mel stands for time (k - 1) hops, as f0's frame k - 1 does.
    voiced = np.concatenate([[0.0], f0[:-1]])[: len(picture)] > 0
    known = voiced & ((hz > low) & (hz < high)).all(1)
    formants = np.log(np.maximum(hz, 1.0)) + np.log(change.factor if change else 1.0)
    return Tracked(picture, torch.from_numpy(formants.astype(np.float32)), torch.from_numpy(known.astype(np.float32)))


def _batch(pool: list[Tracked], rng: np.random.Generator, size: int = 32) -> tuple[Tensor, Tensor, Tensor]:
    mels, formants, known = [], [], []
    for i in rng.integers(0, len(pool), size):
        item = pool[int(i)]
        start = int(rng.integers(0, len(item.mel) - CROP + 1))
        mels.append(item.mel[start : start + CROP])
        formants.append(item.formants[start : start + CROP])
        known.append(item.known[start : start + CROP])
    return torch.stack(mels), torch.stack(formants), torch.stack(known)


def _cost(net: FormantNet, x: Tensor, y: Tensor, known: Tensor) -> Tensor:
    """Absolute error of log-frequency where known (Praat's slips are far off: a square would listen to them), and
    cross-entropy of whether it is known."""
    made, there = net(x)
    error = ((made - y).abs().mean(-1) * known).sum() / (known.sum() + 1e-6)
    return error + 0.1 * nn.functional.binary_cross_entropy_with_logits(there, known)


@torch.no_grad()
def _measure(net: FormantNet, pool: list[Tracked]) -> tuple[float, float, float]:
    errors = torch.cat([(torch.expm1(net(t.mel[None])[0][0] - t.formants)).abs()[t.known > 0] for t in pool])
    first, second, third = errors.median(0).values.tolist()
    return first, second, third
