"""Distance between log-mels."""

from __future__ import annotations

from torch import Tensor

from training.losses.base import Loss, Step, masked_mean


class Mel(Loss):
    """Mean squared error of log-mel as in the paper, plus as much mean absolute error: it blurs less."""

    domain = "mel"

    def forward(self, step: Step) -> Tensor:
        assert step.mel is not None and step.mel_target is not None and step.mel_mask is not None
        error = step.mel.float() - step.mel_target
        return masked_mean(error.square() + error.abs(), step.mel_mask)


class MelSlope(Loss):
    """Mean absolute error of the mel's change over time and over bands: keeps onsets and formant edges sharp."""

    domain = "mel"

    def forward(self, step: Step) -> Tensor:
        assert step.mel is not None and step.mel_target is not None and step.mel_mask is not None
        error = step.mel.float() - step.mel_target
        in_time = (error[:, 1:] - error[:, :-1]).abs()
        in_band = (error[:, :, 1:] - error[:, :, :-1]).abs()
        return masked_mean(in_time, step.mel_mask[:, 1:]) + masked_mean(in_band, step.mel_mask)
