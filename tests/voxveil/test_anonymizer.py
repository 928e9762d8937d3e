"""The public API, as the README shows it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

import voxveil
from core.assets import sample_path
from core.audio_file import read_mono
from core.errors import AudioFileError, ConfigError, VoiceError, VoxveilError
from voxveil import Anonymizer


@pytest.fixture(scope="module")
def voice() -> Anonymizer:
    return Anonymizer.load(provider="cpu")


@pytest.fixture(scope="module")
def second() -> tuple[np.ndarray, int]:  # type: ignore[type-arg]
    """One second of the bundled speech, and its rate."""
    samples, rate = read_mono(sample_path())
    return samples[rate : 2 * rate], rate


def test_the_public_names() -> None:
    assert voxveil.__all__ == [
        "Anonymizer",
        "AudioFileError",
        "BundleError",
        "ConfigError",
        "DeviceError",
        "VoiceError",
        "VoxveilError",
    ]
    for name in voxveil.__all__:
        assert getattr(voxveil, name).__name__ == name
    with pytest.raises(AttributeError, match="nothing"):
        voxveil.nothing  # noqa: B018


def test_load_takes_the_default_voice(voice: Anonymizer) -> None:
    fresh = Anonymizer.load(provider="cpu")
    np.testing.assert_array_equal(fresh.voice, fresh.bundle.voices.row(fresh.bundle.default_voice))
    assert fresh.prosody == 1.0
    assert fresh.latency_ms == fresh.bundle.latency_ms
    assert voice.voices == voice.bundle.voices.names


def test_a_voice_by_name_by_mix_and_new(voice: Anonymizer) -> None:
    a, b = voice.voices[:2]
    voice.set_voice(a)
    np.testing.assert_array_equal(voice.voice, voice.bundle.voices.row(a))
    voice.set_voice(voice.mix(a, b, 0.4))
    np.testing.assert_array_equal(voice.voice, voice.bundle.voices.mix(a, b, 0.4))
    voice.set_voice(voice.new_voice(7))
    np.testing.assert_array_equal(voice.voice, voice.new_voice(7))


def test_wrong_settings_are_refused_and_change_nothing(voice: Anonymizer) -> None:
    before = voice.voice
    with pytest.raises(VoiceError, match="no voice is called"):
        voice.set_voice("nobody at all")
    with pytest.raises(VoiceError, match="finite numbers"):
        voice.set_voice(np.zeros(3))
    with pytest.raises(VoiceError, match="finite numbers"):
        voice.set_voice(np.full(voice.bundle.voice_dim, np.nan))
    with pytest.raises(ConfigError, match="prosody"):
        voice.set_prosody(1.5)
    np.testing.assert_array_equal(voice.voice, before)
    assert voice.prosody == 1.0


def test_steps_of_two_signals_do_not_mix(voice: Anonymizer) -> None:
    rng = np.random.default_rng(0)
    a, b = rng.normal(0, 0.1, (2, 10, 480)).astype(np.float32)
    alone, state = [], None
    for block in a:
        samples, state = voice.step(block, state)
        alone.append(samples)
    together, first, other = [], None, None
    for one, two in zip(a, b, strict=True):
        samples, first = voice.step(one, first)
        together.append(samples)
        _, other = voice.step(two, other)
    np.testing.assert_array_equal(alone, together)


def test_process_equals_steps_with_the_delay_taken_out(voice: Anonymizer) -> None:
    speech = np.random.default_rng(1).normal(0, 0.1, 480 * 20).astype(np.float32)
    stepped, state = [], None
    for block in [*speech.reshape(-1, 480), *np.zeros((-(-voice.delay // 480), 480), np.float32)]:
        samples, state = voice.step(block, state)
        stepped.append(samples)
    whole = voice.process(speech, 24_000)
    np.testing.assert_array_equal(whole, np.concatenate(stepped)[voice.delay : voice.delay + len(speech)])


@pytest.mark.parametrize("rate", [8_000, 16_000, 22_050, 44_100, 48_000])
@pytest.mark.parametrize("count", [1, 479, 12_345])
def test_any_rate_and_any_length_come_back(voice: Anonymizer, rate: int, count: int) -> None:
    speech = np.random.default_rng(2).normal(0, 0.1, count).astype(np.float32)
    out = voice.process(speech, rate)
    assert out.shape == speech.shape
    assert out.dtype == np.float32
    assert np.isfinite(out).all()


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".ogg"])
def test_a_stereo_file_becomes_a_mono_file_of_its_length_and_rate(
    voice: Anonymizer,
    second: tuple[np.ndarray, int],  # type: ignore[type-arg]
    tmp_path: Path,
    suffix: str,
) -> None:
    samples, rate = second
    soundfile.write(tmp_path / f"in{suffix}", np.stack([samples, 0.5 * samples], axis=1), rate)
    seen: list[float] = []
    report = voice.process_file(tmp_path / f"in{suffix}", tmp_path / f"out{suffix}", progress=seen.append)
    info = soundfile.info(tmp_path / f"out{suffix}")
    assert (info.channels, info.samplerate, info.frames) == (1, rate, soundfile.info(tmp_path / f"in{suffix}").frames)
    assert report.seconds == pytest.approx(1.0, abs=0.01)
    assert report.speed > 0
    assert seen[0] == 0.0
    assert seen[-1] == 1.0


def test_the_output_is_not_the_input(voice: Anonymizer, second: tuple[np.ndarray, int]) -> None:  # type: ignore[type-arg]
    """No lag makes the two waveforms alike: what comes out was made anew."""
    samples, rate = second
    out = voice.process(samples, rate)
    spectrum = np.fft.rfft(samples, 2 * rate) * np.conj(np.fft.rfft(out, 2 * rate))
    likeness = np.abs(np.fft.irfft(spectrum)).max() / (np.linalg.norm(samples) * np.linalg.norm(out))
    assert likeness < 0.35


def test_an_existing_target_is_kept_on_wish(voice: Anonymizer, tmp_path: Path) -> None:
    target = tmp_path / "out.wav"
    target.write_bytes(b"precious")
    with pytest.raises(AudioFileError, match="exists"):
        voice.process_file(sample_path(), target, overwrite=False)
    assert target.read_bytes() == b"precious"


def test_a_clipped_file_is_done_with_a_remark(voice: Anonymizer, tmp_path: Path) -> None:
    tone = np.clip(3 * np.sin(np.arange(8_000) / 10), -1, 1)
    soundfile.write(tmp_path / "clipped.wav", tone, 16_000)
    soundfile.write(tmp_path / "over.wav", 2.0 * np.sin(np.arange(8_000) / 10), 16_000, subtype="FLOAT")
    assert "is clipped" in voice.process_file(tmp_path / "clipped.wav", tmp_path / "a.wav").remarks[0]
    assert "6.0 dB beyond full scale" in voice.process_file(tmp_path / "over.wav", tmp_path / "b.wav").remarks[0]


def test_a_silent_file_is_refused(voice: Anonymizer, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "silent.wav", np.zeros(8_000), 16_000)
    with pytest.raises(AudioFileError, match="silent from end to end"):
        voice.process_file(tmp_path / "silent.wav", tmp_path / "out.wav")
    assert not (tmp_path / "out.wav").exists()


def test_every_error_is_a_voxveil_error() -> None:
    for name in voxveil.__all__[1:]:
        assert issubclass(getattr(voxveil, name), VoxveilError)
