"""F1 to F3 read from the mel picture by a small network that learned them from Praat."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from core.spec import MELS
from training.perception.files import read_weights

SHIPPED = Path(__file__).parent / "weights" / "formants.safetensors"
MAKE = "make it with `voxveil train formants`"
CENTRES = (500.0, 1500.0, 2600.0)
"""Hz that the network's zero stands for: about the mean of F1, F2 and F3 over talkers."""


class FormantNet(nn.Module):
    """Convolutions over time on log-mel; every frame sees 21 frames, 210 ms.

    Args:
        channels: width.
        dilations: of the convolutions of kernel 3 that follow the first one of kernel 5.
    """

    def __init__(self, channels: int = 96, dilations: tuple[int, ...] = (1, 2, 4, 1)) -> None:
        super().__init__()
        self.inlet = nn.Conv1d(MELS, channels, 5, padding=2)
        self.layers = nn.ModuleList([nn.Conv1d(channels, channels, 3, padding=d, dilation=d) for d in dilations])
        self.outlet = nn.Conv1d(channels, len(CENTRES) + 1, 1)
        self.register_buffer("centres", torch.log(torch.tensor(CENTRES)), persistent=False)
        self.centres: Tensor

    def forward(self, mel: Tensor) -> tuple[Tensor, Tensor]:
        """Log-mel (B, T, 80) to the natural logs of F1, F2, F3 in Hz (B, T, 3) and the logit that there are any (B, T).

        The level of a recording says nothing about its formants: the mean over bands and frames is taken off first.
        """
        x = mel - mel.mean(dim=(1, 2), keepdim=True)
        x = nn.functional.gelu(self.inlet(x.transpose(1, 2)))
        for layer in self.layers:
            x = x + nn.functional.gelu(layer(x))
        y = self.outlet(x).transpose(1, 2)
        return self.centres + y[..., :3], y[..., 3]


def load_formants(path: Path | None = None) -> FormantNet:
    """The shipped network, or the one in `path`.

    Raises:
        ConfigError: no such file, or of another layout.
    """
    net = FormantNet()
    read_weights(path or SHIPPED, "the formant network", MAKE, "the shipped one, without `net`").into(net)
    return net
