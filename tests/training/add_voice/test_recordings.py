"""What is said about recordings that somebody wants a voice of."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.errors import ConfigError
from tests import small_bundle
from tests.training.data import made_up
from training.add_voice import recordings as module
from training.add_voice.recordings import judge, read_recordings, signal_to_noise, split_alike


def talk(root: Path, files: int) -> Path:
    """The sample's ten seconds and a second of silence, a number of times."""
    speech = np.concatenate([small_bundle.speech(10), np.zeros(24_000, np.float32)])
    for i in range(files):
        made_up.write(root / f"{i}.wav", speech)
    return root


def test_good_recordings_are_taken_as_they_are(tmp_path: Path) -> None:
    found = read_recordings(talk(tmp_path, 4))
    assert len(found.pieces) == 4
    assert all(len(piece) % 480 == 0 and piece.dtype == np.float32 for piece in found.pieces)
    assert 30 < found.speech < 42, "long pauses do not count"
    assert found.alike is None
    [remark] = found.remarks
    assert "the voice will be rough" in remark


def test_noise_and_clipping_are_named(tmp_path: Path) -> None:
    speech = small_bundle.speech(10)
    assert not judge(speech)
    assert signal_to_noise(speech) > 30
    noisy = speech + 0.3 * speech.std() * np.random.default_rng(0).standard_normal(len(speech)).astype(np.float32)
    assert "noisy" in judge(noisy)[0]
    assert "clipped" in judge(np.clip(20 * speech, -1, 1))[0]
    talk(tmp_path, 3)
    made_up.write(tmp_path / "loud.wav", np.clip(20 * speech, -1, 1))
    assert any("loud.wav is clipped" in remark for remark in read_recordings(tmp_path).remarks)


def test_what_cannot_be_used_is_left_out_by_name(tmp_path: Path) -> None:
    talk(tmp_path, 3)
    made_up.write(tmp_path / "silent.wav", np.zeros(48_000, np.float32))
    made_up.write(tmp_path / "short.wav", made_up.voiced(0.4, 120.0))
    (tmp_path / "broken.wav").write_bytes(b"RIFF, but not really")
    remarks = "\n".join(read_recordings(tmp_path).remarks)
    assert "silent.wav is left out: silent" in remarks
    assert "short.wav is left out: only 0.4 s" in remarks
    assert "broken.wav is left out: not readable" in remarks


def test_too_little_speech_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"holds \d+ s of speech; a voice needs 20 s"):
        read_recordings(talk(tmp_path, 1))
    with pytest.raises(ConfigError, match="no such folder"):
        read_recordings(tmp_path / "nowhere")


def test_ten_minutes_are_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 25.0)
    found = read_recordings(talk(tmp_path, 5))
    assert len(found.pieces) == 3
    assert "from " in found.remarks[0]


def test_two_people_are_told_from_one() -> None:
    """Embeddings that scatter around one direction, and around two."""
    rng = np.random.default_rng(1)
    first, second = rng.standard_normal((2, 64))
    one = first + 0.4 * rng.standard_normal((20, 64))
    two = np.concatenate([one[:12], second + 0.4 * rng.standard_normal((8, 64))])
    assert split_alike(one) > 0.8
    assert split_alike(two) < 0.4
    lone = np.concatenate([one, second[None]])
    assert split_alike(lone) > 0.75, "one stretch that stands apart is no second person"


def test_several_talkers_are_told_by_the_verifier(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    people, calls = rng.standard_normal((2, 16)), iter(range(100))

    def embed(samples: np.ndarray) -> np.ndarray:
        assert len(samples) == 4 * 24_000
        return np.asarray(people[next(calls) % 2])

    assert read_recordings(talk(tmp_path, 4), embed).several_talkers
