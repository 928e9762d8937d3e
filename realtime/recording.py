"""Recordings: judge a file before the work, run the chain over it, compensate the delay, keep the length."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.audio_file import Samples, read_mono, resample
from core.errors import AudioFileError
from core.spec import BLOCK, SAMPLE_RATE
from realtime.pipeline import Pipeline

Progress = Callable[[float], None]
"""Gets the share that is done, 0..1."""

SILENCE_PEAK = 1e-4
"""Below -80 dBFS nothing was recorded: even a quiet room in 16 bits is louder."""
CLIPPED_SHARE = 1e-3
"""More than this share of samples at full scale is heard as distortion."""
REPORT_EVERY = 50
"""Blocks between two calls of a progress function (one second of audio)."""


@dataclass(frozen=True)
class FileReport:
    """What was done to a file.

    Attributes:
        source, target: the two files.
        seconds: duration of the audio. rate: its samples a second.
        took: seconds of computing; remarks: lines about the source that its owner may want to know.
    """

    source: Path
    target: Path
    seconds: float
    rate: int
    took: float
    remarks: tuple[str, ...] = ()

    @property
    def speed(self) -> float:
        """Seconds of audio for a second of computing."""
        return self.seconds / self.took if self.took else 0.0


@dataclass(frozen=True)
class Speech:
    """A recording fit to be anonymized: float32 [n] in [-1, 1], rate in Hz, remarks in words."""

    source: Path
    samples: Samples
    rate: int
    remarks: tuple[str, ...] = ()


def read_speech(path: Path | str) -> Speech:
    """Read a recording and judge it.

    Raises:
        AudioFileError: as `read_mono` does, or the file is silent from end to end.
    """
    source = Path(path)
    samples, rate = read_mono(source)
    peak = float(np.abs(samples).max())
    if peak < SILENCE_PEAK:
        raise AudioFileError(f"{source} is silent from end to end; check the recording (a muted microphone?)")
    remarks: list[str] = []
    if peak > 1.0:
        samples = samples / np.float32(peak)
        remarks.append(f"{source.name} goes {20 * np.log10(peak):.1f} dB beyond full scale; it was turned down to fit")
    clipped = float(np.mean(np.abs(samples) >= 0.999))
    if clipped > CLIPPED_SHARE and peak <= 1.0:
        remarks.append(f"{source.name} is clipped ({100 * clipped:.1f} % of it at full scale); expect a rougher voice")
    return Speech(source, samples, rate, tuple(remarks))


def anonymize(
    pipeline: Pipeline, samples: Samples, rate: int, voice: npt.ArrayLike, knob: float, progress: Progress | None = None
) -> Samples:
    """The chain over a whole signal, as fast as the machine allows: the blocks and graphs of the live engine.

    Args:
        samples: float32 [n] at `rate`.
        voice: float32 [V]. knob: prosody, 0..1.

    Returns:
        float32 [n] at `rate`: resampled to 24 kHz and back, the delay taken out at the front and
        run out at the end.
    """
    count, delay = len(samples), pipeline.bundle.delay
    audio = resample(samples, rate, SAMPLE_RATE)
    blocks = -(-(len(audio) + delay) // BLOCK)
    padded = np.zeros(blocks * BLOCK, dtype=np.float32)
    padded[: len(audio)] = audio
    out = np.empty_like(padded)
    state = pipeline.initial_state()
    for number in range(blocks):
        span = slice(number * BLOCK, (number + 1) * BLOCK)
        out[span], state = pipeline.step(padded[span], state, voice, knob)
        if progress is not None and number % REPORT_EVERY == 0:
            progress(number / blocks)
    if progress is not None:
        progress(1.0)
    return _fit(resample(out[delay : delay + len(audio)], SAMPLE_RATE, rate), count)


def process_speech(
    pipeline: Pipeline,
    speech: Speech,
    target: Path,
    voice: npt.ArrayLike,
    knob: float,
    progress: Progress | None = None,
) -> tuple[Samples, FileReport]:
    """`anonymize` with the clock running."""
    start = time.perf_counter()
    out = anonymize(pipeline, speech.samples, speech.rate, voice, knob, progress)
    took = time.perf_counter() - start
    return out, FileReport(speech.source, target, len(out) / speech.rate, speech.rate, took, speech.remarks)


def _fit(samples: Samples, count: int) -> Samples:
    """Rounding in two resamplings may cost or give a sample or two at the end."""
    if len(samples) >= count:
        return samples[:count]
    return np.concatenate([samples, np.zeros(count - len(samples), dtype=np.float32)])
