"""Liveliness of the melody."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from model.prosody import F0_BINS, decode_pitch
from training.losses.frozen import FrozenLoss
from training.perception.files import user_file
from training.perception.pitch_nets import MAKE, SHIPPED, load_pitch_head

LEAST = 0.02
"""Nepers added to both spreads: below a third of a semitone nobody hears a difference."""


class F0Diversity(FrozenLoss):
    """By how much (ln) the spread of log-F0 within an example falls short of the wanted one; more than wanted is free.

    Args:
        net: a file that `voxveil train pitch-head` wrote; "" for the shipped one.
    """

    domain = "wave"

    def __init__(self, weight: float = 1.0, start_epoch: int = 0, rows: int = 0, net: str = "") -> None:
        super().__init__(weight, start_epoch, rows)
        self.file = user_file(net or SHIPPED, "the pitch head", MAKE, "the shipped one, without `net`")

    def load(self) -> nn.Module:
        return load_pitch_head(Path(self.file))

    def distance(self, net: nn.Module, made: Tensor, wanted: Tensor) -> Tensor:
        with torch.no_grad():
            aim = net(wanted)
        voiced = torch.sigmoid(aim[..., F0_BINS])
        lack = torch.log(_spread(aim, voiced) + LEAST) - torch.log(_spread(net(made), voiced) + LEAST)
        return lack.clamp(min=0).mean()


def _spread(logits: Tensor, weight: Tensor) -> Tensor:
    """Deviation of log-F0 (B,) over the frames that weigh."""
    log_f0, _ = decode_pitch(logits)
    total = weight.sum(1, keepdim=True) + 1e-3
    mean = (log_f0 * weight).sum(1, keepdim=True) / total
    return (((log_f0 - mean).square() * weight).sum(1) / total[:, 0] + 1e-6).sqrt()
