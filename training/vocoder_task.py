"""Stage 1: the vocoder learns to turn the log-mel and F0 of a recording back into that recording."""

from __future__ import annotations

import lightning
import torch
from lightning.pytorch.utilities.types import OptimizerLRScheduler
from torch import Tensor

from core.spec import HOP, SAMPLE_RATE
from model.frontend import VoiceMel
from model.live import LiveConfig
from model.vocoder import Vocoder
from training.crops import Batch
from training.losses.base import Loss, Step, total
from training.schedule import adam

SETTLE = 12
"""Frames at the start of a crop that no loss looks at: the networks' memory is still empty there."""


class VocoderTask(lightning.LightningModule):
    """Trains `model.vocoder.Vocoder` on both sides of the corpus.

    Args:
        losses: terms in the domain "wave".
        learning_rate: peak of Adam's rate; half a cosine down to a twentieth over `max_steps`.
        model: sizes.
    """

    def __init__(self, losses: list[Loss], learning_rate: float = 1e-3, model: LiveConfig | None = None) -> None:
        super().__init__()
        c = model or LiveConfig()
        self.vocoder = Vocoder(c.vocoder_channels, c.vocoder_hidden, c.vocoder_dilations)
        self.voice_mel = VoiceMel()
        self.losses = torch.nn.ModuleList(losses)
        self.learning_rate = learning_rate

    def resynthesize(self, wave: Tensor, f0: Tensor, voicing: Tensor) -> tuple[Tensor, Tensor]:
        """Samples (B, n) through mel and back: (made, wanted), aligned, without the settling frames."""
        with torch.autocast(wave.device.type, torch.bfloat16):
            made = self.vocoder(self.voice_mel(wave), f0, voicing, torch.randn_like(wave))
        delay = 2 * HOP
        start = SETTLE * HOP
        return made[:, start + delay :], wave[:, start:-delay]

    def training_step(self, batch: Batch, index: int) -> Tensor:
        return self._step(batch, "train")

    def validation_step(self, batch: Batch, index: int) -> None:
        self._step(batch, "val")
        if index == 0 and self.logger is not None:
            made, wanted = self.resynthesize(batch.wanted[:2], batch.wanted_f0[:2], batch.wanted_voicing[:2])
            writer = self.logger.experiment  # type: ignore[attr-defined]
            for i in range(len(made)):
                writer.add_audio(f"resynthesis/{i}", made[i].float(), self.global_step, SAMPLE_RATE)
                writer.add_audio(f"recording/{i}", wanted[i], self.global_step, SAMPLE_RATE)

    def configure_optimizers(self) -> OptimizerLRScheduler:
        return adam(self.vocoder.parameters(), self.learning_rate, int(self.trainer.estimated_stepping_batches))

    def _step(self, batch: Batch, stage: str) -> Tensor:
        made, wanted = self.resynthesize(batch.wanted, batch.wanted_f0, batch.wanted_voicing)
        loss, values = total(list(self.losses), Step(wave=made, wave_target=wanted), self.current_epoch)  # type: ignore[arg-type]
        self.log_dict({f"{stage}/{name}": value for name, value in values.items()}, batch_size=len(made))
        self.log(f"{stage}/total", loss.detach(), prog_bar=True, batch_size=len(made))
        return loss
