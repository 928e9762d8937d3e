"""Multi-resolution STFT distance between waveforms (Yamamoto et al., arXiv 1910.11480)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from training.losses.base import Loss, Step


class Stft(Loss):
    """Spectral convergence plus log-magnitude error at several window lengths.

    Args:
        sizes: window lengths in samples at 24 kHz; the hop is a quarter of each.
    """

    domain = "wave"

    def __init__(
        self, weight: float = 1.0, start_epoch: int = 0, sizes: tuple[int, ...] = (256, 512, 1024, 2048)
    ) -> None:
        super().__init__(weight, start_epoch)
        self.sizes = tuple(sizes)
        for size in self.sizes:
            self.register_buffer(f"window{size}", torch.hann_window(size), persistent=False)

    def forward(self, step: Step) -> Tensor:
        assert step.wave is not None and step.wave_target is not None
        terms = []
        for size in self.sizes:
            made, wanted = self._magnitude(step.wave.float(), size), self._magnitude(step.wave_target, size)
            norm = torch.linalg.vector_norm(wanted, dim=(1, 2)) + 1e-4
            convergence = torch.linalg.vector_norm(made - wanted, dim=(1, 2)) / norm
            log_error = nn.functional.l1_loss(torch.log(made), torch.log(wanted))
            terms.append(convergence.mean() + log_error)
        return torch.stack(terms).mean()

    def _magnitude(self, x: Tensor, size: int) -> Tensor:
        window = getattr(self, f"window{size}")
        spectrum = torch.stft(x, size, size // 4, window=window, center=False, return_complex=True)
        return torch.sqrt(spectrum.real.square() + spectrum.imag.square() + 1e-6)
