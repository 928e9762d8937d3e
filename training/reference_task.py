"""The paper's model, trained as the paper does: every talker is reconstructed from codes and their own embedding."""

from __future__ import annotations

import lightning
import torch
from lightning.pytorch.utilities.types import OptimizerLRScheduler
from torch import Tensor, nn

from core.errors import ConfigError
from model.quantizer import perplexity
from model.reference.frontend import HOP, ReferenceMel
from model.reference.vqvae import LEVELS, HleVqvae, ReferenceConfig
from training.crops import Batch
from training.data.heard_talkers import heard_talkers
from training.losses.base import Loss, Step
from training.reference_vocoder_task import load_vocoder
from training.stage import check_losses, from_all, objective

MULTIPLE = HOP * 2**LEVELS
"""A crop holds a whole number of codes of every level: a multiple of 2400 samples, 0.1 s."""
STEP_MS = 20.0
"""Of the labels in a batch; codes of the bottom level come every 25 ms."""


class ReferenceTask(lightning.LightningModule):
    """Trains `model.reference.vqvae.HleVqvae` and a table of talkers on `Batch.heard`, unperturbed.

    Anonymizing is decoding with somebody else's row of the table. Talkers that training never heard (in validation)
    are decoded with the mean of all rows.

    Args:
        losses: terms in the domains "mel" and "latent"; in the domain "wave" too if there is a `vocoder`.
        learning_rate: of Adam, constant.
        decay: of the codebooks' moving average.
        dead_below: an entry used less than this fraction of the mean is restarted.
        vocoder: checkpoint of stage `reference-vocoder`, frozen, through which both sides of a loss in the domain
            "wave" pass; "" for none.
        model: sizes.
    """

    def __init__(
        self,
        losses: list[Loss],
        learning_rate: float = 5e-4,
        decay: float = 0.99,
        dead_below: float = 0.03,
        vocoder: str = "",
        model: ReferenceConfig | None = None,
    ) -> None:
        super().__init__()
        self.front = ReferenceMel()
        self.model = HleVqvae(model)
        self.talkers = nn.Embedding(1, self.model.config.talker_dim)
        check_losses("reference", losses)
        self.losses = nn.ModuleList(losses)
        self.learning_rate, self.decay, self.dead_below = learning_rate, decay, dead_below
        self.talker_names: list[str] = []
        in_waves = [loss.name for loss in losses if loss.domain == "wave"]
        if in_waves and not vocoder:
            raise ConfigError(
                f"{', '.join(in_waves)} compares sound: give model.vocoder, a checkpoint of stage reference-vocoder"
            )
        self.vocoder = load_vocoder(vocoder).requires_grad_(False) if in_waves else None

    def setup(self, stage: str) -> None:
        """One row of the table for each talker of the corpus."""
        self.talker_names = heard_talkers(self.trainer.datamodule.corpus)  # type: ignore[attr-defined]
        if not self.talker_names:
            raise ConfigError("the corpus names no talkers; the reference model needs to know who speaks")
        self.talkers = nn.Embedding(len(self.talker_names), self.model.config.talker_dim)

    def embedding(self, batch: Batch) -> Tensor:
        """(B, talker_dim) of who is heard, the mean of the table for strangers."""
        rows = self.talkers(batch.talker.clamp(min=0))
        known = torch.lerp(rows[:, 0], rows[:, 1], batch.talker_weight[:, None])
        return torch.where(batch.talker[:, :1] >= 0, known, self.talkers.weight.mean(0))

    def quantize(self, latents: list[Tensor], learn: bool) -> tuple[list[Tensor], list[Tensor]]:
        """Latents per level (B, S, D) to code vectors (straight-through gradient) and codes (B, S)."""
        vectors, codes = [], []
        for i, (book, z) in enumerate(zip(self.model.levels, latents, strict=True)):
            chosen = book.nearest(z.detach())
            if learn:
                fresh, used = from_all(self, z.detach().flatten(0, 1)), from_all(self, chosen.flatten())
                restarted = book.update(fresh, used, self.decay, self.dead_below)
                self.log(f"codes/restarted{i}", float(restarted), rank_zero_only=True)
            vectors.append(z + (book.lookup(chosen) - z).detach())
            codes.append(chosen)
        return vectors, codes

    def forward(self, batch: Batch, learn: bool) -> tuple[Step, list[Tensor]]:
        """Everything the losses look at, and the codes per level."""
        if batch.heard.shape[1] % MULTIPLE:
            raise ConfigError(f"data.seconds must be a multiple of {MULTIPLE / 24_000} for the reference model")
        mel = self.front(batch.heard)
        latents = self.model.encode(mel)
        vectors, codes = self.quantize(latents, learn)
        made = self.model.decode(vectors, self.embedding(batch)).float()
        step = Step(
            mel=made,
            mel_target=mel,
            mel_mask=mel.new_ones(mel.shape[:2]),
            latents=at_bottom_rate(latents),
            quantized=at_bottom_rate(vectors).detach(),
            step_mask=mel.new_ones(latents[0].shape[:2]),
            talker=batch.talker,
            talker_weight=batch.talker_weight,
        )
        if self.vocoder is not None and self._wave_wanted():
            step.wave = self.vocoder(made)
            with torch.no_grad():
                step.wave_target = self.vocoder(mel)
        at = (torch.arange(latents[0].shape[1], device=mel.device) + 0.5) * (2000 * HOP / 24_000 / STEP_MS)
        step.phones, step.phone_soft = batch.phones[:, at.long()], batch.phone_soft[:, at.long()]
        step.f0 = batch.heard_f0[:, at.long()]
        return step, codes

    def on_save_checkpoint(self, checkpoint: dict[str, object]) -> None:
        checkpoint["talker_names"] = self.talker_names
        checkpoint["reference_config"] = self.model.config.to_dict()

    def training_step(self, batch: Batch, index: int) -> Tensor:
        step, codes = self(batch, learn=True)
        return self._log(step, codes, "train")

    def validation_step(self, batch: Batch, index: int) -> None:
        step, codes = self(batch, learn=False)
        self._log(step, codes, "val")

    def configure_optimizers(self) -> OptimizerLRScheduler:
        return torch.optim.Adam([p for p in self.parameters() if p.requires_grad], lr=self.learning_rate)

    def _wave_wanted(self) -> bool:
        losses = [loss for loss in self.losses if isinstance(loss, Loss)]
        return any(x.domain == "wave" and x.weight > 0 and self.current_epoch >= x.start_epoch for x in losses)

    def _log(self, step: Step, codes: list[Tensor], stage: str) -> Tensor:
        count = len(codes[0])
        loss = objective(self, self.losses, step, stage, count)
        for i, (level, book) in enumerate(zip(codes, self.model.levels, strict=True)):
            used = perplexity(level, book.entries)
            self.log(f"{stage}/perplexity{i}", used, batch_size=count, sync_dist=self.trainer.world_size > 1)
        return loss


def at_bottom_rate(levels: list[Tensor]) -> Tensor:
    """Tensors (B, S / 2^i, D) of the levels i, each held as long as it is valid, to (B, S, levels, D)."""
    return torch.stack([x.repeat_interleave(2**i, dim=1) for i, x in enumerate(levels)], dim=2)
