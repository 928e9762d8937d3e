"""Small things that all stages do alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import lightning
from torch import Tensor, nn

from core.errors import ConfigError
from training.crops import Batch
from training.losses.base import Domain, Loss, Step, masked_mean, total


@dataclass(frozen=True)
class Offer:
    """What losses may look at in a stage.

    Attributes:
        domains: of the losses. fields: of `Step`, what is filled in beside the mels and sounds of these domains.
    """

    domains: frozenset[Domain]
    fields: frozenset[str] = frozenset()


_CODES = frozenset({"latents", "quantized", "talker"})
_HEARD = frozenset({"phone_logits", "understood"})
OFFERS = {
    "vocoder": Offer(frozenset({"wave"})),
    "ear": Offer(frozenset({"latent"}), _HEARD),
    "partner": Offer(frozenset({"mel"})),
    "vqvae": Offer(
        frozenset({"mel", "latent", "wave"}), _CODES | _HEARD | {"pitch_logits", "wave_talker", "wave_voice"}
    ),
    "joint": Offer(frozenset({"wave", "mel"})),
    "reference": Offer(frozenset({"mel", "latent", "wave"}), _CODES),
    "reference-vocoder": Offer(frozenset({"wave"})),
}
"""By stage."""


def lacking(stage: str, loss: Loss) -> str:
    """Why `loss` cannot be had in `stage`, in words; "" if it can."""
    offer = OFFERS[stage]
    if loss.domain not in offer.domains:
        takes = " and ".join(sorted(offer.domains))
        return f"{loss.name} compares {loss.domain}s; stage {stage} takes losses of {takes} only"
    absent = [name for name in loss.needs if name not in offer.fields]
    return f"{loss.name} looks at {absent[0]}, which stage {stage} does not have" if absent else ""


def check_losses(stage: str, losses: Sequence[Loss]) -> None:
    """Look at the losses of a stage before it starts.

    Raises:
        ConfigError: one looks at what this stage does not compute, one is there twice, or none is in use at first.
    """
    for loss in losses:
        if why := lacking(stage, loss):
            raise ConfigError(f"model.losses: {why}")
    if not any(loss.weight > 0 and loss.start_epoch == 0 for loss in losses):
        raise ConfigError("model.losses: nothing to learn from in the first epoch; give a loss with start_epoch 0")
    names = [loss.name for loss in losses]
    if len(set(names)) < len(names):
        raise ConfigError(f"model.losses: {max(names, key=names.count)} stands there twice; give each loss once")


def check_room(names: Sequence[str], rows: int) -> None:
    """Raises ConfigError if a corpus has more voices (`names`) than the model has rows for."""
    if len(names) > rows:
        raise ConfigError(f"the corpus has {len(names)} voices, the model room for {rows}: set model.model.voices")


def objective(task: lightning.LightningModule, losses: nn.ModuleList, step: Step, stage: str, count: int) -> Tensor:
    """The weighted sum of a task's losses; it and each loss under its own name go to the log, meaned over processes."""
    loss, values = total(list(losses), step, task.current_epoch)  # type: ignore[arg-type]
    together = task.trainer.world_size > 1
    task.log_dict({f"{stage}/{k}": v for k, v in values.items()}, batch_size=count, sync_dist=together)
    task.log(f"{stage}/total", loss.detach(), prog_bar=True, batch_size=count, sync_dist=together)
    return loss


def log_accuracy(task: lightning.LightningModule, logits: Tensor, step: Step, batch: Batch) -> None:
    """Share of 20 ms steps whose likeliest phoneme is the right one: on synthetic speech by exact labels, on real
    speech by the teacher's likeliest phoneme.
    """
    assert step.phone_soft is not None and step.phones is not None and step.step_mask is not None
    best, paired = logits.argmax(-1), batch.paired[:, None]
    said = {
        "synthetic": (step.phones, (step.phones >= 0) * paired),
        "real": (step.phone_soft.argmax(-1), (step.phone_soft.sum(-1) > 0.5) * (1 - paired)),
    }
    for kind, (phones, known) in said.items():
        mask = known.float() * step.step_mask
        accuracy = masked_mean((best == phones).float(), mask)
        # Weighed by how much there is, so that a batch without such speech does not count.
        together = task.trainer.world_size > 1
        task.log(f"val/phone_accuracy_{kind}", accuracy, batch_size=1 + int(mask.sum()), sync_dist=together)


def from_all(task: lightning.LightningModule, x: Tensor) -> Tensor:
    """The rows of all processes, one after the other: every process moves its codebooks by the same latents."""
    if task.trainer.world_size == 1:
        return x
    gathered = task.all_gather(x)
    assert isinstance(gathered, Tensor)
    return gathered.flatten(0, 1)
