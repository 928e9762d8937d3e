"""Blocks of the reference model: offline convolutions with instance norm, on (B, C, T) as torch's convolutions want it.

Architecture: Ho and Akagi, Non-parallel voice conversion based on hierarchical latent embedding vector quantized
variational autoencoder (VCC 2020), as used in arXiv 2410.15499. Every layer sees past and future alike, and the
instance norm sees the whole utterance: nothing here streams.
"""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor, nn


def convolution(into: int, out: int, kernel: int, dilation: int = 1, stride: int = 1) -> nn.Conv1d:
    """Convolution that keeps the length (halves it at stride 2), Xavier weights."""
    conv = nn.Conv1d(into, out, kernel, stride, ((kernel - 1) * dilation + 1 - stride) // 2, dilation)
    nn.init.xavier_uniform_(conv.weight)
    return conv


def gated(into: int, out: int, conv: nn.Module | None = None, kernel: int = 5, norm: bool = True) -> nn.Sequential:
    """Convolution to 2 `out` channels, instance norm, gated linear unit: (B, into, T) to (B, out, T')."""
    first = conv if conv is not None else convolution(into, 2 * out, kernel)
    return nn.Sequential(first, nn.InstanceNorm1d(2 * out) if norm else nn.Identity(), nn.GLU(dim=1))


def halving(channels: int) -> nn.Sequential:
    """Half the frame rate: kernel 8, stride 2."""
    return gated(channels, channels, convolution(channels, 2 * channels, 8, stride=2))


def doubling(channels: int) -> nn.Sequential:
    """Twice the frame rate: kernel 8, stride 2, transposed."""
    conv = nn.ConvTranspose1d(channels, 2 * channels, 8, 2, 3)
    nn.init.xavier_uniform_(conv.weight)
    return gated(channels, channels, conv)


class Cell(nn.Module):
    """One gated dilated convolution (B, C, T) to what is added to the input and what is skipped to the end, same shape.

    Args:
        channels: C.
        kernel, dilation: of the gated convolution.
        talker_dim: size of the talker's embedding, which moves both halves of the gate; 0 for none.
    """

    def __init__(self, channels: int, kernel: int, dilation: int, talker_dim: int = 0) -> None:
        super().__init__()
        self.gate = nn.Sequential(
            convolution(channels, 2 * channels, kernel, dilation), nn.InstanceNorm1d(2 * channels)
        )
        self.residual = nn.Sequential(convolution(channels, channels, kernel), nn.InstanceNorm1d(channels))
        self.skip = nn.Sequential(convolution(channels, channels, kernel), nn.InstanceNorm1d(channels))
        self.talker = _talker_net(talker_dim, channels) if talker_dim else None

    def forward(self, x: Tensor, talker: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """`talker` (B, talker_dim) or None."""
        gate = self.gate(x)
        if self.talker is not None and talker is not None:
            gate = gate + self.talker(talker)[..., None]
        value, opening = gate.chunk(2, dim=1)
        y = torch.tanh(value) * torch.sigmoid(opening)
        return x + self.residual(y), self.skip(y)


class Stack(nn.Module):
    """Cells one after the other; the output (B, C, T) is the sum of what they skip.

    Args:
        dilations: one cell each.
    """

    def __init__(self, channels: int, kernel: int, dilations: Iterable[int], talker_dim: int = 0) -> None:
        super().__init__()
        self.cells = nn.ModuleList([Cell(channels, kernel, d, talker_dim) for d in dilations])

    def forward(self, x: Tensor, talker: Tensor | None = None) -> Tensor:
        """`talker` (B, talker_dim) or None."""
        skipped = torch.zeros_like(x)
        for cell in self.cells:
            x, skip = cell(x, talker)
            skipped = skipped + skip
        return skipped


def reach(module: nn.Module, rate: float) -> float:
    """Seconds that the convolutions of `module` look to either side, in a row; instance norm looks further.

    `rate` is the frame rate at which the module's convolutions of stride 1 run; those of stride 2 belong to the faster
    side, which is `rate` for a module that halves first and twice that for one that doubles.
    """
    frames = 0.0
    for name, conv in module.named_modules():
        # In a cell the way from skip to skip leads through the gates and residuals; skips themselves stand in parallel.
        if isinstance(conv, nn.Conv1d | nn.ConvTranspose1d) and ".skip." not in f".{name}.":
            frames += (conv.kernel_size[0] - 1) * conv.dilation[0] / 2
    return frames / rate


def _talker_net(talker_dim: int, channels: int) -> nn.Sequential:
    layers: list[nn.Module] = []
    for into, out in ((talker_dim, channels), (channels, channels), (channels, 2 * channels)):
        linear = nn.Linear(into, out)
        nn.init.kaiming_uniform_(linear.weight, nonlinearity="relu")
        nn.init.constant_(linear.bias, 0.01)
        layers += [linear, nn.ReLU()]
    return nn.Sequential(*layers)
