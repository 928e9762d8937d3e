"""Samples from the reference's log-mel without a trained network: least-squares spectrum, then iterated phase."""

from __future__ import annotations

import torch
from torch import Tensor

from model.reference.frontend import HOP, N_FFT, WINDOW, ReferenceMel


@torch.no_grad()
def griffin_lim(mel: Tensor, front: ReferenceMel, iterations: int = 32, momentum: float = 0.99) -> Tensor:
    """Log-mel (B, T, 80) to samples (B, 300 T): Griffin and Lim 1984, with the momentum of Perraudin et al. 2013.

    It sounds hollow, alike for all models: good for comparing them where no HiFi-GAN was trained, not for listening.
    """
    power = (torch.exp(4 * mel - 4) - 1e-5).clamp(min=0)
    magnitude = (power @ torch.linalg.pinv(front.filters)).clamp(min=1e-10).sqrt().transpose(1, 2)
    magnitude = torch.cat([magnitude, magnitude[:, :, -1:]], dim=2)  # the front end drops the last frame
    window, length = front.window, HOP * mel.shape[1]
    generator = torch.Generator().manual_seed(0)
    angles = torch.exp(2j * torch.pi * torch.rand(magnitude.shape, generator=generator)).to(mel.device)
    before = torch.zeros_like(angles)
    for _ in range(iterations):
        samples = torch.istft(magnitude * angles, N_FFT, HOP, WINDOW, window, length=length)
        again = torch.stft(samples, N_FFT, HOP, WINDOW, window, return_complex=True)
        angles = again - before * (momentum / (1 + momentum))
        angles, before = angles / (angles.abs() + 1e-16), again
    return torch.istft(magnitude * angles, N_FFT, HOP, WINDOW, window, length=length)
