"""A small network that tells the phoneme of a 20 ms row from recogniser features around it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

CONTEXT = 2
"""Rows on either side that the probe sees."""


class Probe(nn.Module):
    """One hidden layer over 2 * CONTEXT + 1 rows.

    Args:
        width: of a feature row.
        classes: phonemes, silence included.
        hidden: units of the hidden layer.
    """

    def __init__(self, width: int, classes: int, hidden: int = 256) -> None:
        super().__init__()
        self.shift = nn.Parameter(torch.zeros(width), requires_grad=False)
        self.scale = nn.Parameter(torch.ones(width), requires_grad=False)
        self.net = nn.Sequential(
            nn.Dropout(0.2),
            nn.Linear(width * (2 * CONTEXT + 1), hidden),
            nn.GELU(),
            nn.Dropout(0.3),
            nn.Linear(hidden, classes),
        )

    def forward(self, rows: Tensor) -> Tensor:
        """(N, 2 * CONTEXT + 1, width) to logits (N, classes)."""
        return self.net(((rows - self.shift) * self.scale).flatten(1))

    @torch.no_grad()
    def posteriors(self, features: np.ndarray) -> np.ndarray:
        """float16 (rows, width) of one utterance to float32 (rows, classes) that sum to 1."""
        self.eval()
        x = torch.from_numpy(np.pad(features.astype(np.float32), ((CONTEXT, CONTEXT), (0, 0)), mode="edge"))
        return torch.softmax(self(x.unfold(0, 2 * CONTEXT + 1, 1).transpose(1, 2)), dim=-1).numpy()


@dataclass(frozen=True)
class Labelled:
    """An utterance to learn from.

    Attributes:
        rows: float16 (rows, width).
        labels: int64 (rows,), -1 where not to learn.
    """

    rows: np.ndarray
    labels: np.ndarray


def train_probe(
    data: list[Labelled], classes: int, epochs: int = 4, seed: int = 1, batch: int = 512, rate: float = 2e-3
) -> Probe:
    """Cross-entropy with Adam, the rate falling along a cosine to zero."""
    torch.manual_seed(seed)
    width = data[0].rows.shape[1]
    edge = np.zeros((CONTEXT, width), np.float16)
    rows = torch.from_numpy(np.concatenate([part for d in data for part in (edge, d.rows, edge)]))
    none = np.full(CONTEXT, -1)
    labels = torch.from_numpy(np.concatenate([part for d in data for part in (none, d.labels, none)]).astype(np.int64))
    known = torch.nonzero(labels >= 0)[:, 0]
    probe = Probe(width, classes)
    sample = rows[known[:: max(1, len(known) // 20000)]].float()
    probe.shift.copy_(sample.mean(0))
    probe.scale.copy_(1 / (sample.std(0) + 1e-4))
    around = torch.arange(-CONTEXT, CONTEXT + 1)
    adam = torch.optim.AdamW((p for p in probe.parameters() if p.requires_grad), rate, weight_decay=0.02)
    steps = epochs * (len(known) // batch)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(adam, max(steps, 1))
    cost = nn.CrossEntropyLoss(label_smoothing=0.05)
    for _ in range(epochs):
        order = known[torch.randperm(len(known))]
        probe.train()
        for chosen in order[: len(order) // batch * batch].view(-1, batch):
            adam.zero_grad()
            cost(probe(rows[chosen[:, None] + around].float()), labels[chosen]).backward()
            adam.step()
            schedule.step()
    return probe.eval()


def accuracy(probe: Probe, data: list[Labelled]) -> float:
    """Share of known rows whose likeliest class is the label."""
    right = total = 0
    for d in data:
        known = d.labels >= 0
        right += int((probe.posteriors(d.rows).argmax(1) == d.labels)[known].sum())
        total += int(known.sum())
    return right / max(total, 1)
