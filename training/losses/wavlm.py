"""Features of a self-supervised speech model, as in the paper."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from training.losses.frozen import FrozenLoss, apart
from training.perception.files import user_file
from training.perception.resample import Downsample
from training.perception.wavlm import SMALLER, SOURCE, load_wavlm


class WavLm(FrozenLoss):
    """Distance of WavLM's hidden features.

    Args:
        path: the file of WavLM Base or Base+, in either publication's layout.
        layer: transformer layers to run before comparing; the paper takes 6.
    """

    domain = "wave"

    def __init__(
        self, weight: float = 1.0, start_epoch: int = 0, rows: int = 0, path: str = "", layer: int = 6
    ) -> None:
        super().__init__(weight, start_epoch, rows)
        self.layer, self.file = layer, user_file(path, "WavLM", SOURCE, SMALLER)

    def load(self) -> nn.Module:
        return nn.Sequential(Downsample(), load_wavlm(self.file, self.layer))

    def distance(self, net: nn.Module, made: Tensor, wanted: Tensor) -> Tensor:
        with torch.no_grad():
            aim = net(wanted)
        return apart(net(made), aim)
