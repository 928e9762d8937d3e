"""Commitment of the encoder to its codes (arXiv 1711.00937, equation 3, third term)."""

from __future__ import annotations

from torch import Tensor

from training.losses.base import Loss, Step, masked_mean


class Commitment(Loss):
    """Squared distance of the latents from the (detached) code vectors."""

    domain = "latent"
    needs = ("latents", "quantized")

    def forward(self, step: Step) -> Tensor:
        assert step.latents is not None and step.quantized is not None and step.step_mask is not None
        return masked_mean((step.latents - step.quantized.detach()).square(), step.step_mask)
