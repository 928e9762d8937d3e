"""`voxveil train formants`, `pitch-head` and `loss-cost`."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest
import torch

from model.frontend import VoiceMel
from tests.training.losses.speech import sample
from tests.training.small_corpus import small_corpus
from training.losses.base import Step
from training.losses.formants import Formants
from training.perception.cost import measure
from voxveil.cli import main


def test_formants_are_learnt_by_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("parselmouth")
    folder, out = small_corpus(tmp_path / "prepared"), tmp_path / "new" / "formants.safetensors"
    words = ["train", "formants", "--prepared", str(folder), "--out", str(out), "--steps", "12", "--minutes", "0.2"]
    assert main(words) == 0
    assert "F1" in capsys.readouterr().out
    mel = VoiceMel()(sample())
    loss = Formants(net=str(out))(Step(mel=0.7 * mel, mel_target=mel, mel_mask=torch.ones(mel.shape[:2])))
    assert loss.item() >= 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["formants", "--prepared", "nowhere"], "is not a prepared corpus"),
        (["pitch-head", "--checkpoint", "nowhere.ckpt"], "nowhere.ckpt: no such file"),
    ],
)
def test_what_is_missing_is_said_in_one_line(
    words: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.safetensors"
    assert main(["train", *words, "--out", str(out)]) == 2
    text = capsys.readouterr().err
    assert said in text
    assert text.count("\n") == 1
    assert not out.exists()


def test_cost_is_a_time_or_a_reason() -> None:
    costs = dict(islice(measure(1, 0.4, 1, dict.fromkeys(("whisper", "wavlm", "vgg16", "codec"), "")), 6))
    assert len(costs) == 6
    assert "vgg16-397923af.pth" in str(costs["Image, vgg16"])
    assert all(isinstance(v, str) or v > 0 for v in costs.values())
