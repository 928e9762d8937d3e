"""What the stages that need the whole model share: hearing, quantising, speaking, and what a checkpoint keeps."""

from __future__ import annotations

from collections.abc import Sequence

import lightning
import torch
from lightning.pytorch.utilities.types import OptimizerLRScheduler
from torch import Tensor, nn

from core.spec import FRAMES, SAMPLE_RATE
from model.frontend import VoiceMel
from model.live import LiveConfig, LiveModel
from model.prosody import ENERGY_RANGE, log_energy
from training.crops import Batch
from training.data.voice_ranges import voice_ranges
from training.losses.base import Loss, Step
from training.precision import mixed
from training.schedule import adam
from training.stage import check_losses, check_room, objective
from training.start import put, read_start
from training.vocoder_task import align

SETTLE = 10
"""Steps of 20 ms at the start of a crop that no loss looks at."""
SHAKE = (0.2, 0.03)
"""By how much training moves the energy's reference (nepers) and log-F0, as running statistics will be off in use."""


class LiveTask(lightning.LightningModule):
    """A stage that trains parts of `model.live.LiveModel`.

    Args:
        stage: its name. losses, learning_rate, model: as the stages say.
        start_from: a checkpoint of any stage, or a bundle's folder, to begin with; "" for none.
    """

    def __init__(
        self,
        stage: str,
        losses: Sequence[Loss],
        learning_rate: float,
        start_from: str,
        model: LiveConfig | None,
    ) -> None:
        super().__init__()
        self.model = LiveModel(model)
        self.voice_mel = VoiceMel()
        check_losses(stage, losses)
        self.losses = nn.ModuleList(losses)
        self.learning_rate, self.start_from = learning_rate, start_from
        self._voice_names: list[str] = []
        self._known_voices: dict[str, Tensor] = {}

    def begin(self) -> None:
        """Take over the weights of `start_from`. To be called when all parts of the task are there."""
        if self.start_from:
            start = read_start(self.start_from)
            put(start, self, self.start_from)
            self._known_voices = start.voices

    @property
    def quantizing(self) -> bool:
        """Whether the codebooks are in use."""
        return all(bool(book.ready) for book in self.model.books)

    def encode(self, batch: Batch, warp: Tensor | None) -> tuple[Tensor, Tensor, Tensor]:
        """`batch.heard` to latents (B, S, levels, D), pitch logits (B, S, 2, .) and energy (B, T)."""
        encoder, audio = self.model.encoder, self.model.heard_by(batch.heard)
        power, heard = encoder.spectrum(audio), encoder.ear(audio)
        with mixed(batch.heard.device.type):
            latents = encoder.content(encoder.features(heard, warp)).float()
            pitch = encoder.pitch(encoder.pitch_features(power).unflatten(1, (-1, FRAMES)).flatten(2)).float()
        return latents, pitch, log_energy(power)

    def speak(self, batch: Batch, vectors: Tensor, energy: Tensor, shaken: bool) -> Tensor:
        """Code vectors (B, S, levels, D) and energy (B, T) to log-mel (B, T, 80) in the wanted voice."""
        embedding, prosody = self.embedding(batch), target_prosody(batch, energy, shaken)
        with mixed(batch.heard.device.type):
            return self.model.decoder.mel(vectors.flatten(2), prosody, embedding).float()

    def embedding(self, batch: Batch) -> Tensor:
        """The wanted voices (B, E)."""
        pair = self.model.voices(batch.voice)
        return torch.lerp(pair[:, 0], pair[:, 1], batch.voice_weight[:, None])

    def sound(self, mel: Tensor, batch: Batch) -> Tensor:
        """Log-mel (B, T, 80) to samples (B, n), with the wanted side's F0 and voicing and the batch's noise."""
        with mixed(mel.device.type):
            return self.model.vocoder(mel, batch.wanted_f0, batch.wanted_voicing, batch.noise).float()

    def mel_step(self, batch: Batch, mel: Tensor) -> Step:
        """What losses of the domain "mel" look at: paired crops, the settling steps left out."""
        mask = settled(mel, SETTLE * FRAMES)
        return Step(mel=mel, mel_target=self.voice_mel(batch.wanted), mel_mask=mask * batch.paired[:, None])

    def log_step(self, step: Step, stage: str, count: int) -> Tensor:
        """The objective; each loss goes to the log."""
        return objective(self, self.losses, step, stage, count)

    def show(self, batch: Batch, mel: Tensor) -> None:
        """Two paired validation examples as sound and picture."""
        if self.logger is None or not self.trainer.is_global_zero:
            return
        rows = (batch.paired > 0).nonzero().flatten()[:2]
        few = take(batch, rows)
        wave, wanted = align(self.sound(mel[rows], few), few.wanted)
        target = self.voice_mel(few.wanted)
        writer = self.logger.experiment  # type: ignore[attr-defined]
        for i in range(len(rows)):
            writer.add_audio(f"anonymized/{i}", wave[i].clamp(-1, 1), self.global_step, SAMPLE_RATE)
            writer.add_audio(f"wanted/{i}", wanted[i], self.global_step, SAMPLE_RATE)
            writer.add_image(f"mel/{i}", _picture(mel[rows[i]], target[i]), self.global_step)

    def on_fit_start(self) -> None:
        """Name the rows of the voice table after the corpus, and measure each voice's log-F0 range: it is part of a
        voice. Voices that `start_from` knows keep their embedding; the others begin at the mean of those.
        """
        corpus = self.trainer.datamodule.corpus  # type: ignore[attr-defined]
        names, rows = corpus.voices, self.model.config.voices
        check_room(names, rows)
        self._voice_names = names
        if not names:
            return
        self.model.voice_range[: len(names)] = torch.from_numpy(voice_ranges(corpus)).to(self.device)
        if self._known_voices and self.trainer.ckpt_path is None:
            known = self._known_voices
            mean = torch.stack(list(known.values())).mean(0)
            with torch.no_grad():
                for row, name in enumerate(names):
                    self.model.voices.weight[row] = known.get(name, mean).to(self.device)

    def on_save_checkpoint(self, checkpoint: dict[str, object]) -> None:
        checkpoint["voice_names"] = self._voice_names
        checkpoint["live_config"] = self.model.config.to_dict()

    def configure_optimizers(self) -> OptimizerLRScheduler:
        parameters = [p for p in self.parameters() if p.requires_grad]
        return adam([parameters], self.learning_rate, int(self.trainer.estimated_stepping_batches))


