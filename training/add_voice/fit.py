"""Fits a voice to lessons: its embedding with everything else frozen, then, if wanted, the decoder as well."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from core.spec import FRAMES
from model.live import LiveModel
from training.add_voice.lessons import Lessons
from training.losses.base import Step
from training.losses.mel import Mel, MelSlope

SETTLE = 10
"""Steps of 20 ms at the start of a lesson that do not count."""
BATCH = 8
EVERY = 8
"""One lesson in so many is kept for the early stop; so many steps lie between two looks at those."""
PATIENCE = 5
"""Looks without a gain of the share GAIN before the fit ends."""
GAIN = 2e-3
EMBEDDING_RATE, DECODER_RATE = 0.05, 1e-4

Progress = Callable[[int, float], None]
"""Gets the step and the loss on the lessons that are kept back."""


@dataclass(frozen=True, eq=False)
class Fitted:
    """A voice.

    Attributes:
        embedding: float32 [E].
        model: the model that speaks it: the one given, or a copy with another decoder.
        nearest: row of the bank that the fit began from.
        before, after: loss on lessons that were kept back, of that row and of the fitted voice.
        steps: taken.
    """

    embedding: np.ndarray
    model: LiveModel
    nearest: int
    before: float
    after: float
    steps: int


def fit(
    model: LiveModel, lessons: Lessons, rows: np.ndarray, most: int = 400, progress: Progress | None = None
) -> Fitted:
    """Fit an embedding.

    Args:
        model: frozen; nothing in it changes.
        lessons: at least two.
        rows: float32 [n, E], embeddings to begin from: the best of them is taken.
        most: steps.
    """
    learn, kept = _split(lessons)
    table = torch.from_numpy(rows[:, : model.config.voice_dim].copy())
    with torch.no_grad():
        costs = [float(_cost(model, kept, row)) for row in table]
    nearest = int(np.argmin(costs))
    embedding = nn.Parameter(table[nearest].clone())
    frozen = {name: p.requires_grad for name, p in model.named_parameters()}
    model.requires_grad_(False)
    try:
        after, steps = _descend([(embedding, EMBEDDING_RATE)], model, embedding, learn, kept, most, progress)
    finally:
        for name, p in model.named_parameters():
            p.requires_grad_(frozen[name])
    return Fitted(embedding.detach().numpy(), model, nearest, costs[nearest], after, steps)


def fit_decoder(fitted: Fitted, lessons: Lessons, most: int = 400, progress: Progress | None = None) -> Fitted:
    """Go on with a copy of the model whose decoder learns too. Other voices change with it: it is for this one."""
    learn, kept = _split(lessons)
    model = copy.deepcopy(fitted.model).requires_grad_(False)
    model.decoder.requires_grad_(True)
    embedding = nn.Parameter(torch.from_numpy(fitted.embedding.copy()))
    movable = [(embedding, EMBEDDING_RATE / 10), *((p, DECODER_RATE) for p in model.decoder.parameters())]
    after, steps = _descend(movable, model, embedding, learn, kept, most, progress)
    model.requires_grad_(False)
    embedding_now = embedding.detach().numpy()
    return Fitted(embedding_now, model, fitted.nearest, fitted.before, after, fitted.steps + steps)


def _descend(
    movable: list[tuple[nn.Parameter, float]],
    model: LiveModel,
    embedding: nn.Parameter,
    learn: Lessons,
    kept: Lessons,
    most: int,
    progress: Progress | None,
) -> tuple[float, int]:
    """Adam until the lessons kept back gain no more; the best state is put back. Returns its loss and the steps."""
    groups = [{"params": [p], "lr": rate} for p, rate in movable]
    optimizer = torch.optim.Adam(groups, betas=(0.9, 0.98))
    order = np.random.default_rng(0)
    with torch.no_grad():
        best = float(_cost(model, kept, embedding))
    state = [p.detach().clone() for p, _ in movable]
    idle = step = 0
    while step < most and idle < PATIENCE:
        rows = torch.from_numpy(order.choice(len(learn), min(BATCH, len(learn)), replace=False))
        optimizer.zero_grad()
        _cost(model, learn.some(rows), embedding).backward()
        optimizer.step()
        step += 1
        if step % EVERY and step < most:
            continue
        with torch.no_grad():
            now = float(_cost(model, kept, embedding))
        idle = idle + 1 if now > best * (1 - GAIN) else 0
        if now < best:
            best, state = now, [p.detach().clone() for p, _ in movable]
        if progress is not None:
            progress(step, now)
    with torch.no_grad():
        for (p, _), value in zip(movable, state, strict=True):
            p.copy_(value)
    return best, step


def _split(lessons: Lessons) -> tuple[Lessons, Lessons]:
    """To learn from, and kept back."""
    kept = torch.arange(len(lessons)) % EVERY == EVERY // 2 if len(lessons) > EVERY // 2 else None
    if kept is None:
        kept = torch.arange(len(lessons)) == len(lessons) - 1
    return lessons.some(~kept), lessons.some(kept)


def _cost(model: LiveModel, lessons: Lessons, embedding: Tensor) -> Tensor:
    total = []
    for first in range(0, len(lessons), 2 * BATCH):
        part = lessons.some(slice(first, first + 2 * BATCH))
        mel = model.decoder.mel(part.vectors, part.prosody, embedding.expand(len(part), -1))
        mask = torch.ones(mel.shape[:2])
        mask[:, : SETTLE * FRAMES] = 0
        bands = slice(0, part.bands)
        step = Step(mel=mel[..., bands], mel_target=part.mel[..., bands], mel_mask=mask)
        total.append((Mel()(step) + 0.5 * MelSlope()(step)) * len(part))
    return torch.stack(total).sum() / len(lessons)
