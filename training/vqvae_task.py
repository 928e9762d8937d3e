"""Stage 2: encoder, quantisers and decoder learn to say the same thing in another voice."""

from __future__ import annotations

from typing import Any

import torch
from lightning.pytorch.utilities.types import OptimizerLRScheduler
from torch import Tensor, nn

from core.spec import BLOCK, FRAMES
from model.encoder import RATES
from model.live import LiveConfig
from model.quantizer import perplexity
from training.crops import Batch
from training.data.prepared import RECOGNIZER_WIDTH
from training.live_task import SETTLE, LiveTask, settled, take
from training.losses.base import Loss, Step
from training.partner_task import read_partner
from training.precision import mixed
from training.schedule import adam
from training.stage import from_all, log_accuracy

RESERVOIR = 40
"""Steps whose latents the codebooks start from."""


class VqvaeTask(LiveTask):
    """Trains everything but the vocoder.

    Encoder outputs pass unquantised during the first `warmup_steps`; then k-means of them becomes the codebook, so
    that it starts where the data is (a random start collapsed to a handful of codes).

    Losses of the domain "wave" hear the decoder's mel and the wanted one, both through the same vocoder, as it is when
    the stage begins (`start_from`): what the vocoder cannot say is then no fault of the decoder.

    Args:
        losses: terms in the domains "mel", "latent" and "wave".
        phones: number of phoneme classes.
        learning_rate: peak of Adam's rate. content_rate: the content network's, as a fraction of it: what has learnt to
            hear in stage `ear` should not forget it while the rest still learns to listen.
        frozen_layers: of the content network, and its stem, that stay as they are, which makes a step cheaper.
        warmup_steps: optimiser steps before quantisation begins.
        decay: of the codebooks' moving average.
        dead_below: an entry used less than this fraction of the mean is restarted.
        partner: a checkpoint of stage `partner`, or the folder of its runs, that says in another voice what has no
            partner in the corpus; "" to learn nothing of how such speech should sound. Needs `data.rows`.
        start_from: a checkpoint of an earlier stage or run, or a bundle's folder, whose weights to begin with, as far
            as it has them (a vocoder to hear the validation examples and to export, or a whole model to train on);
            "" for none.
        model: sizes.
    """

    def __init__(
        self,
        losses: list[Loss],
        phones: int,
        learning_rate: float = 1e-3,
        content_rate: float = 0.3,
        frozen_layers: int = 0,
        warmup_steps: int = 400,
        decay: float = 0.99,
        dead_below: float = 0.03,
        partner: str = "",
        start_from: str = "",
        model: LiveConfig | None = None,
    ) -> None:
        super().__init__("vqvae", losses, learning_rate, start_from, model)
        width = len(RATES) * self.model.config.code_dim
        self.heads = nn.ModuleDict({name: nn.Linear(width, phones) for name in ("codes", "latents")})
        self.understanding = nn.Linear(width, RECOGNIZER_WIDTH)
        self.content_rate = content_rate
        self.warmup_steps, self.decay, self.dead_below = warmup_steps, decay, dead_below
        self._reservoir: list[Tensor] = []
        self._partner = [read_partner(partner)] if partner else []  # in a list, so that no checkpoint holds it
        self.begin()
        self.model.encoder.content.freeze(frozen_layers)
        self.model.vocoder.requires_grad_(False)

    def quantize(self, latents: Tensor, learn: bool) -> tuple[Tensor, list[Tensor]]:
        """Latents to code vectors of the same shape (straight-through gradient), and codes per level (B, S)."""
        vectors, codes = [], []
        for i, level in enumerate(self.model.encoder.levels()):
            z = level.hold(latents[:, :, i])
            chosen = level.codebook.nearest(z.detach())
            if learn:
                fresh = from_all(self, z[:, SETTLE :: level.every].detach().flatten(0, 1))
                used = from_all(self, chosen[:, SETTLE :: level.every].flatten())
                restarted = level.codebook.update(fresh, used, self.decay, self.dead_below)
                self.log(f"codes/restarted{i}", float(restarted), rank_zero_only=True)
            vectors.append(z + (level.codebook.lookup(chosen) - z).detach())
            codes.append(chosen)
        return torch.stack(vectors, dim=2), codes

    def forward(self, batch: Batch, learn: bool) -> tuple[Step, list[Tensor]]:
        """Everything the losses look at, and the codes (empty before quantisation starts)."""
        latents, pitch, energy = self.encode(batch, batch.warp if learn else None)
        quantized, codes = self.quantize(latents, learn) if self.quantizing else (latents, [])
        held = torch.stack([q.hold(latents[:, :, i]) for i, q in enumerate(self.model.encoder.levels())], dim=2)
        rows = self._spoken_rows(batch)
        few = take(batch, rows)
        step = self.mel_step(few, self.speak(few, quantized[rows], energy[rows], learn))
        with mixed(batch.heard.device.type):
            step.phone_logits = {
                "codes": self.heads["codes"](quantized.flatten(2)),
                "latents": self.heads["latents"](held.flatten(2)),
            }
            step.understood = self.understanding(quantized.flatten(2)).float()
        step.latents, step.quantized = held, quantized.detach()
        step.step_mask = settled(latents)
        step.phones, step.phone_soft, step.understood_wanted = batch.phones, batch.phone_soft, batch.understood
        step.pitch_logits, step.f0 = pitch, batch.heard_f0
        step.talker, step.talker_weight = batch.talker, batch.talker_weight
        if self._wave_wanted():
            self._add_waves(step, few)
        return step, codes

    def mel_step(self, batch: Batch, mel: Tensor) -> Step:
        """As for all stages; where nobody knows the wanted side, it is what the partner makes of it."""
        step = super().mel_step(batch, mel)
        lone = (batch.paired == 0).nonzero().flatten()
        if self._partner and len(lone):
            assert step.mel_target is not None and step.mel_mask is not None
            few = take(batch, lone)
            with torch.no_grad():
                step.mel_target[lone] = self._partner[0](few, few.wanted, shaken=False, hushed=True)
            step.mel_mask[lone] = settled(mel, SETTLE * FRAMES)[lone]
        return step

    def on_fit_start(self) -> None:
        super().on_fit_start()
        for partner in self._partner:
            partner.to(self.device)

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        super().on_save_checkpoint(checkpoint)
        checkpoint["reservoir"] = self._reservoir

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        self._reservoir = checkpoint.get("reservoir", [])

    def training_step(self, batch: Batch, index: int) -> Tensor:
        if not self.quantizing:
            self._collect(batch)
        step, codes = self(batch, learn=True)
        return self._log(step, codes, "train")

    def validation_step(self, batch: Batch, index: int) -> None:
        step, codes = self(batch, learn=False)
        self._log(step, codes, "val")
        assert step.mel is not None
        log_accuracy(self, step.phone_logits["codes"], step, batch)
        if index == 0:
            self.show(take(batch, self._spoken_rows(batch)), step.mel)

    def _spoken_rows(self, batch: Batch) -> Tensor:
        """Which crops the decoder says: those with a wanted side, and with a partner all of them."""
        return torch.arange(len(batch.paired)) if self._partner else paired_rows(batch)

    def _wave_wanted(self) -> bool:
        epoch = self.current_epoch
        losses = [loss for loss in self.losses if isinstance(loss, Loss)]
        return any(loss.domain == "wave" and loss.weight > 0 and epoch >= loss.start_epoch for loss in losses)

    def _add_waves(self, step: Step, few: Batch) -> None:
        """The paired crops as sound; a crop that stands for none is compared with itself, which costs nothing."""
        assert step.mel is not None and step.mel_target is not None and step.mel_mask is not None
        wave = self.sound(step.mel, few)
        with torch.no_grad():
            known = bool(step.mel_mask.any())
            target = self.sound(step.mel_target, few) if known else wave.detach()
        start = SETTLE * BLOCK
        step.wave, step.wave_target = wave[:, start:], target[:, start:]
        step.wave_talker = few.talker.gather(1, (few.talker_weight > 0.5).long()[:, None])[:, 0]
        step.wave_voice = self.embedding(few)

    def _collect(self, batch: Batch) -> None:
        """Keep latents of the last warm-up steps, and start the codebooks from them when the warm-up is over."""
        if self.global_step < self.warmup_steps - RESERVOIR:
            return
        with torch.no_grad():
            latents, _, _ = self.encode(batch, None)
        self._reservoir.append(from_all(self, latents[:, SETTLE:].flatten(0, 1)))
        if self.global_step >= self.warmup_steps:
            z = torch.cat(self._reservoir)
            for i, level in enumerate(self.model.encoder.levels()):
                level.codebook.start_from(z[:, i], len(self._reservoir[-1]) / level.every)
            self._reservoir.clear()

    def configure_optimizers(self) -> OptimizerLRScheduler:
        content = [p for p in self.model.encoder.content.parameters() if p.requires_grad]
        others = [p for p in self.parameters() if p.requires_grad and all(p is not q for q in content)]
        return adam(
            [others, content],
            self.learning_rate,
            int(self.trainer.estimated_stepping_batches),
            (1.0, self.content_rate),
        )

    def _log(self, step: Step, codes: list[Tensor], stage: str) -> Tensor:
        assert step.step_mask is not None
        count = len(step.step_mask)
        loss = self.log_step(step, stage, count)
        together = self.trainer.world_size > 1
        for i, (level, book) in enumerate(zip(codes, self.model.books, strict=False)):
            used = perplexity(level[:, SETTLE:], book.entries)
            self.log(f"{stage}/perplexity{i}", used, batch_size=count, sync_dist=together)
            dead = (book.counts < self.dead_below * book.counts.mean()).float().sum()
            self.log(f"codes/dead{i}", dead, rank_zero_only=True)
        return loss


def paired_rows(batch: Batch) -> Tensor:
    """Which crops have a wanted side; the first one, which the mask then leaves out, if none has."""
    rows = (batch.paired > 0).nonzero().flatten()
    return rows if len(rows) else rows.new_zeros(1)
