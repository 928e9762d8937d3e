"""The live resampler against theory and against soxr."""

from __future__ import annotations

import numpy as np
import pytest
import soxr

from realtime.resample import Resampler

PAIRS = [(48_000, 24_000), (44_100, 24_000), (16_000, 24_000), (24_000, 48_000), (24_000, 44_100), (24_000, 96_000)]


def in_chunks(resampler: Resampler, frames: np.ndarray, most: int, ppm: float = 0.0) -> np.ndarray:
    rng = np.random.default_rng(5)
    out, at = [], 0
    while at < len(frames):
        count = int(rng.integers(1, most + 1))
        out.append(resampler.process(frames[at : at + count], ppm).copy())
        at += count
    return np.concatenate(out)


def tone(hertz: float, rate: int, seconds: float = 1.0) -> np.ndarray:
    return (0.5 * np.sin(2 * np.pi * hertz * np.arange(round(rate * seconds)) / rate)).astype(np.float32)


@pytest.mark.parametrize(("source", "target"), PAIRS)
@pytest.mark.parametrize("hertz", [100.0, 1000.0, 4000.0])
def test_a_tone_stays_itself_with_the_delay_it_declares(source: int, target: int, hertz: float) -> None:
    resampler = Resampler(source, target, 480)
    got = in_chunks(resampler, tone(hertz, source), 480)
    assert abs(len(got) - target) <= 2 + resampler.delay_s * target
    times = np.arange(len(got)) / target - resampler.delay_s
    wanted = 0.5 * np.sin(2 * np.pi * hertz * times)
    inner = slice(target // 10, len(got) - target // 10)
    assert np.max(np.abs(got[inner] - wanted[inner])) < 0.5 * 10 ** (-50 / 20)


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_chunks_do_not_matter(source: int, target: int) -> None:
    frames = np.random.default_rng(3).uniform(-1, 1, source // 4).astype(np.float32)
    whole = Resampler(source, target, len(frames)).process(frames)
    pieces = in_chunks(Resampler(source, target, 700), frames, 700)
    common = min(len(whole), len(pieces))
    assert abs(len(whole) - len(pieces)) <= 1, "a frame that falls on the edge may wait for the next call"
    assert np.max(np.abs(whole[:common] - pieces[:common])) < 1e-4


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_as_soxr_does_it(source: int, target: int) -> None:
    """Noise limited to what both pass: the difference to soxr's best quality is below -50 dB."""
    rng = np.random.default_rng(4)
    noise = rng.standard_normal(source)
    spectrum = np.fft.rfft(noise)
    spectrum[np.fft.rfftfreq(source, 1 / source) > 0.35 * min(source, target)] = 0.0
    noise = np.fft.irfft(spectrum).astype(np.float32)
    noise *= 0.3 / np.abs(noise).max()
    resampler = Resampler(source, target, 480)
    got = in_chunks(resampler, noise, 480)
    wanted = soxr.resample(noise, source, target, quality="VHQ")
    shift = resampler.delay_s * target
    frequencies = np.fft.rfftfreq(len(wanted), 1 / target)
    moved = np.fft.irfft(np.fft.rfft(wanted) * np.exp(-2j * np.pi * frequencies * shift / target), len(wanted))
    inner = slice(target // 10, min(len(got), len(moved)) - target // 10)
    error = np.sqrt(np.mean((got[inner] - moved[inner]) ** 2) / np.mean(moved[inner] ** 2))
    assert 20 * np.log10(error) < -50


def test_what_lies_above_the_new_half_rate_is_gone() -> None:
    got = in_chunks(Resampler(48_000, 24_000, 480), tone(17_000, 48_000), 480)
    assert np.sqrt(np.mean(got[2400:-2400] ** 2)) < 0.35 * 10 ** (-60 / 20)


@pytest.mark.parametrize("source", [44_100, 48_000, 96_000])
def test_who_listens_to_the_lower_part_only_waits_for_less_than_half_as_long(source: int) -> None:
    """Up to 8 kHz it is soxr's sound, and nothing folds there, whatever lies above."""
    short = Resampler(source, 24_000, 480, 8000)
    assert short.delay_s < 0.45 * Resampler(source, 24_000, 480).delay_s
    noise = 0.1 * np.random.default_rng(4).standard_normal(source).astype(np.float32)
    got, wanted = in_chunks(short, noise, 480), soxr.resample(noise, source, 24_000, quality="VHQ")
    turn = np.exp(-2j * np.pi * np.fft.rfftfreq(len(wanted), 1 / 24_000) * short.delay_s)
    wanted = np.fft.irfft(np.fft.rfft(wanted) * turn, len(wanted))
    inner = slice(2400, 21_600)
    there, here = (np.fft.rfft(sound[inner] * np.hanning(19_200)) for sound in (wanted, got))
    hertz = np.fft.rfftfreq(19_200, 1 / 24_000)
    for low, high in ((0, 2000), (2000, 4000), (4000, 6000), (6000, 8000)):
        band = (hertz >= low) & (hertz < high)
        error = np.sqrt(np.mean(abs(here - there)[band] ** 2) / np.mean(abs(there)[band] ** 2))
        assert 20 * np.log10(error) < -60, f"{low} to {high} Hz"


def test_a_slow_microphone_has_all_of_it_listened_to() -> None:
    assert Resampler(16_000, 24_000, 480, 8000).delay_s == Resampler(16_000, 24_000, 480).delay_s


@pytest.mark.parametrize("ppm", [-1000.0, 500.0])
def test_the_ratio_gives_more_or_fewer_frames_and_no_click(ppm: float) -> None:
    frames = tone(440.0, 24_000, 10.0)
    resampler = Resampler(24_000, 48_000, 480)
    got = in_chunks(resampler, frames, 480, ppm)
    assert abs(len(got) - 480_000 * (1 + 1e-6 * ppm)) < 100
    second = np.abs(np.diff(got[4800:], 2))
    assert second.max() < 1.1 * 0.5 * (2 * np.pi * 440 / 48_000) ** 2


def test_adds_less_than_two_milliseconds() -> None:
    assert all(Resampler(source, target, 480).delay_s < 2e-3 for source, target in PAIRS)


def test_reset_forgets() -> None:
    frames = np.random.default_rng(6).uniform(-1, 1, 480).astype(np.float32)
    used, fresh = Resampler(48_000, 24_000, 480), Resampler(48_000, 24_000, 480)
    used.process(frames)
    used.reset()
    assert np.array_equal(used.process(frames), fresh.process(frames))
