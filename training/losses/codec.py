"""Activations of a neural codec."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from training.losses.frozen import FrozenLoss, apart
from training.perception.encodec import SMALLER, SOURCE, load_encodec
from training.perception.files import user_file


class Codec(FrozenLoss):
    """Mean distance of the activations in the encoder of EnCodec at 24 kHz.

    Args:
        path: the codec's file, in either publication's layout.
    """

    domain = "wave"

    def __init__(self, weight: float = 1.0, start_epoch: int = 0, rows: int = 0, path: str = "") -> None:
        super().__init__(weight, start_epoch, rows)
        self.file = user_file(path, "the codec", SOURCE, SMALLER)

    def load(self) -> nn.Module:
        return load_encodec(self.file)

    def distance(self, net: nn.Module, made: Tensor, wanted: Tensor) -> Tensor:
        with torch.no_grad():
            aims = net(wanted)
        return torch.stack([apart(a, b) for a, b in zip(net(made), aims, strict=True)]).mean()
