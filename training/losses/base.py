"""What every loss is: a module with a weight, a start epoch and a declared domain."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import torch
from torch import Tensor, nn

Domain = Literal["mel", "wave", "latent"]


@dataclass
class Step:
    """What one training step offers to the losses. Fields that a task does not compute are None.

    Attributes:
        mel, mel_target: log-mel (B, T, 80) of the decoder and of the wanted voice, 10 ms frames.
        mel_mask: (B, T) 1 where a mel frame counts.
        wave, wave_target: samples (B, n) at 24 kHz, already aligned.
        wave_talker: int64 (B,) who was heard where that was made, as in `talker`, the larger share of a mixture.
        wave_voice: (B, E) embedding of the voice that it was made in.
        latents, quantized: encoder latents before and code vectors after quantisation (B, S, levels, D), 20 ms steps.
        step_mask: (B, S) 1 where a 20 ms step counts.
        phone_logits: named logits (B, S, classes), from the code vectors and from the latents.
        phones: int64 (B, S), -1 where unknown.
        phone_soft: (B, S, classes) a teacher's posteriors, all zero where there are none.
        understood, understood_wanted: (B, S, 64) a guess at a recogniser's features, and they; zeros where unknown.
        pitch_logits: (B, S, 2, F0_BINS + 1).
        f0: (B, S, 2) Hz, 0 unvoiced, negative where unknown.
        talker: int64 (B, 2) who is heard, rows of `heard_talkers`, -1 a stranger; talker_weight: (B,) of the second.
    """

    mel: Tensor | None = None
    mel_target: Tensor | None = None
    mel_mask: Tensor | None = None
    wave: Tensor | None = None
    wave_target: Tensor | None = None
    wave_talker: Tensor | None = None
    wave_voice: Tensor | None = None
    latents: Tensor | None = None
    quantized: Tensor | None = None
    step_mask: Tensor | None = None
    phone_logits: dict[str, Tensor] = field(default_factory=dict)
    phones: Tensor | None = None
    phone_soft: Tensor | None = None
    understood: Tensor | None = None
    understood_wanted: Tensor | None = None
    pitch_logits: Tensor | None = None
    f0: Tensor | None = None
    talker: Tensor | None = None
    talker_weight: Tensor | None = None


class Loss(nn.Module):
    """A term of the objective. Its class name, config key and curve in the log are the same word.

    Args:
        weight: factor in the sum.
        start_epoch: first epoch (counted from 0) in which it takes part.

    Attributes:
        domain: what it compares: "mel", "wave" or "latent".
        needs: fields of `Step` that it looks at beside the mel or sound of its domain; not every stage has them.
    """

    domain: Domain = "mel"
    needs: tuple[str, ...] = ()

    def __init__(self, weight: float = 1.0, start_epoch: int = 0) -> None:
        super().__init__()
        if weight < 0:
            raise ValueError(f"{type(self).__name__}: weight {weight} is negative; use 0 to switch a loss off")
        self.weight, self.start_epoch = weight, start_epoch

    def forward(self, step: Step) -> Tensor:
        """The scalar before weighting."""
        raise NotImplementedError

    @property
    def name(self) -> str:
        """The one word for this loss."""
        return type(self).__name__


def total(losses: list[Loss], step: Step, epoch: int) -> tuple[Tensor, dict[str, Tensor]]:
    """Weighted sum of the losses that have started, and each one's unweighted value by name.

    A loss that stands twice in the configuration counts twice.
    """
    active = [loss for loss in losses if epoch >= loss.start_epoch and loss.weight > 0]
    if not active:
        raise ValueError("no loss is active in this epoch: give at least one a start_epoch of 0 and a weight above 0")
    values = [loss(step) for loss in active]
    weighted = [loss.weight * value for loss, value in zip(active, values, strict=True)]
    return torch.stack(weighted).sum(), {x.name: value.detach() for x, value in zip(active, values, strict=True)}


def check_talkers(loss: Loss, talker: Tensor, most: int) -> None:
    """Raises ValueError if one of the rows in `talker` is beyond the `most` that the loss can tell apart."""
    if len(talker) and int(talker.max()) >= most:
        raise ValueError(f"{loss.name}: talker {int(talker.max())} is beyond talkers={most}")


def masked_mean(x: Tensor, mask: Tensor) -> Tensor:
    """Mean of x over the places where mask (of x's leading axes) is 1."""
    while mask.dim() < x.dim():
        mask = mask[..., None]
    return (x * mask).sum() / (mask.expand_as(x).sum() + 1e-6)
