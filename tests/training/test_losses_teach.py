"""Each loss of the default recipe trains what it should: its gradient gets there, and following it lowers the loss."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

from tests.training import tiny
from training.crops import Batch, Crops, collate
from training.data.prepared import PreparedCorpus
from training.joint_task import JointTask
from training.losses.base import Loss, Step
from training.losses.commitment import Commitment
from training.losses.mel import Mel, MelSlope
from training.losses.phoneme import Phoneme
from training.losses.pitch import Pitch
from training.losses.stft import Stft
from training.vocoder_task import VocoderTask
from training.vqvae_task import VqvaeTask

pytestmark = pytest.mark.timeout(600)

CONFIG = tiny.config(encoder_dropout=0.0)
CONTENT, PITCH, DECODER, VOCODER = "model.encoder.content", "model.encoder.pitch", "model.decoder", "model.vocoder"


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory) -> Batch:
    corpus = PreparedCorpus(tiny.prepared(tmp_path_factory.mktemp("tiny")))
    found = corpus.utterances("train", "parallel")
    crops = Crops(corpus, found, 100, 3, corpus.voices, None, seed=3, epoch=0)
    return collate([crops[i] for i in range(3)])


def vqvae(loss: Loss, batch: Batch) -> VqvaeTask:
    """A task with codebooks in use."""
    torch.manual_seed(1)
    task = VqvaeTask([loss], phones=44, model=CONFIG)
    with torch.no_grad():
        latents, _, _ = task.encode(batch, None)
    for i, book in enumerate(task.model.books):
        book.start_from(latents[:, :, i].flatten(0, 1), 100)
    return task


def reached(task: torch.nn.Module) -> set[str]:
    """Names of the parameters with a gradient that is not zero."""
    moved = {name for name, p in task.named_parameters() if p.grad is not None and bool((p.grad != 0).any())}
    assert all(bool(torch.isfinite(p.grad).all()) for p in task.parameters() if p.grad is not None)
    return moved


def overfit(task: torch.nn.Module, cost: Callable[[], Tensor], rate: float = 3e-3) -> float:
    """Loss after a dozen steps on one batch, as a share of the loss before."""
    optimizer = torch.optim.Adam([p for p in task.parameters() if p.requires_grad], rate)
    costs = []
    for _ in range(12):
        optimizer.zero_grad()
        value = cost()
        value.backward()
        optimizer.step()
        costs.append(float(value.detach()))
    return costs[-1] / costs[0]


@pytest.mark.parametrize(
    ("loss", "trains", "leaves", "falls_to"),
    [
        (Mel(), (CONTENT, DECODER, "model.voices"), (PITCH, VOCODER, "heads"), 0.8),
        (MelSlope(), (CONTENT, DECODER, "model.voices"), (PITCH, VOCODER, "heads"), 0.97),
        (Commitment(), (CONTENT,), (PITCH, DECODER, VOCODER, "heads"), 0.97),
        (Phoneme(), (CONTENT, "heads.codes", "heads.latents"), (PITCH, DECODER, VOCODER), 0.9),
        (Pitch(), (PITCH,), (CONTENT, DECODER, VOCODER, "heads"), 0.95),
        (Stft(), (CONTENT, DECODER, "model.voices"), (PITCH, VOCODER, "heads"), 0.95),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Loss) else "",
)
def test_in_stage_vqvae(
    batch: Batch, loss: Loss, trains: tuple[str, ...], leaves: tuple[str, ...], falls_to: float
) -> None:
    task = vqvae(loss, batch)

    def cost() -> Tensor:
        return loss(task(batch, learn=False)[0])

    cost().backward()
    moved = reached(task)
    for part in trains:
        assert any(name.startswith(part) for name in moved), f"{loss.name} does not reach {part}"
    for part in leaves:
        assert not any(name.startswith(part) for name in moved), f"{loss.name} moves {part}"
    # Latents that move far find themselves nearer to another code, which no gradient knows of.
    assert overfit(task, cost, 3e-4 if isinstance(loss, Commitment) else 3e-3) < falls_to


def test_stft_in_stage_vocoder(batch: Batch) -> None:
    torch.manual_seed(1)
    task = VocoderTask([Stft()], model=CONFIG)

    def cost() -> Tensor:
        made, wanted = task.resynthesize(batch)
        return task.losses[0](Step(wave=made, wave_target=wanted))

    cost().backward()
    own = {name for name, _ in task.named_parameters()}
    assert reached(task) >= {name for name in own if "outlet" in name or "inlet" in name}
    assert overfit(task, cost) < 0.8


@pytest.mark.parametrize("loss", [Stft(), Mel()], ids=["wave", "mel"])
def test_in_stage_joint(batch: Batch, loss: Loss, tmp_path: Path) -> None:
    stage2 = vqvae(Mel(), batch)
    torch.save({"state_dict": stage2.state_dict(), "voice_names": []}, tmp_path / "stage2.ckpt")
    task = JointTask([loss], str(tmp_path / "stage2.ckpt"), model=CONFIG)

    def cost() -> Tensor:
        return loss(task(batch, learn=False))

    cost().backward()
    moved = reached(task)
    assert any(name.startswith(DECODER) for name in moved), "a wave has to reach the decoder"
    assert any(name.startswith(VOCODER) for name in moved) == (loss.domain == "wave")
    assert not any(name.startswith("model.encoder") for name in moved)
    assert overfit(task, cost) < 0.97


def test_a_crop_without_a_partner_teaches_no_mel(batch: Batch) -> None:
    task = vqvae(Mel(), batch)
    alone = Batch(**{**vars(batch), "paired": torch.zeros_like(batch.paired)})
    step, _ = task(alone, learn=False)
    assert float(Mel()(step).detach()) == 0.0


def test_waves_of_a_batch_without_partners_teach_nothing(batch: Batch) -> None:
    task = vqvae(Stft(), batch)
    alone = Batch(**{**vars(batch), "paired": torch.zeros_like(batch.paired)})
    step, _ = task(alone, learn=False)
    assert step.wave is not None
    assert step.wave_target is not None
    assert torch.equal(step.wave, step.wave_target)


@pytest.mark.parametrize("early", [0, 1])
def test_an_early_model_is_taught_without_the_last_hops(batch: Batch, early: int) -> None:
    """What a step's answer may depend on, in training: everything up to its end, less the hops that it is early by."""
    task = VqvaeTask([Mel()], phones=44, model=tiny.config(encoder_dropout=0.0, early=early))
    heard = batch.heard.clone().requires_grad_()
    latents, pitch, energy = task.encode(replace(batch, heard=heard), None)
    for answer, end in ((latents[:, 30], 31 * 480), (pitch[:, 30], 31 * 480), (energy[:, 61], 31 * 480)):
        (grad,) = torch.autograd.grad(answer.square().sum(), heard, retain_graph=True)
        last = int((grad[0] != 0).nonzero().max())
        assert end - 240 * early - 8 < last < end - 240 * early, "the window is nearly zero at its end"
