"""Liveliness of the spectrum: the global variance of Toda and Tokuda (2007) as a loss."""

from __future__ import annotations

import torch
from torch import Tensor

from training.losses.base import Loss, Step

LEAST = 0.05
"""Log-mel units added to both spreads, so that silence asks for nothing."""


class MelDiversity(Loss):
    """By how much (ln) each band's spread over time falls short of the wanted one; more than wanted is free.

    A decoder that is unsure draws the mean of what it thinks possible: a smooth, muffled picture. This term is what
    squared error does not see.
    """

    domain = "mel"

    def forward(self, step: Step) -> Tensor:
        assert step.mel is not None and step.mel_target is not None and step.mel_mask is not None
        there = step.mel_mask.sum(1) > 1
        mask = step.mel_mask[there]
        made, wanted = _spread(step.mel.float()[there], mask), _spread(step.mel_target[there], mask)
        lack = (torch.log(wanted + LEAST) - torch.log(made + LEAST)).clamp(min=0)
        return lack.mean() if len(lack) else lack.sum()


def _spread(mel: Tensor, mask: Tensor) -> Tensor:
    """Deviation over the frames that count: (B, T, 80) to (B, 80)."""
    weight = mask[..., None] / (mask.sum(1)[:, None, None] + 1e-6)
    mean = (mel * weight).sum(1, keepdim=True)
    return ((mel - mean).square() * weight).sum(1).add(1e-6).sqrt()
