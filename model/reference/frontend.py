"""The paper's front end: 24 kHz, STFT 2048 / window 1200 / hop 300, 80 HTK mel bands from 0 to 12 kHz, power."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from core.spec import MELS, SAMPLE_RATE
from model.frontend import log_mel, mel_filters

N_FFT, WINDOW, HOP = 2048, 1200, 300
FRAME_RATE = SAMPLE_RATE / HOP
"""80 frames a second."""


class ReferenceMel(nn.Module):
    """Samples (B, n) to log-mel `(ln(1e-5 + mel) + 4) / 4` of shape (B, T, 80), T = n / 300; n a multiple of 300.

    Frame t is centred at sample 300 t; the ends are mirrored. Every frame sees 25 ms of future.
    """

    def __init__(self) -> None:
        super().__init__()
        bins = N_FFT // 2 + 1
        # `mel_filters` counts in bins of a 1024-point DFT; with bins half as wide, every edge lies at twice the index.
        filters = mel_filters(MELS, 0.0, SAMPLE_RATE / 2, bins, warp=N_FFT / 1024)
        self.register_buffer("filters", filters, persistent=False)
        self.register_buffer("window", torch.hann_window(WINDOW), persistent=False)
        self.filters: Tensor
        self.window: Tensor

    def forward(self, x: Tensor) -> Tensor:
        """As the class says."""
        with torch.autocast(x.device.type, enabled=False):
            spectrum = torch.stft(
                x.float(), N_FFT, HOP, WINDOW, self.window, center=True, pad_mode="reflect", return_complex=True
            )
            power = spectrum.real.square() + spectrum.imag.square()
            return log_mel(power[:, :, : x.shape[1] // HOP].transpose(1, 2), self.filters)
