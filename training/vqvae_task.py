"""Stage 2: encoder, quantisers and decoder learn to say the same thing in another voice."""

from __future__ import annotations

from pathlib import Path

import lightning
import torch
from lightning.pytorch.utilities.types import OptimizerLRScheduler
from torch import Tensor, nn

from core.errors import ConfigError
from core.spec import FRAMES, HOP, SAMPLE_RATE
from model.encoder import RATES, WARPS
from model.frontend import VoiceMel
from model.live import LiveConfig, LiveModel
from model.prosody import ENERGY_RANGE, log_energy
from model.quantizer import perplexity
from training.crops import Batch
from training.data.voice_ranges import voice_ranges
from training.losses.base import Loss, Step, masked_mean, total
from training.schedule import adam

SETTLE = 10
"""Steps of 20 ms at the start of a crop that no loss looks at."""


class VqvaeTask(lightning.LightningModule):
    """Trains everything but the vocoder.

    Encoder outputs pass unquantised during the first `warmup_steps`; then k-means of them becomes the codebook, so
    that it starts where the data is (a random start collapsed to a handful of codes).

    Args:
        losses: terms in the domains "mel" and "latent".
        phones: number of phoneme classes.
        learning_rate: peak of Adam's rate.
        warmup_steps: optimiser steps before quantisation begins.
        decay: of the codebooks' moving average.
        dead_below: an entry used less than this fraction of the mean is restarted.
        start_from: a checkpoint of an earlier stage or run whose weights to begin with, as far as it has them (a
            vocoder to hear the validation examples and to export, or a whole model to train on); "" for none.
        model: sizes.
    """

    def __init__(
        self,
        losses: list[Loss],
        phones: int,
        learning_rate: float = 1e-3,
        warmup_steps: int = 400,
        decay: float = 0.99,
        dead_below: float = 0.03,
        start_from: str = "",
        model: LiveConfig | None = None,
    ) -> None:
        super().__init__()
        self.model = LiveModel(model)
        c = self.model.config
        width = len(RATES) * c.code_dim
        self.heads = nn.ModuleDict({name: nn.Linear(width, phones) for name in ("codes", "latents")})
        self.voice_mel = VoiceMel()
        self.losses = nn.ModuleList(losses)
        self.learning_rate, self.warmup_steps = learning_rate, warmup_steps
        self.decay, self.dead_below = decay, dead_below
        self._reservoir: list[Tensor] = []
        self._voice_names: list[str] = []
        if start_from:
            load_weights(self, start_from)
        self.model.vocoder.requires_grad_(False)

    @property
    def quantizing(self) -> bool:
        """Whether the codebooks are in use."""
        return all(bool(book.ready) for book in self.model.books)

    def encode(self, batch: Batch, warp: Tensor | None) -> tuple[Tensor, Tensor, Tensor]:
        """`batch.heard` to latents (B, S, levels, D), pitch logits (B, S, 2, .) and energy (B, T)."""
        encoder = self.model.encoder
        power = encoder.spectrum(batch.heard)
        with torch.autocast(batch.heard.device.type, torch.bfloat16):
            latents = encoder.content(encoder.features(power, warp)).float()
            pitch = encoder.pitch(encoder.pitch_features(power).unflatten(1, (-1, FRAMES)).flatten(2)).float()
        return latents, pitch, log_energy(power)

    def quantize(self, latents: Tensor, learn: bool) -> tuple[Tensor, list[Tensor]]:
        """Latents to code vectors of the same shape (straight-through gradient), and codes per level (B, S)."""
        vectors, codes = [], []
        for i, level in enumerate(self.model.encoder.levels()):
            z = level.hold(latents[:, :, i])
            chosen = level.codebook.nearest(z.detach())
            if learn:
                fresh = z[:, SETTLE :: level.every].detach().flatten(0, 1)
                used = chosen[:, SETTLE :: level.every].flatten()
                restarted = level.codebook.update(fresh, used, self.decay, self.dead_below)
                self.log(f"codes/restarted{i}", float(restarted))
            vectors.append(z + (level.codebook.lookup(chosen) - z).detach())
            codes.append(chosen)
        return torch.stack(vectors, dim=2), codes

    def forward(self, batch: Batch, learn: bool) -> tuple[Step, list[Tensor]]:
        """Everything the losses look at, and the codes (empty before quantisation starts)."""
        warp = torch.randint(len(WARPS), (len(batch.heard),), device=self.device) if learn else None
        latents, pitch, energy = self.encode(batch, warp)
        quantized, codes = self.quantize(latents, learn) if self.quantizing else (latents, [])
        held = torch.stack([q.hold(latents[:, :, i]) for i, q in enumerate(self.model.encoder.levels())], dim=2)
        prosody = self.target_prosody(batch, energy, learn)
        embedding = self.model.voices(batch.voice)
        embedding = torch.lerp(embedding[:, 0], embedding[:, 1], batch.voice_weight[:, None])
        with torch.autocast(batch.heard.device.type, torch.bfloat16):
            mel = self.model.decoder.mel(quantized.flatten(2), prosody, embedding).float()
            logits = {
                "codes": self.heads["codes"](quantized.flatten(2)),
                "latents": self.heads["latents"](held.flatten(2)),
            }
        mask = torch.zeros(latents.shape[:2], device=self.device)
        mask[:, SETTLE:] = 1
        step = Step(
            mel=mel,
            mel_target=self.voice_mel(batch.wanted),
            mel_mask=mask.repeat_interleave(FRAMES, 1) * batch.paired[:, None],
            latents=held,
            quantized=quantized.detach(),
            step_mask=mask,
            phone_logits=logits,
            phones=batch.phones,
            phone_soft=batch.phone_soft,
            pitch_logits=pitch,
            f0=batch.heard_f0,
            talker=batch.talker,
            talker_weight=batch.talker_weight,
        )
        return step, codes

    def target_prosody(self, batch: Batch, energy: Tensor, jitter: bool) -> Tensor:
        """(B, T, 3): the target's own log-F0 and voicing, and the heard energy less its mean over voiced frames.

        In training the energy's reference and the F0 are shaken a little, as running statistics will be in use.
        """
        voiced = (batch.heard_f0.flatten(1) > 0).float()
        level = (energy * voiced).sum(1) / (voiced.sum(1) + 5) + 0.5 * 5 / (voiced.sum(1) + 5)
        log_f0 = torch.log(batch.wanted_f0)
        if jitter:
            level = level + 0.2 * torch.randn_like(level)
            log_f0 = log_f0 + 0.03 * torch.randn_like(log_f0[:, :1])
        normal = torch.clamp(energy - level[:, None], *ENERGY_RANGE)
        return torch.stack([log_f0, batch.wanted_voicing, normal], dim=-1)

    def on_fit_start(self) -> None:
        """Measure each voice's log-F0 range on the corpus: it is part of a voice."""
        corpus = self.trainer.datamodule.corpus  # type: ignore[attr-defined]
        self._voice_names = corpus.voices
        self.model.voice_range.copy_(torch.from_numpy(voice_ranges(corpus)))

    def on_save_checkpoint(self, checkpoint: dict[str, object]) -> None:
        checkpoint["voice_names"] = self._voice_names
        checkpoint["live_config"] = self.model.config.to_dict()

    def on_train_epoch_start(self) -> None:
        torch.manual_seed(1000 + self.current_epoch)

    def training_step(self, batch: Batch, index: int) -> Tensor:
        if not self.quantizing:
            self._collect(batch)
        step, codes = self(batch, learn=True)
        return self._log(step, codes, "train")

    def validation_step(self, batch: Batch, index: int) -> None:
        step, codes = self(batch, learn=False)
        self._log(step, codes, "val")
        assert step.phones is not None and step.step_mask is not None
        right = (step.phone_logits["codes"].argmax(-1) == step.phones).float()
        known = (step.phones >= 0).float() * step.step_mask
        self.log("val/phone_accuracy", masked_mean(right, known), batch_size=len(batch.heard))
        if index == 0 and self.logger is not None:
            self._show(batch, step)

    def configure_optimizers(self) -> OptimizerLRScheduler:
        parameters = [p for p in self.parameters() if p.requires_grad]
        return adam(parameters, self.learning_rate, int(self.trainer.estimated_stepping_batches))

    def _collect(self, batch: Batch) -> None:
        """Keep latents of the last warm-up steps, and start the codebooks from them when the warm-up is over."""
        if self.global_step < self.warmup_steps - 40:
            return
        with torch.no_grad():
            latents, _, _ = self.encode(batch, None)
        self._reservoir.append(latents[:, SETTLE:].flatten(0, 1))
        if self.global_step >= self.warmup_steps:
            z = torch.cat(self._reservoir)
            for i, book in enumerate(self.model.books):
                book.start_from(z[:, i])
            self._reservoir.clear()

    def _log(self, step: Step, codes: list[Tensor], stage: str) -> Tensor:
        loss, values = total(list(self.losses), step, self.current_epoch)  # type: ignore[arg-type]
        assert step.step_mask is not None
        count = len(step.step_mask)
        self.log_dict({f"{stage}/{name}": value for name, value in values.items()}, batch_size=count)
        self.log(f"{stage}/total", loss.detach(), prog_bar=True, batch_size=count)
        for i, (level, book) in enumerate(zip(codes, self.model.books, strict=False)):
            seen = level[:, SETTLE:]
            self.log(f"{stage}/perplexity{i}", perplexity(seen, book.entries), batch_size=count)
            self.log(f"codes/dead{i}", (book.counts < self.dead_below * book.counts.mean()).float().sum())
        return loss

    def _show(self, batch: Batch, step: Step) -> None:
        """Two validation examples as sound, through the vocoder if there is one."""
        assert step.mel is not None
        paired = batch.paired > 0
        mel, f0, voicing = step.mel[paired][:2], batch.wanted_f0[paired][:2], batch.wanted_voicing[paired][:2]
        wave = self.model.vocoder(mel, f0, voicing, torch.randn(len(mel), mel.shape[1] * HOP, device=self.device))
        writer = self.logger.experiment  # type: ignore[union-attr]
        for i in range(len(mel)):
            writer.add_audio(f"anonymized/{i}", wave[i].float().clamp(-1, 1), self.global_step, SAMPLE_RATE)
            writer.add_audio(f"wanted/{i}", batch.wanted[paired][i], self.global_step, SAMPLE_RATE)
            writer.add_image(f"mel/{i}", _picture(mel[i], step.mel_target[paired][i]), self.global_step)  # type: ignore[index]


def load_weights(task: nn.Module, checkpoint: str) -> None:
    """Put the weights of a checkpoint of any stage into `task`; what the checkpoint lacks stays as it is.

    Raises:
        ConfigError: no such file, or its weights are of other sizes.
    """
    if not Path(checkpoint).is_file():
        raise ConfigError(f"start_from: {checkpoint}: no such checkpoint")
    state = torch.load(checkpoint, map_location="cpu", weights_only=True)["state_dict"]
    renamed = {f"model.{k}" if k.startswith("vocoder.") else k: v for k, v in state.items()}
    try:
        task.load_state_dict(renamed, strict=False)
    except RuntimeError as error:
        raise ConfigError(f"start_from: {checkpoint}: {str(error).splitlines()[-1].strip()}") from error


def _picture(made: Tensor, wanted: Tensor) -> Tensor:
    both = torch.cat([wanted, made], dim=1).t().flip(0)
    return ((both + 2) / 4).clamp(0, 1)[None].float()
