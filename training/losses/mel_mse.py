"""Distance between log-mels as the paper has it (arXiv 2410.15499)."""

from __future__ import annotations

from torch import Tensor

from training.losses.base import Loss, Step, masked_mean


class MelMse(Loss):
    """Mean squared error of log-mel, nothing else."""

    domain = "mel"

    def forward(self, step: Step) -> Tensor:
        assert step.mel is not None and step.mel_target is not None and step.mel_mask is not None
        return masked_mean((step.mel.float() - step.mel_target).square(), step.mel_mask)
