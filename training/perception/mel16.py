"""Mel spectra as speech networks at 16 kHz were trained on: windows of 25 ms every 10 ms, Slaney's filters."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from model.frontend import speech_filters

WINDOW, HOP = 400, 160


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
        self.register_buffer("filters", speech_filters(bands), persistent=False)
        self.window: Tensor
        self.filters: Tensor

    def forward(self, x: Tensor) -> Tensor:
        spectrum = torch.stft(x, WINDOW, HOP, window=self.window, pad_mode=self.edges, return_complex=True)
        power = spectrum.real.square() + spectrum.imag.square()
        return power.transpose(1, 2) @ self.filters
