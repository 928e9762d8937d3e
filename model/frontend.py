"""From samples to spectra: a real DFT written as one matrix product, so that it exports without complex operators."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor, nn

from core.spec import HOP, MELS, SAMPLE_RATE
from model.streaming import State, StreamingLayer

WINDOW = 960
"""Samples of one analysis window (40 ms). A frame is centred WINDOW / 2 = 2 hops before its newest sample."""
N_FFT = 1024


def mel_filters(bands: int, low: float, high: float, bins: int, warp: float = 1.0) -> Tensor:
    """Triangular HTK mel filters (bins, bands) over the first `bins` bins of a 1024-point DFT at 24 kHz.

    Args:
        bands: number of filters.
        low, high: edges in Hz.
        warp: frequencies are read at `warp` times their place, as if the talker's vocal tract were 1/warp as long.
    """

    def hz_to_mel(hz: np.ndarray) -> np.ndarray:
        return 2595.0 * np.log10(1.0 + hz / 700.0)

    first, last = hz_to_mel(np.array([low, high]))
    edges = 700.0 * (10.0 ** (np.linspace(first, last, bands + 2) / 2595.0) - 1.0) * warp
    freqs = np.arange(bins) * SAMPLE_RATE / N_FFT
    rise = (freqs[:, None] - edges[:-2]) / np.diff(edges)[:-1]
    fall = (edges[2:] - freqs[:, None]) / np.diff(edges)[1:]
    return torch.from_numpy(np.maximum(0.0, np.minimum(rise, fall)).astype(np.float32))


def log_mel(power: Tensor, filters: Tensor) -> Tensor:
    """Power spectra (B, T, bins) to the paper's log-mel `(ln(1e-5 + mel) + 4) / 4` (B, T, bands)."""
    return (torch.log(1e-5 + power @ filters) + 4.0) / 4.0


class PowerSpectrum(StreamingLayer):
    """Samples (B, n) to power spectra (B, n / 240, bins), Hann window of 40 ms that ends with the newest sample.

    The frame of hop k stands for its centre, two hops earlier than the end of hop k: `delay` = 2 hops less one, counted
    at the start of the frame's own hop. The total is what `model.live.LiveModel.delay` adds up.
    """

    delay = 1

    def __init__(self, bins: int) -> None:
        super().__init__()
        self.bins = bins
        self.receptive_field = WINDOW // HOP
        n = torch.arange(WINDOW, dtype=torch.float64)
        window = 0.5 - 0.5 * torch.cos(2 * math.pi * n / WINDOW)
        angle = 2 * math.pi * n[:, None] * torch.arange(bins, dtype=torch.float64) / N_FFT
        basis = torch.cat([torch.cos(angle), torch.sin(angle)], dim=1) * window[:, None]
        self.register_buffer("basis", basis.float(), persistent=False)
        self.basis: Tensor

    def forward(self, x: Tensor) -> Tensor:
        """x (B, n) samples, n a multiple of 240, silence before; to power (B, n / 240, bins)."""
        return self._power(nn.functional.pad(x, (WINDOW - HOP, 0)))

    def initial_state(self, batch: int = 1) -> State:
        """`past` (B, 720): the samples that the next window still needs."""
        return {"past": self.basis.new_zeros(batch, WINDOW - HOP)}

    def stream(self, x: Tensor, state: State) -> tuple[Tensor, State]:
        """The next n samples (a multiple of 240)."""
        padded = torch.cat([state["past"], x], dim=1)
        return self._power(padded), {"past": padded[:, x.shape[1] :]}

    def _power(self, padded: Tensor) -> Tensor:
        count = (padded.shape[1] - WINDOW) // HOP + 1
        if count <= 4:  # a stack of slices exports to simpler operators than unfold
            frames = torch.stack([padded[:, i * HOP : i * HOP + WINDOW] for i in range(count)], dim=1)
        else:
            frames = padded.unfold(1, WINDOW, HOP)
        with torch.autocast(padded.device.type, enabled=False):
            parts = frames.float() @ self.basis
        return parts[..., : self.bins].square() + parts[..., self.bins :].square()


class VoiceMel(nn.Module):
    """The mel picture that decoder and vocoder speak: 80 HTK bands, 0 to 12 kHz, on the same frames as the encoder."""

    def __init__(self) -> None:
        super().__init__()
        bins = N_FFT // 2 + 1
        self.spectrum = PowerSpectrum(bins)
        self.register_buffer("filters", mel_filters(MELS, 0.0, SAMPLE_RATE / 2, bins), persistent=False)
        self.filters: Tensor

    def forward(self, x: Tensor) -> Tensor:
        """Samples (B, n) to log-mel (B, n / 240, 80)."""
        return log_mel(self.spectrum(x), self.filters)
