"""Stage 3: decoder and vocoder learn together, so that the vocoder knows the decoder's mels."""

from __future__ import annotations

import torch
from torch import Tensor

from core.errors import ConfigError
from core.spec import BLOCK
from model.live import LiveConfig
from training.crops import Batch
from training.live_task import SETTLE, LiveTask
from training.losses.base import Loss, Step
from training.vocoder_task import align


class JointTask(LiveTask):
    """Trains decoder, voices and vocoder through the waveform.

    Encoder and codebooks stand still: they are what privacy and intelligibility were measured on, a waveform's gradient
    has to pass the quantiser as if it were not there, and a vocoder that follows moving codes learns little. It also
    halves the cost of a step.

    The decoder's mel goes into the vocoder with its gradient, so losses of the domain "wave" reach the decoder; those
    of the domain "mel" keep the mel a mel while both sides move. The vocoder is given the wanted side's exact F0:
    without it no waveform could be compared.

    Args:
        losses: terms in the domains "wave" and "mel".
        start_from: a checkpoint of stage vqvae (or of an earlier joint run), or a bundle's folder.
        learning_rate: peak of Adam's rate.
        model: sizes.
    """

    def __init__(
        self, losses: list[Loss], start_from: str, learning_rate: float = 4e-4, model: LiveConfig | None = None
    ) -> None:
        super().__init__("joint", losses, learning_rate, start_from, model)
        if not start_from:
            raise ConfigError("model.start_from: stage joint goes on from a checkpoint of stage vqvae; name it")
        self.begin()
        if not self.quantizing:
            raise ConfigError(f"model.start_from: {start_from} has no codebooks; train stage vqvae beyond its warm-up")
        self.model.encoder.requires_grad_(False)

    def forward(self, batch: Batch, learn: bool) -> Step:
        """Everything the losses look at."""
        with torch.no_grad():
            latents, _, energy = self.encode(batch, batch.warp if learn else None)
            levels = self.model.encoder.levels()
            vectors = [q.codebook.lookup(q(latents[:, :, i])) for i, q in enumerate(levels)]
        mel = self.speak(batch, torch.stack(vectors, dim=2), energy, learn)
        step = self.mel_step(batch, mel)
        step.wave, step.wave_target = align(self.sound(mel, batch), batch.wanted, SETTLE * BLOCK)
        return step

    def on_train_epoch_start(self) -> None:
        self.model.encoder.eval()  # it does not learn, so nothing is to drop out of it

    def training_step(self, batch: Batch, index: int) -> Tensor:
        return self.log_step(self(batch, learn=True), "train", len(batch.heard))

    def validation_step(self, batch: Batch, index: int) -> None:
        step = self(batch, learn=False)
        self.log_step(step, "val", len(batch.heard))
        if index == 0:
            assert step.mel is not None
            self.show(batch, step.mel)

    def on_fit_start(self) -> None:
        """As in the other stages; and everything has to have a partner here."""
        super().on_fit_start()
        data = self.trainer.datamodule  # type: ignore[attr-defined]
        if set(data.kinds) != {"parallel"}:
            raise ConfigError("data.kinds: stage joint compares waveforms, so it takes [parallel] only")
