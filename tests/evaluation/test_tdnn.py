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
from evaluation.privacy import attack
from evaluation.tdnn import Tdnn, TdnnVerifier, about, features, save
from evaluation.verifier_training import Lesson, train
from realtime.pipeline import Pipeline

QUIET = Console(quiet=True)


@pytest.fixture(scope="module")
def speech() -> np.ndarray:
    """Four seconds at 24 kHz."""
    samples, rate = read_mono(sample_path())
    return resample(samples, rate, SAMPLE_RATE)[: 4 * SAMPLE_RATE]


def talkers(count: int, each: int) -> dict[str, list[np.ndarray]]:
    """Features in which a talker shows as two bands that move together, and every utterance as louder bands elsewhere."""
    found = {}
    for number in range(count):
        found[f"t{number}"] = []
        for turn in range(each):
            rng = np.random.default_rng([number, turn])
            bands = rng.standard_normal((220, 64)) * rng.uniform(0.5, 1.5, 64)
            bands[:, 8 * number : 8 * number + 2] += 1.5 * rng.standard_normal((220, 1))
            found[f"t{number}"].append(bands.astype(np.float32))
    return found


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


def test_an_attacker_who_learns_on_knows_more(tmp_path: Path) -> None:
    torch.manual_seed(0)
    verifier = TdnnVerifier(Tdnn(), "new")
    everything = talkers(8, 8)
    lessons = {t: xs[:4] for t, xs in everything.items()}

    def error(of: TdnnVerifier) -> float:
        enrol = {t: [of.of_bands(x) for x in xs[4:6]] for t, xs in everything.items()}
        return attack(enrol, {t: [of.of_bands(x) for x in xs[6:]] for t, xs in everything.items()}).eer

    taught = fine_tuned(verifier, lessons, tmp_path, QUIET, steps=12)
    assert error(taught) < error(verifier) - 5
    assert len(list(tmp_path.glob("*.safetensors"))) == 1


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
