"""Optimiser and learning-rate schedule that all stages share."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from lightning.pytorch.utilities.types import OptimizerLRScheduler
from torch import nn


def adam(
    groups: Sequence[list[nn.Parameter]], rate: float, steps: int, shares: Sequence[float] = (1.0,), warmup: int = 100
) -> OptimizerLRScheduler:
    """AdamW with a short linear rise and half a cosine down to a twentieth of the rate, in Lightning's form.

    Args:
        groups: of parameters. shares: the rate of each group, as a fraction of `rate`.
    """
    settings = [{"params": group, "lr": rate * share} for group, share in zip(groups, shares, strict=True)]
    optimizer = torch.optim.AdamW(settings, lr=rate, betas=(0.9, 0.98), weight_decay=1e-3)

    def factor(step: int) -> float:
        if step < warmup:
            return (step + 1) / warmup
        progress = min(1.0, (step - warmup) / max(1, steps - warmup))
        return 0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * progress))

    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, factor)
    return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}
