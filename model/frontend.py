"""From samples to spectra and mels."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor, nn

from core.spec import HOP, MELS, SAMPLE_RATE
from model.fourier import Fourier
from model.streaming import State, StreamingLayer

WINDOW = 960
"""Samples of one analysis window (40 ms). A frame is centred WINDOW / 2 = 2 hops before its newest sample."""
N_FFT = 1024
SPEECH_WINDOW, SPEECH_BINS = 600, 201
"""The shorter window (25 ms) through which content is heard, and its bins, 40 Hz apart, up to 8 kHz: what a 16 kHz
microphone gives, and enough to tell all speech sounds apart."""
SPEECH_FLOOR = -6.5
"""log10 of the mel power that counts as silence."""


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


def speech_filters(bands: int, warp: float = 1.0) -> Tensor:
    """Triangles of equal area on Slaney's scale (Auditory Toolbox, 1998), 0 to 8 kHz, as speech recognisers have them.

    Args:
        bands: number of filters.
        warp: as in `mel_filters`.

    Returns:
        (201, bands), for bins 40 Hz apart: a 400-point DFT at 16 kHz, or a 600-point one at 24 kHz.
    """
    knee, per_hz, log_step, top_hz = 1000.0, 3.0 / 200.0, math.log(6.4) / 27.0, 8000.0
    top = knee * per_hz + math.log(top_hz / knee) / log_step
    mels = torch.linspace(0, top, bands + 2, dtype=torch.float64)
    hz = torch.where(mels < knee * per_hz, mels / per_hz, knee * torch.exp(log_step * (mels - knee * per_hz)))
    edges = hz * warp
    freqs = torch.arange(SPEECH_BINS, dtype=torch.float64) * top_hz / (SPEECH_BINS - 1)
    rise = (freqs[:, None] - edges[:-2]) / (edges[1:-1] - edges[:-2])
    fall = (edges[2:] - freqs[:, None]) / (edges[2:] - edges[1:-1])
    return (torch.minimum(rise, fall).clamp(min=0) * 2 / (hz[2:] - hz[:-2])).float()


def speech_log_mel(power: Tensor, filters: Tensor) -> Tensor:
    """Power spectra (B, T, 201) of SPEECH_WINDOW to Whisper's log-mel (B, T, bands), moved so that silence is 0."""
    mel = power @ filters * (400 / SPEECH_WINDOW) ** 2  # its windows are 400 samples long, at 16 kHz
    return (torch.log10(mel + 10**SPEECH_FLOOR) - SPEECH_FLOOR) / 4.0


def log_mel(power: Tensor, filters: Tensor) -> Tensor:
    """Power spectra (B, T, bins) to the paper's log-mel `(ln(1e-5 + mel) + 4) / 4` (B, T, bands)."""
    return (torch.log(1e-5 + power @ filters) + 4.0) / 4.0


class PowerSpectrum(StreamingLayer):
    """Samples (B, n) to power spectra (B, n / 240, bins), Hann window that ends with the newest sample.

    With the window of 40 ms the frame of hop k stands for its centre, two hops earlier than the end of hop k: `delay` =
    2 hops less one, counted at the start of the frame's own hop. The total is what `model.live.LiveModel.delay` adds
    up.

    Args:
        bins: the first ones of the transform.
        window: samples, a whole or half number of hops.
        n_fft: points of the transform, at least `window`.
    """

    delay = 1

    def __init__(self, bins: int, window: int = WINDOW, n_fft: int = N_FFT) -> None:
        super().__init__()
        self.bins, self.window = bins, window
        self.receptive_field = -(-window // HOP)
        n = torch.arange(window, dtype=torch.float64)
        hann = 0.5 - 0.5 * torch.cos(2 * math.pi * n / window)
        # Zeros up to the transform's length, so that a frame may reach beyond its window.
        self.register_buffer("hann", nn.functional.pad(hann, (0, n_fft - window)).float(), persistent=False)
        self.hann: Tensor
        self.fourier = Fourier(n_fft, bins)

    def forward(self, x: Tensor) -> Tensor:
        """x (B, n) samples, n a multiple of 240, silence before; to power (B, n / 240, bins)."""
        return self._power(nn.functional.pad(x, (self.window - HOP, 0)))

    def initial_state(self, batch: int = 1) -> State:
        """`past` (B, window - 240): the samples that the next window still needs."""
        return {"past": self.hann.new_zeros(batch, self.window - HOP)}

    def stream(self, x: Tensor, state: State) -> tuple[Tensor, State]:
        """The next n samples (a multiple of 240)."""
        padded = torch.cat([state["past"], x], dim=1)
        return self._power(padded), {"past": padded[:, x.shape[1] :]}

    def _power(self, padded: Tensor) -> Tensor:
        count = (padded.shape[1] - self.window) // HOP + 1
        points = len(self.hann)
        longer = nn.functional.pad(padded, (0, points - self.window)) if points > self.window else padded
        if count <= 4:  # a stack of slices exports to simpler operators than unfold
            frames = torch.stack([longer[:, i * HOP : i * HOP + points] for i in range(count)], dim=1)
        else:
            frames = longer.unfold(1, points, HOP)
        with torch.autocast(padded.device.type, enabled=False):
            return self.fourier(frames.float() * self.hann).square().sum(-2)


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
