"""Mel spectra as speech networks at 16 kHz were trained on: windows of 25 ms every 10 ms, Slaney's filters."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from training.perception.resample import RATE

WINDOW, HOP = 400, 160


def slaney_filters(bands: int) -> Tensor:
    """Triangles of equal area on Slaney's scale (Auditory Toolbox, 1998), 0 to 8 kHz: (201, bands)."""
    knee, per_hz, log_step = 1000.0, 3.0 / 200.0, math.log(6.4) / 27.0
    top = knee * per_hz + math.log(RATE / 2 / knee) / log_step
    mels = torch.linspace(0, top, bands + 2, dtype=torch.float64)
    hz = torch.where(mels < knee * per_hz, mels / per_hz, knee * torch.exp(log_step * (mels - knee * per_hz)))
    freqs = torch.arange(WINDOW // 2 + 1, dtype=torch.float64) * RATE / WINDOW
    rise = (freqs[:, None] - hz[:-2]) / (hz[1:-1] - hz[:-2])
    fall = (hz[2:] - freqs[:, None]) / (hz[2:] - hz[1:-1])
    return (torch.minimum(rise, fall).clamp(min=0) * 2 / (hz[2:] - hz[:-2])).float()


class Mel16(nn.Module):
    """Samples (B, n) at 16 kHz to mel power (B, n / 160 + 1, bands), frame k centred at sample 160 k.

    Args:
        bands: number of filters.
        edges: what is taken to lie before and after the samples: "constant" (silence) or "reflect".
    """

    def __init__(self, bands: int, edges: str = "constant") -> None:
        super().__init__()
        self.edges = edges
        self.register_buffer("window", torch.hann_window(WINDOW), persistent=False)
        self.register_buffer("filters", slaney_filters(bands), persistent=False)
        self.window: Tensor
        self.filters: Tensor

    def forward(self, x: Tensor) -> Tensor:
        spectrum = torch.stft(x, WINDOW, HOP, window=self.window, pad_mode=self.edges, return_complex=True)
        power = spectrum.real.square() + spectrum.imag.square()
        return power.transpose(1, 2) @ self.filters
