"""Likeness of the talker, as a speaker verifier hears it."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from training.losses.frozen import FrozenLoss
from training.perception.resample import Downsample
from training.perception.speaker_net import load_speaker, speaker_file


class Verifier(FrozenLoss):
    """1 less the cosine of the two embeddings: 0 for the wanted voice."""

    domain = "wave"

    def __init__(self, weight: float = 1.0, start_epoch: int = 0, rows: int = 0) -> None:
        super().__init__(weight, start_epoch, rows)
        self.file = speaker_file()

    def load(self) -> nn.Module:
        return nn.Sequential(Downsample(), load_speaker(self.file))

    def distance(self, net: nn.Module, made: Tensor, wanted: Tensor) -> Tensor:
        with torch.no_grad():
            aim = net(wanted)
        return 1.0 - (net(made) * aim).sum(-1).mean()
