"""The reference's vocoder: log-mel of a recording back to that recording, by spectral losses alone."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import lightning
import torch
from lightning.pytorch.utilities.types import OptimizerLRScheduler
from torch import Tensor

from core.errors import ConfigError
from model.reference.frontend import HOP, ReferenceMel
from model.reference.hifigan import HifiGan, HifiGanConfig
from training.crops import Batch
from training.losses.base import Loss, Step
from training.stage import check_losses, objective


class ReferenceVocoderTask(lightning.LightningModule):
    """Trains `model.reference.hifigan.HifiGan` on `Batch.heard`, unperturbed.

    The discriminators of the original are not here: without them the sound is duller, and clean enough for losses that
    compare two sounds of the same vocoder.

    Args:
        losses: terms in the domain "wave".
        learning_rate: of AdamW, as in arXiv 2010.05646.
        model: sizes.
    """

    def __init__(self, losses: list[Loss], learning_rate: float = 2e-4, model: HifiGanConfig | None = None) -> None:
        super().__init__()
        self.config = model or HifiGanConfig()
        self.front = ReferenceMel()
        self.vocoder = HifiGan(self.config)
        check_losses("reference-vocoder", losses)
        self.losses = torch.nn.ModuleList(losses)
        self.learning_rate = learning_rate

    def forward(self, batch: Batch) -> Step:
        """Made and wanted samples."""
        wanted = batch.heard[:, : batch.heard.shape[1] // HOP * HOP]
        return Step(wave=self.vocoder(self.front(wanted)), wave_target=wanted)

    def training_step(self, batch: Batch, index: int) -> Tensor:
        return self._step(batch, "train")

    def validation_step(self, batch: Batch, index: int) -> None:
        self._step(batch, "val")

    def on_save_checkpoint(self, checkpoint: dict[str, object]) -> None:
        checkpoint["hifigan_config"] = asdict(self.config)

    def configure_optimizers(self) -> OptimizerLRScheduler:
        return torch.optim.AdamW(self.vocoder.parameters(), lr=self.learning_rate, betas=(0.8, 0.99))

    def _step(self, batch: Batch, stage: str) -> Tensor:
        return objective(self, self.losses, self(batch), stage, len(batch.heard))


def load_vocoder(checkpoint: str) -> HifiGan:
    """The generator of a checkpoint of this stage.

    Raises:
        ConfigError: no such file, or one of another stage.
    """
    if not Path(checkpoint).is_file():
        raise ConfigError(f"{checkpoint}: no such checkpoint")
    held = torch.load(checkpoint, map_location="cpu", weights_only=True)
    if "hifigan_config" not in held:
        raise ConfigError(f"{checkpoint} is not of stage reference-vocoder")
    vocoder = HifiGan(HifiGanConfig(**held["hifigan_config"]))
    prefix = "vocoder."
    weights = {k.removeprefix(prefix): v for k, v in held["state_dict"].items() if k.startswith(prefix)}
    vocoder.load_state_dict(weights)
    return vocoder
