"""What a stage says that losses may look at is what its steps hold."""

from __future__ import annotations

from pathlib import Path

import pytest
from torch import Tensor

from tests.training import tiny
from training import stage as stages
from training.cli import main
from training.losses.base import Loss, Step, total
from training.losses.commitment import Commitment
from training.losses.linkage import Linkage
from training.losses.phoneme import Phoneme
from training.losses.pitch import Pitch
from training.losses.talker_adversary import TalkerAdversary
from training.losses.understanding import Understanding

pytestmark = pytest.mark.timeout(600)

HEADS = ("--model.phones=44",)


class EnoughError(Exception):
    pass


@pytest.mark.parametrize(
    ("stage", "more", "losses"),
    [
        ("vocoder", (), tiny.VOCODER_LOSSES),
        ("ear", HEADS, ("phoneme.Phoneme",)),
        ("vqvae", HEADS, (*tiny.VQVAE_LOSSES, "stft.Stft")),
        ("joint", ("--model.start_from={vqvae}",), tiny.JOINT_LOSSES),
    ],
)
def test_a_stage_offers_what_its_steps_hold(
    folder: Path,
    vqvae: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    stage: str,
    more: tuple[str, ...],
    losses: tuple[str, ...],
) -> None:
    seen: list[Step] = []

    def look(terms: list[Loss], step: Step, epoch: int) -> tuple[Tensor, dict[str, Tensor]]:
        seen.append(step)
        if len(seen) == 3:
            raise EnoughError
        return total(terms, step, epoch)

    monkeypatch.setattr(stages, "total", look)
    words = tiny.words(folder, tmp_path, *(word.format(vqvae=vqvae) for word in more), losses=losses)
    with pytest.raises(EnoughError):
        main([stage, *words])
    filled = {name for name, value in vars(seen[-1]).items() if value is not None and not _empty(value)}
    needed = {"latents", "quantized", "talker", "phone_logits", "understood", "pitch_logits"}
    needed |= {"wave_talker", "wave_voice"}
    assert filled & needed == stages.OFFERS[stage].fields
    assert {d for d in ("mel", "wave") if d in filled} == stages.OFFERS[stage].domains - {"latent"}


def _empty(value: object) -> bool:
    return isinstance(value, dict) and not value


@pytest.mark.parametrize(
    ("loss", "stages_with_it"),
    [
        (Linkage, {"vqvae"}),
        (TalkerAdversary, {"vqvae", "reference"}),
        (Commitment, {"vqvae", "reference"}),
        (Phoneme, {"vqvae", "ear"}),
        (Understanding, {"vqvae", "ear"}),
        (Pitch, {"vqvae"}),
    ],
)
def test_a_loss_is_to_be_had_where_its_fields_are(loss: type[Loss], stages_with_it: set[str]) -> None:
    assert {stage for stage in stages.OFFERS if not stages.lacking(stage, loss())} == stages_with_it
