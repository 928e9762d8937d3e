"""Formants F1 to F3, as a frozen network reads them from the mel picture."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from training.losses.frozen import FrozenLoss
from training.perception.files import user_file
from training.perception.formant_net import MAKE, SHIPPED, load_formants


class Formants(FrozenLoss):
    """Mean absolute difference of ln F1, ln F2 and ln F3 over frames where the wanted side has formants (0.1: 10 %).

    Args:
        net: a file that `voxveil train formants` wrote; "" for the shipped one.
    """

    domain = "mel"

    def __init__(self, weight: float = 1.0, start_epoch: int = 0, rows: int = 0, net: str = "") -> None:
        super().__init__(weight, start_epoch, rows)
        self.file = user_file(net or SHIPPED, "the formant network", MAKE, "the shipped one, without `net`")

    def load(self) -> nn.Module:
        return load_formants(Path(self.file))

    def distance(self, net: nn.Module, made: Tensor, wanted: Tensor) -> Tensor:
        with torch.no_grad():
            aim, there = net(wanted)
        heard, _ = net(made)
        counts = (there > 0).to(heard.dtype)
        return ((heard - aim).abs().mean(-1) * counts).sum() / (counts.sum() + 1e-6)
