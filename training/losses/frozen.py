"""What losses that listen through a frozen network share."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from training.losses.base import Loss, Step


class FrozenLoss(Loss):
    """A loss in the eyes of a network that does not learn.

    The file of the network is looked for when the loss is made, so that a run does not stop in its twentieth epoch; it
    is read at the first step that needs it. The network is no submodule: no checkpoint holds it, no optimiser sees it.

    Args:
        weight, start_epoch: as for every loss.
        rows: at most this many examples of a batch are compared, 0 for all. A batch is drawn at random, so fewer rows
            make the gradient noisier, not biased, and cost that much less.

    Raises:
        ConfigError: the network is not there; the text names the file, where it comes from, and a smaller stand-in.
    """

    def __init__(self, weight: float = 1.0, start_epoch: int = 0, rows: int = 0) -> None:
        super().__init__(weight, start_epoch)
        if rows < 0:
            raise ValueError(f"{type(self).__name__}: rows {rows} is negative; use 0 for all")
        self.rows = rows
        self._network: list[nn.Module] = []

    def load(self) -> nn.Module:
        """Read the network."""
        raise NotImplementedError

    def distance(self, net: nn.Module, made: Tensor, wanted: Tensor) -> Tensor:
        """The scalar, float32, from both sides in the loss's domain: samples (B, n) or log-mel (B, T, 80)."""
        raise NotImplementedError

    def network(self, device: torch.device) -> nn.Module:
        """The frozen network on that device."""
        if not self._network:
            # A network made under inference mode, as validation runs in, could never pass a gradient on.
            with torch.inference_mode(False):
                self._network.append(frozen(self.load()))
        return self._network[0].to(device)

    def forward(self, step: Step) -> Tensor:
        made, wanted = sides(step, self.domain, self.rows)
        if not len(made):
            return made.sum()
        net = self.network(made.device)
        with torch.autocast(made.device.type, enabled=False):
            return self.distance(net, made.float(), wanted.float())


def frozen(net: nn.Module) -> nn.Module:
    """Nothing in it learns or drops out. LSTMs stay in training mode: cuDNN gives no gradient in the other one."""
    net.eval().requires_grad_(False)
    for module in net.modules():
        if isinstance(module, nn.LSTM):
            module.train()
    return net


def sides(step: Step, domain: str, rows: int = 0) -> tuple[Tensor, Tensor]:
    """What was made and what was wanted, in that domain; masked frames are made equal, examples without any frame
    that counts are left out.

    Returns:
        Two of (B', n) for "wave" or (B', T, 80) for "mel".
    """
    if domain == "wave":
        assert step.wave is not None and step.wave_target is not None
        made, wanted = step.wave, step.wave_target
    else:
        assert step.mel is not None and step.mel_target is not None
        made, wanted = step.mel, step.mel_target
        if step.mel_mask is not None:
            counts = step.mel_mask > 0
            there = counts.any(1)
            made, wanted = torch.where(counts[..., None], made, wanted)[there], wanted[there]
    return (made[:rows], wanted[:rows]) if rows else (made, wanted)


def apart(made: Tensor, wanted: Tensor) -> Tensor:
    """Mean squared difference of activations (B, C, ...), each channel by its own variance: 0 alike, about 2 unrelated.

    Networks have channels that are hundreds of times louder than others; without the division only those would count.
    Quiet channels are divided by at least a tenth of the mean variance.
    """
    others = [d for d in range(wanted.dim()) if d != 1]
    variance = wanted.var(dim=others, keepdim=True, unbiased=False).detach()
    return ((made - wanted).square() / (variance + 0.1 * variance.mean() + 1e-8)).mean()
