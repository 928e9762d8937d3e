"""Features of a speech recogniser."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from training.losses.frozen import FrozenLoss, apart
from training.perception.resample import Downsample
from training.perception.whisper_encoder import load_whisper, whisper_file


class Recognizer(FrozenLoss):
    """Distance of Whisper's encoder features: what a recogniser would understand.

    Args:
        path: folder of a CTranslate2 Whisper model.
        layer: encoder blocks to run before comparing, 0 for all: its end tells words from voices best (docs/losses.md).
    """

    domain = "wave"

    def __init__(
        self, weight: float = 1.0, start_epoch: int = 0, rows: int = 0, path: str = "", layer: int = 0
    ) -> None:
        super().__init__(weight, start_epoch, rows)
        self.layer, self.file = layer, whisper_file(path)

    def load(self) -> nn.Module:
        return nn.Sequential(Downsample(), load_whisper(self.file, self.layer))

    def distance(self, net: nn.Module, made: Tensor, wanted: Tensor) -> Tensor:
        with torch.no_grad():
            aim = net(wanted)
        return apart(net(made), aim)
