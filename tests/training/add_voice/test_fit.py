"""A voice is fitted to speech, installed, and leaves everything else as it was."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soxr
import torch

from core.bundle import Bundle
from export.reverse import model_from_bundle
from model.frontend import VoiceMel
from model.live import LiveModel
from tests import small_bundle
from tests.training.data import made_up
from training.add_voice.fit import EVERY, PATIENCE, fit, fit_decoder
from training.add_voice.lessons import STEPS, Lessons, make_lessons
from voxveil.cli import main as voxveil

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def lessons() -> Lessons:
    return make_lessons(small_bundle.model(), [small_bundle.speech(9.6)] * 2)[0]


def test_lessons_are_the_talkers_own_speech(lessons: Lessons) -> None:
    config = small_bundle.model().config
    assert len(lessons) == 10
    assert lessons.vectors.shape == (10, STEPS, 3 * config.code_dim)
    assert lessons.prosody.shape == (10, 2 * STEPS, 3)
    wanted = VoiceMel()(torch.from_numpy(small_bundle.speech(9.6))[None])[0]
    louder = lessons.mel[1] - wanted[200:400]
    assert float(louder[:, :60].std()) < 0.05, "the same mel but for its level"
    voiced = lessons.prosody[..., 1] > 0
    assert 0.2 < float(voiced.float().mean()) < 0.9
    assert float(lessons.prosody[..., 2][voiced].mean()) == pytest.approx(0.0, abs=0.3)


def test_an_early_model_hears_its_lessons_later(lessons: Lessons) -> None:
    """The mel and the pitch to be learnt stay where they are; energy comes a hop of 10 ms later."""
    early = LiveModel(replace(small_bundle.model().config, early=1)).eval()
    early.load_state_dict(small_bundle.model().state_dict())
    late = make_lessons(early, [small_bundle.speech(9.6)] * 2)[0]
    assert torch.equal(late.prosody[..., :2], lessons.prosody[..., :2])
    energies = [x.prosody[0, 40:160, 2] for x in (lessons, late)]
    shifted = energies[1][1:] - energies[0][:-1]
    assert float(shifted.std()) < 1e-3, "both are turned to one level, measured a hop apart"
    assert float((energies[1] - energies[0]).std()) > 0.05


def test_bands_that_a_recording_lacks_are_not_learnt(lessons: Lessons) -> None:
    narrow = soxr.resample(soxr.resample(small_bundle.speech(9.6), 24_000, 8_000), 8_000, 24_000)[: 480 * 480]
    telephone = make_lessons(small_bundle.model(), [narrow.astype(np.float32)])[0]
    assert telephone.bands < 54 < 64 < lessons.bands < 70, "4 kHz is in band 53, 8 kHz (the sample's edge) in band 70"


def test_the_pitch_range_is_measured() -> None:
    hum = made_up.voiced(4.8, 140.0)
    _, (mean, spread) = make_lessons(small_bundle.model(), [hum])
    assert mean == pytest.approx(np.log(140), abs=0.01)
    assert spread == pytest.approx(0.08), "no narrower than anybody speaks"


def test_the_embedding_alone_moves(lessons: Lessons) -> None:
    model = small_bundle.model()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    rows = model.voices.weight.detach().numpy()
    seen: list[int] = []
    fitted = fit(model, lessons, rows, most=60, progress=lambda step, loss: seen.append(step))
    assert fitted.after < fitted.before - 1e-3
    assert not np.allclose(fitted.embedding, rows[fitted.nearest])
    assert seen
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    tuned = fit_decoder(fitted, lessons, most=24)
    assert tuned.after < fitted.after
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items()), "a copy learns"


def test_a_fit_that_gains_nothing_stops_early(lessons: Lessons) -> None:
    model = small_bundle.model()
    rows = model.voices.weight.detach()
    with torch.no_grad():
        own = model.decoder.mel(lessons.vectors, lessons.prosody, rows[2].expand(len(lessons), -1))
    fitted = fit(model, Lessons(lessons.vectors, lessons.prosody, own, 80), rows.numpy(), most=400)
    assert fitted.steps == PATIENCE * EVERY
    assert fitted.nearest == 2
    assert np.array_equal(fitted.embedding, rows[2].numpy()), "the best state is put back"


def test_the_command_adds_a_voice_and_proves_the_rest_untouched(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "bundle"
    shutil.copytree(small_bundle.bundle().path, folder)
    for i in range(3):
        made_up.write(tmp_path / f"speech/{i}.wav", small_bundle.speech(10))
    before = Bundle.load(folder)
    words = ["add-voice", "Mia", str(tmp_path / "speech"), "--bundle", str(folder), "--steps", "16", "--sex", "F"]
    assert voxveil(words) == 0
    said = capsys.readouterr().out
    for what in ("only with that person's consent", "the voice will be rough", "untouched: 3 graphs and 3 voices"):
        assert what in said
    for what in ("similarity to the wanted voice", "DNSMOS OVRL", "pitch 1", "halves are alike"):
        assert what in said
    after = Bundle.load(folder)
    assert after.voices.names == [*before.voices.names, "Mia"]
    assert after.voices.infos[-1].sex == "F"
    assert [info.added for info in after.voices.infos] == [False] * 3 + [True]
    for name in before.voices.names:
        assert np.array_equal(before.voices.row(name), after.voices.row(name))
    model_from_bundle(after)  # what was added can be trained on
    assert voxveil(words) == 2
    assert "is called 'Mia' already" in capsys.readouterr().err


def test_with_the_decoder_it_becomes_a_bundle_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle = small_bundle.bundle()
    monkeypatch.setattr("export.pack.export_graphs", small_bundle.copy_graphs)
    monkeypatch.setattr("voxveil.commands.add_voice._verifier", lambda: None)
    for i in range(3):
        made_up.write(tmp_path / f"speech/{i}.wav", small_bundle.speech(10))
    before = {path.name: path.read_bytes() for path in bundle.path.iterdir()}
    words = ["add-voice", "Mia", str(tmp_path / "speech"), "--bundle", str(bundle.path), "--steps", "8"]
    assert voxveil([*words, "--decoder", str(tmp_path / "speech")]) == 2
    assert "is no bundle" in capsys.readouterr().err
    assert voxveil([*words, "--decoder", str(tmp_path / "mia")]) == 0
    made = Bundle.load(tmp_path / "mia")
    assert made.voices.names == ["Mia"]
    assert not made.voices.makes_people
    assert made.voices.row("Mia")[-1] == pytest.approx(made.voices.row("Mia")[-1].clip(0.08, 0.4))
    assert {path.name: path.read_bytes() for path in bundle.path.iterdir()} == before


def test_a_checkpoint_of_another_bundle_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for i in range(3):
        made_up.write(tmp_path / f"speech/{i}.wav", small_bundle.speech(10))
    model = small_bundle.model()
    state = {f"model.{name}": value.clone() for name, value in model.state_dict().items()}
    state["model.decoder.outlet.bias"] += 0.1
    held = {"state_dict": state, "voice_names": small_bundle.NAMES, "live_config": model.config.to_dict()}
    torch.save(held, tmp_path / "other.ckpt")
    words = ["add-voice", "Mia", str(tmp_path / "speech"), "--bundle", str(small_bundle.bundle().path)]
    assert voxveil([*words, "--checkpoint", str(tmp_path / "other.ckpt")]) == 2
    assert "was not made of" in capsys.readouterr().err
