"""Trains the second verifier (`evaluation.tdnn`) on the talkers at hand; stops and goes on where it stopped."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from rich.console import Console
from rich.progress import track
from torch import Tensor, nn

from core.audio_file import resample
from core.errors import ConfigError
from core.spec import SAMPLE_RATE
from evaluation import tdnn
from evaluation.measure import load
from evaluation.privacy import attack
from evaluation.talkers import named, of_split, read_recordings
from evaluation.tdnn import EMBEDDING, Tdnn, TdnnVerifier, features, save

Bands = npt.NDArray[np.float32]
Corpus = dict[str, list[Bands]]
"""Features by talker."""

CROP = 200
"""Frames of a training crop: two seconds."""
BATCH = 48
MARGIN, SCALE = 0.2, 25.0
SPEEDS = (1.0, 0.9, 1.1)
"""A talker played faster or slower counts as another one (as in x-vector recipes): thrice the talkers."""
SAVE_EVERY = 50


@dataclass(frozen=True)
class Lesson:
    """What to train on.

    Attributes:
        talkers: folder of recordings; those that `heldout` names are left out, its split "val" is the check.
        prepared: folder of `voxveil data prepare`, whose synthetic talkers of the split "train" are used too; or None.
        out: file of the weights; beside it `NAME.state` keeps what an interrupted run needs.
        steps: of training in all. minutes: stop after so many and go on at the next call.
    """

    talkers: Path
    heldout: Path
    out: Path
    prepared: Path | None = None
    steps: int = 1200
    minutes: float = 600.0
    seed: int = 0


class AngularMargin(nn.Module):
    """Softmax over cosines with an additive angular margin (ArcFace, arXiv 1801.07698)."""

    def __init__(self, talkers: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(talkers, EMBEDDING) * 0.05)

    def forward(self, embeddings: Tensor, talkers: Tensor) -> Tensor:
        """Loss of unit vectors (B, 128) against talker numbers (B,)."""
        cosines = (embeddings @ nn.functional.normalize(self.weight, dim=1).T).clamp(-1 + 1e-6, 1 - 1e-6)
        own = cosines.gather(1, talkers[:, None])
        moved = torch.cos(torch.acos(own) + MARGIN)
        return nn.functional.cross_entropy(SCALE * cosines.scatter(1, talkers[:, None], moved), talkers)


def train(lesson: Lesson, console: Console) -> float | None:
    """Train, write the weights, and give the equal error rate (percent) on the talkers of the split "val".

    None while the time is up before the steps are.

    Raises:
        ConfigError: too few talkers, or no prepared corpus where one is named.
    """
    torch.manual_seed(lesson.seed)
    real, synthetic = _corpus(lesson, console)
    groups = [*real.values(), *synthetic.values()]
    network, head = Tdnn(), AngularMargin(len(groups))
    parameters = [*network.parameters(), *head.parameters()]
    optimizer = torch.optim.AdamW(parameters, 2e-3, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 3e-3, total_steps=lesson.steps, pct_start=0.15)
    parts: dict[str, Any] = {"network": network, "head": head, "optimizer": optimizer, "schedule": schedule}
    state = lesson.out.with_suffix(".state")
    done = _resume(state, parts)
    crops = draw(groups, len(real), np.random.default_rng([lesson.seed, done]))
    end, losses = time.monotonic() + 60 * lesson.minutes, list[float]()
    network.train()
    for step in track(range(done, lesson.steps), description="verifier", console=console, transient=True):
        bands, talkers = next(crops)
        loss = head(network(bands), talkers)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, 5.0)
        optimizer.step()
        schedule.step()
        losses.append(float(loss.detach()))
        last = step + 1 == lesson.steps
        if last or time.monotonic() > end or (step + 1) % SAVE_EVERY == 0:
            state.parent.mkdir(parents=True, exist_ok=True)
            torch.save({"done": step + 1, **{k: p.state_dict() for k, p in parts.items()}}, state)
        if time.monotonic() > end and not last:
            console.print(f"step {step + 1} of {lesson.steps}, loss {np.mean(losses[-50:]):.2f}; run again to go on")
            return None
    error = check(TdnnVerifier(network, "new"), lesson)
    description = {
        "real_talkers": len(real) // len(SPEEDS),
        "synthetic_talkers": len(synthetic),
        "steps": lesson.steps,
        "seed": lesson.seed,
        "eer_val_percent": round(error, 2),
    }
    save(network, description, lesson.out)
    state.unlink(missing_ok=True)
    return error


def draw(groups: list[list[Bands]], real: int, rng: np.random.Generator) -> Iterator[tuple[Tensor, Tensor]]:
    """Batches without end: crops (48, 200, 64) and talker numbers (48,); half of them of the first `real` groups."""
    while True:
        half = BATCH // 2 if 0 < real < len(groups) else BATCH
        numbers = [*rng.integers(real or len(groups), size=half), *rng.integers(real, len(groups), size=BATCH - half)]
        crops = [_crop(groups[n][rng.integers(len(groups[n]))], rng) for n in numbers]
        yield torch.from_numpy(np.stack(crops)), torch.from_numpy(np.asarray(numbers, dtype=np.int64))


def check(verifier: TdnnVerifier, lesson: Lesson) -> float:
    """Equal error rate in percent on the talkers of the split "val"; NaN if there are none."""
    try:
        recordings = of_split(read_recordings(lesson.talkers), lesson.heldout, "val")
    except ConfigError:
        return float("nan")
    enrol: dict[str, list[Bands]] = {}
    trial: dict[str, list[Bands]] = {}
    for number, (r, x) in enumerate(load(recordings)[0]):
        (trial if number % 2 else enrol).setdefault(r.talker, []).append(verifier(x))
    return attack(enrol, trial).eer


def _corpus(lesson: Lesson, console: Console) -> tuple[Corpus, Corpus]:
    """Features of real and synthetic talkers; kept beside the state, for the next call."""
    kept = lesson.out.with_suffix(".features.npz")
    source = _source(lesson)
    if kept.is_file() and _is_of(kept, source):
        with np.load(kept, allow_pickle=False) as stored:
            names = json.loads(str(stored["names"]))
            bands, ends = stored["bands"], stored["ends"]
        pieces = np.split(bands, ends[:-1])
        found: tuple[Corpus, Corpus] = ({}, {})
        for (kind, talker), piece in zip(names, pieces, strict=True):
            found[kind].setdefault(talker, []).append(piece)
        return found
    heldout = named(lesson.heldout)
    real: Corpus = {}
    recordings = [r for r in read_recordings(lesson.talkers) if r.talker not in heldout]
    for r, x in track(load(recordings)[0], description="features", console=console, transient=True):
        for speed in SPEEDS:
            heard = x if speed == 1.0 else resample(x, round(SAMPLE_RATE * speed), SAMPLE_RATE)
            real.setdefault(f"{r.talker} {speed}", []).append(features(heard))
    synthetic = _synthetic(lesson.prepared, console) if lesson.prepared else {}
    if len(real) // len(SPEEDS) < 10:
        raise ConfigError(f"{lesson.talkers} has {len(real) // len(SPEEDS)} talkers to train a verifier on; 10 needed")
    flat = [((kind, t), b) for kind, corpus in enumerate((real, synthetic)) for t, bs in corpus.items() for b in bs]
    kept.parent.mkdir(parents=True, exist_ok=True)
    np.savez(
        kept,
        bands=np.concatenate([b for _, b in flat]).astype(np.float16),
        ends=np.cumsum([len(b) for _, b in flat]),
        names=json.dumps([name for name, _ in flat]),
        source=source,
    )
    return real, synthetic


def _source(lesson: Lesson) -> str:
    """What the features are made of and how, as a hash: recordings by name and size, who is kept out, our own code."""
    parts = [f"{r.talker} {r.path.name} {r.path.stat().st_size}" for r in read_recordings(lesson.talkers)]
    parts += sorted(named(lesson.heldout))
    if lesson.prepared and (lesson.prepared / "index.jsonl").is_file():
        parts.append((lesson.prepared / "index.jsonl").read_text("utf8"))
    parts.append(Path(str(tdnn.__file__)).read_text("utf8"))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _is_of(kept: Path, source: str) -> bool:
    with np.load(kept, allow_pickle=False) as stored:
        return "source" in stored.files and str(stored["source"]) == source


def _synthetic(prepared: Path, console: Console) -> Corpus:
    """Source timbres (a mix of two voices each is a talker) and the few target voices, of the split "train"."""
    index = prepared / "index.jsonl"
    if not index.is_file():
        raise ConfigError(f"{prepared} is not a prepared corpus (no index.jsonl); run: voxveil data prepare")
    lines = [json.loads(line) for line in index.read_text("utf8").splitlines()]
    audio = np.memmap(prepared / "audio.i16", np.int16, "r")
    corpus: Corpus = {}
    lines = [e for e in lines if e["kind"] == "parallel" and e["split"] == "train"]
    for e in track(lines, description="synthetic talkers", console=console, transient=True):
        sides = [("src", json.dumps(e["src_voice"])), ("tgt", json.dumps(e["tgt_voice"]))]
        for side, talker in sides:
            if len(corpus.get(talker, [])) < 12:
                samples = audio[e[side] : e[side] + min(e["samples"], 8 * SAMPLE_RATE)]
                corpus.setdefault(talker, []).append(features(samples.astype(np.float32) / np.float32(32768)))
    return corpus


def _crop(bands: Bands, rng: np.random.Generator) -> Bands:
    """Two seconds, some with a noise floor, some with a band or a stretch of time masked."""
    if len(bands) < CROP:
        bands = np.tile(bands, (-(-CROP // len(bands)), 1))
    start = rng.integers(len(bands) - CROP + 1)
    crop = bands[start : start + CROP].astype(np.float32)
    if rng.random() < 0.5:
        floor = rng.uniform(-8, -2) + rng.uniform(-1, 1) * np.linspace(-1, 1, crop.shape[1])
        crop = np.logaddexp(crop, floor.astype(np.float32))
    crop = crop - crop.mean(0)
    if rng.random() < 0.5:
        band = rng.integers(crop.shape[1] - 8)
        crop[:, band : band + rng.integers(1, 8)] = 0
    return np.asarray(crop, dtype=np.float32)


def _resume(state: Path, parts: dict[str, Any]) -> int:
    if not state.is_file():
        return 0
    stored = torch.load(state, weights_only=True)
    for key, part in parts.items():
        part.load_state_dict(stored[key])
    return int(stored["done"])
