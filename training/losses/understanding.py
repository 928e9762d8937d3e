"""What a recogniser that hears the whole recording understands, told from what a causal encoder has heard so far."""

from __future__ import annotations

import torch
from torch import Tensor

from training.losses.base import Loss, Step, masked_mean


class Understanding(Loss):
    """Mean squared error of a linear guess at the recogniser's features, which have mean 0 and deviation 1.

    Distillation (Hinton et al., arXiv 1503.02531) on features: unlike phonemes they are there for every recording, and
    they say more than which phoneme it is. The last features of a recogniser know little of who speaks
    (docs/losses.md). Needs `voxveil data teacher`; without it the loss is 0.
    """

    domain = "latent"
    needs = ("understood",)

    def forward(self, step: Step) -> Tensor:
        assert step.understood is not None and step.understood_wanted is not None and step.step_mask is not None
        known = (step.understood_wanted.abs().sum(-1) > 0).float() * step.step_mask
        return masked_mean(torch.square(step.understood - step.understood_wanted), known)
