"""Phonemes told from the codes: what buys intelligibility at a low bit rate."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from training.losses.base import Loss, Step, masked_mean


class Phoneme(Loss):
    """Cross-entropy of phoneme logits against exact labels, or against a teacher's posteriors where there are none.

    Args:
        smoothing: label smoothing on exact labels.
    """

    domain = "latent"
    needs = ("phone_logits",)

    def __init__(self, weight: float = 1.0, start_epoch: int = 0, smoothing: float = 0.05) -> None:
        super().__init__(weight, start_epoch)
        self.smoothing = smoothing

    def forward(self, step: Step) -> Tensor:
        assert step.phones is not None and step.step_mask is not None
        terms = []
        for logits in step.phone_logits.values():
            log_p = torch.log_softmax(logits.float(), dim=-1)
            known = (step.phones >= 0).float() * step.step_mask
            exact = nn.functional.nll_loss(log_p.flatten(0, 1), step.phones.clamp(min=0).flatten(), reduction="none")
            exact = (1 - self.smoothing) * exact.view_as(known) - self.smoothing * log_p.mean(-1)
            cost, mask = exact * known, known
            if step.phone_soft is not None:
                taught = (step.phone_soft.sum(-1) > 0.5).float() * step.step_mask * (1 - known)
                cost = cost - (step.phone_soft * log_p).sum(-1) * taught
                mask = mask + taught
            terms.append(masked_mean(cost, mask))
        return torch.stack(terms).mean()
