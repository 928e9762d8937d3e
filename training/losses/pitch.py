"""F0 and voicing of the encoder's own head against labels."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from model.prosody import F0_BINS, log_f0_grid
from training.losses.base import Loss, Step, masked_mean


class Pitch(Loss):
    """Cross-entropy over F0 classes (a Gaussian of 25 cents around the label) where voiced, plus that of voicing."""

    domain = "latent"
    needs = ("pitch_logits",)

    def forward(self, step: Step) -> Tensor:
        assert step.pitch_logits is not None and step.f0 is not None and step.step_mask is not None
        logits = step.pitch_logits.float()
        known = (step.f0 >= 0).float() * step.step_mask[..., None]
        voiced = (step.f0 > 0).float()
        grid = log_f0_grid().to(logits)
        distance = torch.log(step.f0.clamp(min=1.0))[..., None] - grid
        target = torch.softmax(-0.5 * (distance / (1.25 * (grid[1] - grid[0]))).square(), dim=-1)
        cost = -(target * torch.log_softmax(logits[..., :F0_BINS], dim=-1)).sum(-1)
        voicing = nn.functional.binary_cross_entropy_with_logits(logits[..., F0_BINS], voiced, reduction="none")
        return masked_mean(cost, known * voiced) + masked_mean(voicing, known)
