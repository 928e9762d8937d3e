"""What every run does besides learning: count its speed, and make each step's randomness its own."""

from __future__ import annotations

import os
import time

import lightning
import torch
from lightning.pytorch.callbacks import Callback

from core.spec import SAMPLE_RATE
from training.crops import Batch


class SeedSteps(Callback):
    """Seeds torch anew before each step from the run's seed and the step's number.

    What is random in an item is drawn with the item; what is left (k-means, the restart of dead codes) must not depend
    on how often the run was interrupted, nor differ between processes.
    """

    def on_train_batch_start(
        self, trainer: lightning.Trainer, pl_module: lightning.LightningModule, batch: Batch, batch_idx: int
    ) -> None:
        torch.manual_seed(int(os.environ.get("PL_GLOBAL_SEED", "1")) * 1_000_003 + trainer.global_step)


class Throughput(Callback):
    """Logs `audio_hours_per_hour`: hours of speech that all processes together learn from in an hour, validation and
    loading included; prints it at the end.
    """

    def __init__(self) -> None:
        self.began, self.audio = 0.0, 0.0

    def on_train_start(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule) -> None:
        self.began, self.audio = time.monotonic(), 0.0

    def on_train_batch_end(
        self,
        trainer: lightning.Trainer,
        pl_module: lightning.LightningModule,
        outputs: object,
        batch: Batch,
        batch_idx: int,
    ) -> None:
        self.audio += batch.heard.numel() / SAMPLE_RATE * trainer.world_size
        pl_module.log("audio_hours_per_hour", self.rate, prog_bar=True, rank_zero_only=True)

    def on_train_end(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule) -> None:
        if self.audio and trainer.is_global_zero:
            print(
                f"learned from {self.audio / 3600:.3g} h of speech at {self.rate:.3g} hours an hour "
                f"({trainer.world_size} process{'es' if trainer.world_size > 1 else ''})"
            )

    @property
    def rate(self) -> float:
        """Hours of speech an hour since the start."""
        return self.audio / max(time.monotonic() - self.began, 1e-6)
