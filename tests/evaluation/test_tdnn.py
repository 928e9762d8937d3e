"""The second verifier and the attacker that learns on: on made-up talkers whose answer is known."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from rich.console import Console

from core.assets import sample_path
from core.audio_file import read_mono, resample
from core.bundle import Bundle
from core.errors import ConfigError
from core.spec import SAMPLE_RATE
from evaluation.codes import CodeReader
from evaluation.finetuning import fine_tuned
from evaluation.tdnn import Tdnn, TdnnVerifier, about, features, save
from evaluation.verifier_training import SCALE, AngularMargin, Lesson, train
from realtime.pipeline import Pipeline

QUIET = Console(quiet=True)


@pytest.fixture(scope="module")
def speech() -> np.ndarray:
    """Four seconds at 24 kHz."""
    samples, rate = read_mono(sample_path())
    return resample(samples, rate, SAMPLE_RATE)[: 4 * SAMPLE_RATE]


def talkers(count: int, each: int) -> dict[str, list[np.ndarray]]:
    """Features (220, 64) by talker."""
    rng = np.random.default_rng(0)
    return {f"t{i}": [rng.standard_normal((220, 64)).astype(np.float32) for _ in range(each)] for i in range(count)}


def test_level_does_not_change_the_features(speech: np.ndarray) -> None:
    assert features(speech).shape[1] == 64
    assert np.abs(features(0.1 * speech) - features(speech)).max() < 0.01


def test_weights_come_back_and_other_files_are_refused(speech: np.ndarray, tmp_path: Path) -> None:
    torch.manual_seed(0)
    verifier = TdnnVerifier(Tdnn(), "new")
    save(verifier.network, {"real_talkers": 3}, tmp_path / "v.safetensors")
    again = TdnnVerifier.load(tmp_path / "v.safetensors")
    assert float(verifier(speech) @ again(speech)) > 0.999
    assert about(tmp_path / "v.safetensors") == {"real_talkers": 3}
    (tmp_path / "v.safetensors").write_bytes(b"nothing")
    with pytest.raises(ConfigError, match="no verifier"):
        TdnnVerifier.load(tmp_path / "v.safetensors")


def test_an_attacker_learns_on_once_for_each_set_of_lessons(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(0)
    verifier, lessons = TdnnVerifier(Tdnn(), "new"), talkers(8, 4)
    taught = fine_tuned(verifier, lessons, tmp_path, QUIET, steps=2)
    heard = lessons["t0"][0]
    assert float(taught.of_bands(heard) @ verifier.of_bands(heard)) < 0.999
    monkeypatch.setattr("evaluation.finetuning._train", None)
    again = fine_tuned(verifier, lessons, tmp_path, QUIET, steps=2)
    assert np.array_equal(again.of_bands(heard), taught.of_bands(heard))
    with pytest.raises(TypeError):
        fine_tuned(verifier, talkers(8, 3), tmp_path, QUIET, steps=2)


def test_the_margin_wants_more_than_the_right_answer() -> None:
    head = AngularMargin(3)
    right = torch.nn.functional.normalize(head.weight.detach(), dim=1)
    assert head(right, torch.arange(3)).item() < head(right, torch.tensor([1, 2, 0])).item()
    torn = torch.nn.functional.normalize(right + 0.9 * right.roll(1, 0), dim=1)
    plain = torch.nn.functional.cross_entropy(SCALE * torn @ right.T, torch.arange(3))
    assert float(head(torn, torch.arange(3)).detach()) > float(plain)


def test_training_stops_and_goes_on(speech: np.ndarray, tmp_path: Path) -> None:
    folder = tmp_path / "talkers"
    for number in range(10):
        (folder / f"t{number}").mkdir(parents=True)
        soundfile.write(folder / f"t{number}" / f"{number}.wav", speech[number * 4000 :][:30000], SAMPLE_RATE)
    lesson = Lesson(folder, tmp_path / "none.txt", tmp_path / "v.safetensors", steps=4, minutes=1e-6)
    assert train(lesson, QUIET) is None
    assert (tmp_path / "v.state").is_file()
    done = Lesson(folder, tmp_path / "none.txt", tmp_path / "v.safetensors", steps=4)
    assert train(done, QUIET) is not None
    assert not (tmp_path / "v.state").exists()
    assert json.loads(json.dumps(about(tmp_path / "v.safetensors")))["real_talkers"] == 10


def test_codes_are_those_that_the_pipeline_sends(speech: np.ndarray) -> None:
    bundle = Bundle.load()
    reader = CodeReader(bundle)
    stream = reader.stream(speech)
    assert stream.shape == (len(speech) // 480, 3)
    assert (stream.max(axis=0) < bundle.manifest["codebooks"]).all()
    # The same codes give the same sound: what the reader saw is what the decoder is told.
    pipeline = Pipeline(bundle, "cpu")
    session = pipeline._sessions["encoder"]
    given = {"audio": speech[None, :480], "state": pipeline.initial_state().encoder}
    assert np.array_equal(session.run(["codes"], given)[0][0], stream[0])
    assert reader(speech).sum() > 0
    assert np.sum(reader(speech) ** 2) == pytest.approx(3.0, abs=1e-4)
