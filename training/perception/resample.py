"""24 kHz to 16 kHz inside torch, so that a gradient comes back."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from core.spec import SAMPLE_RATE

RATE = 16_000
"""Hz that the frozen networks of speech listen at."""
UP, DOWN = 2, 3
assert SAMPLE_RATE * UP == RATE * DOWN


class Downsample(nn.Module):
    """Windowed-sinc interpolation (J. O. Smith, "Digital Audio Resampling Home Page"), as one convolution.

    Args:
        crossings: zero crossings of the sinc on either side.
        edge: of the passband, as a fraction of 8 kHz.
    """

    def __init__(self, crossings: int = 24, edge: float = 0.96) -> None:
        super().__init__()
        cut = UP / DOWN * edge
        self.reach = math.ceil(crossings / cut)
        n = torch.arange(-self.reach, self.reach + DOWN, dtype=torch.float64)
        rows = []
        for phase in range(UP):
            t = (n - phase * DOWN / UP) * cut
            window = torch.cos(t.clamp(-crossings, crossings) * math.pi / (2 * crossings)).square()
            rows.append(torch.sinc(t) * window * cut)
        self.register_buffer("taps", torch.stack(rows).float()[:, None], persistent=False)
        self.taps: Tensor

    def forward(self, x: Tensor) -> Tensor:
        """Samples (B, n) at 24 kHz to (B, ceil(2 n / 3)) at 16 kHz, without delay; silence before and after."""
        padded = nn.functional.pad(x, (self.reach, self.reach + DOWN))
        y = nn.functional.conv1d(padded[:, None], self.taps, stride=DOWN)
        return y.transpose(1, 2).flatten(1)[:, : -(-x.shape[1] * UP // DOWN)]
