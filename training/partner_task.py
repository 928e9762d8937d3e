"""Stage partner: a network that hears all of a recording learns to say it in the voices of the parallel speech."""

from __future__ import annotations

from pathlib import Path

import lightning
import torch
from lightning.pytorch.utilities.types import OptimizerLRScheduler
from torch import Tensor, nn

from core.errors import ConfigError
from core.spec import FRAMES
from export.checkpoint import newest, read_checkpoint
from model.encoder import PROSODY_BINS
from model.frontend import PowerSpectrum, VoiceMel
from model.prosody import ENERGY_RANGE, log_energy
from training.crops import Batch
from training.live_task import target_prosody
from training.losses.base import Loss, Step
from training.precision import mixed
from training.schedule import adam
from training.stage import check_losses, check_room, objective
from training.teacher.partner_net import PartnerConfig, PartnerNet

LEAST_FLOOR = -1.5
"""Nepers: no crop is without pauses that are at least as quiet."""


class Partner(nn.Module):
    """`PartnerNet` with what it needs around it.

    Args:
        config: sizes.
    """

    def __init__(self, config: PartnerConfig | None = None) -> None:
        super().__init__()
        self.net, self.spectrum = PartnerNet(config), PowerSpectrum(PROSODY_BINS)

    def forward(self, batch: Batch, clean: Tensor, shaken: bool, hushed: bool = False) -> Tensor:
        """The crops in the wanted voice, log-mel (B, T, 80).

        Args:
            batch: with `rows`.
            clean: (B, n) the unperturbed recording that `rows` are of; its energy is taken.
            shaken: move level and pitch a little, in training.
            hushed: take a recording's own noise out of its pauses, see `hush`.

        Raises:
            ConfigError: the batch has no rows.
        """
        if not batch.rows.shape[2]:
            raise ConfigError("data.rows: set it to true; a partner speaks from the recogniser's rows")
        prosody = target_prosody(batch, log_energy(self.spectrum(clean)), shaken)
        if hushed:
            prosody = torch.cat([prosody[..., :2], hush(prosody[..., 2:])], dim=-1)
        with mixed(clean.device.type):
            return self.net(batch.rows, prosody, batch.voice, batch.voice_weight).float()


class PartnerTask(lightning.LightningModule):
    """Trains `Partner` on parallel speech: rows of one side, mel of the other.

    Args:
        losses: terms in the domain "mel".
        learning_rate: peak of Adam's rate.
        model: sizes.
    """

    def __init__(self, losses: list[Loss], learning_rate: float = 1e-3, model: PartnerConfig | None = None) -> None:
        super().__init__()
        check_losses("partner", losses)
        self.partner, self.voice_mel = Partner(model), VoiceMel()
        self.losses, self.learning_rate = nn.ModuleList(losses), learning_rate

    def forward(self, batch: Batch, learn: bool) -> Step:
        """What the losses look at."""
        mel = self.partner(batch, batch.heard, learn)
        mask = batch.paired[:, None].expand(mel.shape[:2])
        return Step(mel=mel, mel_target=self.voice_mel(batch.wanted), mel_mask=mask)

    def on_fit_start(self) -> None:
        """Learn how the rows are spread."""
        corpus = self.trainer.datamodule.corpus  # type: ignore[attr-defined]
        check_room(corpus.voices, self.partner.net.config.voices)
        if self.trainer.ckpt_path is None:
            some = corpus.utterances("train", "parallel")[::8]
            rows = [torch.from_numpy(corpus.whole_rows(u, "src", 0, u.frames // FRAMES)) for u in some]
            self.partner.net.know(torch.cat(rows).to(self.device))

    def training_step(self, batch: Batch, index: int) -> Tensor:
        return self._log(self(batch, learn=True), "train", len(batch.heard))

    def validation_step(self, batch: Batch, index: int) -> None:
        self._log(self(batch, learn=False), "val", len(batch.heard))

    def on_save_checkpoint(self, checkpoint: dict[str, object]) -> None:
        checkpoint["partner_config"] = self.partner.net.config.to_dict()

    def configure_optimizers(self) -> OptimizerLRScheduler:
        return adam([list(self.parameters())], self.learning_rate, int(self.trainer.estimated_stepping_batches))

    def _log(self, step: Step, stage: str, count: int) -> Tensor:
        return objective(self, self.losses, step, stage, count)


def hush(energy: Tensor) -> Tensor:
    """Normalised energy (B, T, 1), stretched below 0 so that the quietest twentieth lies where pauses lie in synthetic
    speech: real rooms are never silent, and a partner is not to learn their noise by heart.
    """
    floor = energy.quantile(0.05, dim=1, keepdim=True).clamp(ENERGY_RANGE[0], LEAST_FLOOR)
    return torch.where(energy < 0, energy * ENERGY_RANGE[0] / floor, energy).clamp(*ENERGY_RANGE)


def read_partner(path: str) -> Partner:
    """The partner of a checkpoint of stage partner, or of the newest one of a folder of its runs; it does not learn.

    Raises:
        ConfigError: there is none, or it is of another stage.
    """
    try:
        checkpoint = read_checkpoint(newest(Path(path)))
        partner = Partner(PartnerConfig(**checkpoint["partner_config"]))
        held = {k.removeprefix("partner."): v for k, v in checkpoint["state_dict"].items() if k.startswith("partner.")}
        partner.load_state_dict(held)
    except (ConfigError, RuntimeError, KeyError, TypeError) as error:
        raise ConfigError(f"model.partner: {path} is no checkpoint of stage partner ({error})") from error
    return partner.requires_grad_(False).eval()
