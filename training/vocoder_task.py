"""Stage 1: the vocoder learns to turn the log-mel and F0 of a recording back into that recording."""

from __future__ import annotations

import lightning
import torch
from lightning.pytorch.utilities.types import OptimizerLRScheduler
from torch import Tensor

from core.errors import ConfigError
from core.spec import HOP, SAMPLE_RATE
from model.frontend import VoiceMel
from model.live import LiveConfig
from model.vocoder import Vocoder
from training.crops import Batch
from training.losses.base import Loss, Step
from training.precision import mixed
from training.schedule import adam
from training.stage import check_losses, objective

SETTLE = 12
"""Frames at the start of a crop that no loss looks at: the networks' memory is still empty there."""
DELAY = 2 * HOP
"""Samples by which the vocoder's output lags behind the recording whose mel it was given."""


class VocoderTask(lightning.LightningModule):
    """Trains `model.vocoder.Vocoder` on the side of the corpus that is wanted, which is either side in turn.

    Args:
        losses: terms in the domain "wave".
        learning_rate: peak of Adam's rate; half a cosine down to a twentieth over `max_steps`.
        model: sizes.
    """

    def __init__(self, losses: list[Loss], learning_rate: float = 1e-3, model: LiveConfig | None = None) -> None:
        super().__init__()
        c = self.config = model or LiveConfig()
        self.vocoder = Vocoder(c.vocoder_channels, c.vocoder_hidden, c.vocoder_dilations)
        self.voice_mel = VoiceMel()
        check_losses("vocoder", losses)
        self.losses = torch.nn.ModuleList(losses)
        self.learning_rate = learning_rate

    def resynthesize(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """`batch.wanted` through mel and back: (made, wanted) samples, aligned, without the settling frames."""
        with mixed(batch.wanted.device.type):
            made = self.vocoder(self.voice_mel(batch.wanted), batch.wanted_f0, batch.wanted_voicing, batch.noise)
        return align(made, batch.wanted)

    def on_save_checkpoint(self, checkpoint: dict[str, object]) -> None:
        checkpoint["live_config"] = self.config.to_dict()

    def on_fit_start(self) -> None:
        """Only what has a partner has a wanted side here; of the rest the vocoder would learn silence."""
        if set(self.trainer.datamodule.kinds) != {"parallel"}:  # type: ignore[attr-defined]
            raise ConfigError("data.kinds: stage vocoder learns from pairs, so it takes [parallel] only")

    def training_step(self, batch: Batch, index: int) -> Tensor:
        made, wanted = self.resynthesize(batch)
        return self._log(made, wanted, "train")

    def validation_step(self, batch: Batch, index: int) -> None:
        made, wanted = self.resynthesize(batch)
        self._log(made, wanted, "val")
        if index == 0 and self.logger is not None:
            writer = self.logger.experiment  # type: ignore[attr-defined]
            for i in range(min(len(made), 2)):
                writer.add_audio(f"resynthesis/{i}", made[i].float().clamp(-1, 1), self.global_step, SAMPLE_RATE)
                writer.add_audio(f"recording/{i}", wanted[i], self.global_step, SAMPLE_RATE)

    def configure_optimizers(self) -> OptimizerLRScheduler:
        return adam([list(self.vocoder.parameters())], self.learning_rate, int(self.trainer.estimated_stepping_batches))

    def _log(self, made: Tensor, wanted: Tensor, stage: str) -> Tensor:
        return objective(self, self.losses, Step(wave=made, wave_target=wanted), stage, len(made))


def align(made: Tensor, wanted: Tensor, start: int = SETTLE * HOP) -> tuple[Tensor, Tensor]:
    """The vocoder's samples (B, n) and the recording's (B, n), cut so that the same place is the same instant, and
    without the first `start` samples.
    """
    return made[:, start + DELAY :], wanted[:, start:-DELAY]
