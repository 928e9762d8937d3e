"""Activations of a predictor of mean opinion scores."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from training.losses.frozen import FrozenLoss, apart
from training.perception.mos_net import load_mos, mos_file
from training.perception.resample import Downsample


class MosActivations(FrozenLoss):
    """Distance of DNSMOS's activations, plus how far the predicted scores stay below the wanted side's.

    Args:
        scores: weight of the second part: the mean of what SIG, BAK and OVRL lack, in points; never below 0.
    """

    domain = "wave"

    def __init__(self, weight: float = 1.0, start_epoch: int = 0, rows: int = 0, scores: float = 0.1) -> None:
        super().__init__(weight, start_epoch, rows)
        self.scores, self.file = scores, mos_file()

    def load(self) -> nn.Module:
        return nn.Sequential(Downsample(), load_mos(self.file))

    def distance(self, net: nn.Module, made: Tensor, wanted: Tensor) -> Tensor:
        with torch.no_grad():
            aims, wanted_scores = net(wanted)
        heard, scores = net(made)
        distances = torch.stack([apart(a, b) for a, b in zip(heard, aims, strict=True)])
        return distances.mean() + self.scores * (wanted_scores - scores).clamp(min=0).mean()