def target_prosody(batch: Batch, energy: Tensor, shaken: bool) -> Tensor:
    """(B, T, 3): the target's own log-F0 and voicing, and the heard energy (B, T) less its mean over voiced frames."""
    voiced = (batch.heard_f0.flatten(1) > 0).float()
    level = (energy * voiced).sum(1) / (voiced.sum(1) + 5) + 0.5 * 5 / (voiced.sum(1) + 5)
    log_f0 = torch.log(batch.wanted_f0)
    if shaken:
        level = level + SHAKE[0] * batch.shake[:, 0]
        log_f0 = log_f0 + SHAKE[1] * batch.shake[:, 1:]
    normal = torch.clamp(energy - level[:, None], *ENERGY_RANGE)
    return torch.stack([log_f0, batch.wanted_voicing, normal], dim=-1)


def settled(x: Tensor, first: int = SETTLE) -> Tensor:
    """For x (B, T, ...) which of its times count, (B, T): 0 before `first`, then 1."""
    mask = torch.zeros(x.shape[:2], device=x.device)
    mask[:, first:] = 1
    return mask


def take(batch: Batch, rows: Tensor) -> Batch:
    """Some items of a batch."""
    return Batch(**{name: value[rows] for name, value in vars(batch).items()})


def _picture(made: Tensor, wanted: Tensor) -> Tensor:
    both = torch.cat([wanted, made], dim=1).t().flip(0)
    return ((both + 2) / 4).clamp(0, 1)[None].float()
