"""Stage 2: the content network, Whisper's encoder at first, learns to understand speech while it hears it."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from core.audio_file import resample
from core.spec import SAMPLE_RATE
from model.live import LiveConfig
from training.crops import Batch
from training.data.prepared import RECOGNIZER_WIDTH, PreparedCorpus
from training.ear_start import begin_with_whisper, set_nearness
from training.live_task import LiveTask, settled
from training.losses.base import Loss, Step
from training.perception.resample import RATE
from training.precision import mixed
from training.stage import log_accuracy

EXAMPLES, SECONDS = 8, 6.0
"""How much speech tells at which distances Whisper's heads look."""


class EarTask(LiveTask):
    """Trains the content network alone, before there are codes: it costs half of what stage `vqvae` does.

    Args:
        losses: terms in the domain "latent".
        phones: number of phoneme classes.
        whisper: folder of the CTranslate2 Whisper model to begin with; "" to go on from `start_from`.
        learning_rate: peak of Adam's rate.
        start_from: a checkpoint, or a bundle's folder, that the other parts (and without `whisper` this one) come from.
        model: sizes.
    """

    def __init__(
        self,
        losses: list[Loss],
        phones: int,
        whisper: str = "",
        learning_rate: float = 3e-4,
        start_from: str = "",
        model: LiveConfig | None = None,
    ) -> None:
        super().__init__("ear", losses, learning_rate, start_from, model)
        width = self.model.config.encoder_width
        self.heads = nn.ModuleDict({"steps": nn.Linear(width, phones)})
        self.recognizer = nn.Linear(width, RECOGNIZER_WIDTH)
        self.begin()
        for book in self.model.books:
            book.ready.fill_(False)  # they were made for another content network
        self.whisper = whisper
        if whisper:
            begin_with_whisper(self.model.encoder.content, whisper)
        self.model.requires_grad_(False)
        self.model.encoder.content.requires_grad_(True)
        self.model.encoder.content.outlet.requires_grad_(False)

    def forward(self, batch: Batch, learn: bool) -> Step:
        """What the losses look at."""
        encoder = self.model.encoder
        heard = encoder.ear(self.model.heard_by(batch.heard))
        with mixed(batch.heard.device.type):
            y = encoder.content.understand(encoder.features(heard, batch.warp if learn else None))
            logits, understood = self.heads["steps"](y), self.recognizer(y)
        return Step(
            step_mask=settled(y),
            phone_logits={"steps": logits.float()},
            phones=batch.phones,
            phone_soft=batch.phone_soft,
            understood=understood.float(),
            understood_wanted=batch.understood,
        )

    def on_fit_start(self) -> None:
        super().on_fit_start()
        if self.whisper and self.trainer.ckpt_path is None:
            corpus = self.trainer.datamodule.corpus  # type: ignore[attr-defined]
            samples, lower = examples(corpus)
            encoder = self.model.encoder
            samples, lower = samples.to(self.device), lower.to(self.device)
            set_nearness(encoder.content, encoder.features(encoder.ear(samples)), self.whisper, lower)

    def training_step(self, batch: Batch, index: int) -> Tensor:
        return self.log_step(self(batch, learn=True), "train", len(batch.heard))

    def validation_step(self, batch: Batch, index: int) -> None:
        step = self(batch, learn=False)
        self.log_step(step, "val", len(batch.heard))
        log_accuracy(self, step.phone_logits["steps"], step, batch)


def examples(corpus: PreparedCorpus) -> tuple[Tensor, Tensor]:
    """The beginnings of some recordings: (B, n) at 24 kHz, and the same at 16 kHz."""
    long_enough = [
        u
        for kind in ("real", "parallel", "plain")
        for u in corpus.utterances("train", kind)
        if u.frames > 100 * SECONDS
    ]
    chosen = (long_enough or corpus.utterances("train", "parallel"))[:: max(1, len(long_enough) // EXAMPLES)][:EXAMPLES]
    high = [corpus.audio(u, "src", 0, int(100 * SECONDS)) for u in chosen]
    low = [resample(x, SAMPLE_RATE, RATE)[: int(RATE * SECONDS)] for x in high]
    return torch.stack([torch.from_numpy(x) for x in high]), torch.stack([torch.from_numpy(x) for x in low])
