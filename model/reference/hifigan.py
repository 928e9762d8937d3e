"""HiFi-GAN's generator for the reference's mel (Kong et al., arXiv 2010.05646), with factors for a hop of 300 samples.

It stands here so that the paper's chain is complete. The app never runs it: 13 M parameters at up to every sample are
95 % of the paper's run-time cost, and it looks into the future. `live` has the source-filter vocoder of
`model/vocoder.py` instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrizations import weight_norm

from core.spec import MELS

SLOPE = 0.1
"""Of the leaky rectifiers."""


@dataclass(frozen=True)
class HifiGanConfig:
    """Sizes; the defaults make 13 M parameters.

    Attributes:
        channels: width at the mel's rate; each stage halves it.
        factors: samples per frame, stage by stage; their product is the hop, 300.
        kernels, dilations: of the residual blocks that are summed after each stage.
    """

    channels: int = 512
    factors: tuple[int, ...] = (5, 5, 4, 3)
    kernels: tuple[int, ...] = (3, 7, 11)
    dilations: tuple[int, ...] = (1, 3, 5)


class ResidualBlock(nn.Module):
    """Pairs of convolutions, the first of each dilated, each pair added to its input: (B, C, n) to (B, C, n)."""

    def __init__(self, channels: int, kernel: int, dilations: tuple[int, ...]) -> None:
        super().__init__()
        self.pairs = nn.ModuleList(
            [nn.Sequential(*(_convolution(channels, channels, kernel, step) for step in (d, 1))) for d in dilations]
        )

    def forward(self, x: Tensor) -> Tensor:
        """As the class says."""
        for pair in self.pairs:
            y = x
            for conv in pair.children():
                y = conv(nn.functional.leaky_relu(y, SLOPE))
            x = x + y
        return x


class HifiGan(nn.Module):
    """Log-mel (B, T, 80), 80 frames a second, to samples (B, T * 300) at 24 kHz in [-1, 1]."""

    def __init__(self, config: HifiGanConfig | None = None) -> None:
        super().__init__()
        c = config or HifiGanConfig()
        widths = [c.channels >> i for i in range(len(c.factors) + 1)]
        self.inlet = _convolution(MELS, widths[0], 7, 1)
        self.stages = nn.ModuleList(
            [_upsampling(a, b, factor) for (a, b), factor in zip(pairwise(widths), c.factors, strict=True)]
        )
        self.blocks = nn.ModuleList(
            [nn.ModuleList([ResidualBlock(width, k, c.dilations) for k in c.kernels]) for width in widths[1:]]
        )
        self.outlet = _convolution(widths[-1], 1, 7, 1)

    def forward(self, mel: Tensor) -> Tensor:
        """As the class says."""
        x = self.inlet(mel.transpose(1, 2))
        for stage, blocks in zip(self.stages, self.blocks, strict=True):
            x = stage(nn.functional.leaky_relu(x, SLOPE))
            assert isinstance(blocks, nn.ModuleList)
            x = torch.stack([block(x) for block in blocks]).mean(0)
        return torch.tanh(self.outlet(nn.functional.leaky_relu(x, SLOPE)))[:, 0]


def _convolution(into: int, out: int, kernel: int, dilation: int) -> nn.Module:
    conv = nn.Conv1d(into, out, kernel, padding=(kernel - 1) * dilation // 2, dilation=dilation)
    nn.init.normal_(conv.weight, std=0.01)
    return weight_norm(conv)


def _upsampling(into: int, out: int, factor: int) -> nn.Module:
    odd = factor % 2
    conv = nn.ConvTranspose1d(into, out, 2 * factor, factor, factor // 2 + odd, output_padding=odd)
    nn.init.normal_(conv.weight, std=0.01)
    return weight_norm(conv)
