"""Are these recordings fit to make a voice of? What is wrong with them is said, file by file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.errors import AudioFileError, ConfigError
from core.spec import BLOCK, SAMPLE_RATE
from training.data.plain import list_plain
from training.data.prepare import SILENT, read_24k
from training.data.silence import levels

Embed = Callable[[np.ndarray], np.ndarray]
"""24 kHz samples to a speaker verifier's unit vector."""

NEEDED, WANTED, MOST = 20.0, 60.0, 600.0
"""Seconds of speech: below the first no voice is made, below the second it is poor, and past the third none is read."""
SHORTEST = 1.0
"""Seconds of a piece."""
QUIET_ROOM = 20.0
"""Decibels between speech and the pauses, below which a recording counts as noisy."""
CLIPPED = 1e-3
"""Share of samples at full scale that can be heard."""
STRANGER = 0.80
"""Similarity below which the two halves of the recordings, split as differently as can be, are two people. Measured
with Resemblyzer on 36 s each of ten readers: alone 0.85 to 0.97; two of the same sex, half and half, 0.52 to 0.86, all
but one of twenty pairs below 0.80; with a fifth of the time for the second, fifteen of twenty."""
WORD = 30
"""Frames of 10 ms around a loud one that are speech as well: weak sounds, and gaps within words."""
STRETCH = 4.0
"""Seconds that the verifier hears at once."""


@dataclass(frozen=True, eq=False)
class Recordings:
    """What can be used, and what was found.

    Attributes:
        pieces: float32 [n] at 24 kHz, n a multiple of 480, at most 20 s each.
        speech: seconds that are not pauses.
        remarks: what their owner may want to know, one line each.
        alike: similarity of the two most different halves, None without a verifier.
    """

    pieces: list[np.ndarray]
    speech: float
    remarks: tuple[str, ...]
    alike: float | None

    @property
    def several_talkers(self) -> bool:
        """Whether they are of more than one person."""
        return self.alike is not None and self.alike < STRANGER


def read_recordings(folder: Path, embed: Embed | None = None) -> Recordings:
    """Read and judge every audio file below `folder`.

    Raises:
        ConfigError: no such folder, no audio, or less than NEEDED seconds of speech in it.
    """
    pieces: list[np.ndarray] = []
    remarks: list[str] = []
    speech = 0.0
    for recording in list_plain(folder):
        if speech >= MOST:
            remarks.append(f"more than {MOST / 60:.0f} minutes: the rest is left out, from {recording.id} on")
            break
        try:
            piece, spoken = _read(recording.path, recording.begin, recording.end)
        except AudioFileError as error:
            remarks.append(f"{recording.id} is left out: {error}")
            continue
        remarks += [f"{recording.id} {remark}" for remark in judge(piece)]
        pieces.append(piece)
        speech += spoken
    if speech < NEEDED:
        why = f" ({remarks[0]})" if remarks and not pieces else ""
        raise ConfigError(
            f"{folder} holds {speech:.0f} s of speech{why}; a voice needs {NEEDED:.0f} s, and a minute or more is good"
        )
    if speech < WANTED:
        remarks.append(f"only {speech:.0f} s of speech: the voice will be rough; {WANTED:.0f} s or more are good")
    alike = None if embed is None else halves_alike(pieces, embed)
    return Recordings(pieces, speech, tuple(remarks), alike)


def judge(samples: np.ndarray) -> list[str]:
    """What is wrong with one recording at 24 kHz, in words that follow its name."""
    found = []
    clipped = float(np.mean(np.abs(samples) >= 0.999))
    if clipped > CLIPPED:
        found.append(f"is clipped ({100 * clipped:.1f} % of it at full scale): record it more quietly")
    ratio = signal_to_noise(samples)
    if ratio < QUIET_ROOM:
        found.append(f"is noisy (speech {max(ratio, 0):.0f} dB above the pauses): the voice will take the noise over")
    return found


def signal_to_noise(samples: np.ndarray) -> float:
    """Decibels from the level of the quietest tenth of all 10 ms to that of the loudest third; zeros do not count."""
    level = levels(samples, SAMPLE_RATE)
    level = np.sort(level[level > 1e-6])
    if not len(level):
        return 0.0
    loud, quiet = level[len(level) * 2 // 3 :], level[: len(level) // 10 + 1]
    return float(10 * np.log10(np.mean(loud**2) / np.mean(quiet**2)))


def halves_alike(pieces: list[np.ndarray], embed: Embed) -> float | None:
    """How alike the two most different halves of the pieces sound to the verifier; None where they are too short."""
    size = int(STRETCH * SAMPLE_RATE)
    joined = np.concatenate(pieces)
    stretches = [joined[i : i + size] for i in range(0, len(joined) - size + 1, size)]
    return split_alike(np.stack([embed(x) for x in stretches])) if len(stretches) >= 4 else None


def split_alike(heard: np.ndarray) -> float:
    """Cosine between the means of two groups of embeddings (N, D), split along the direction in which they vary most.

    One voice falls into halves that are alike, two voices into the one and the other. A single stretch that stands
    apart is no second person.
    """
    heard = heard / np.linalg.norm(heard, axis=1, keepdims=True)
    centred = heard - heard.mean(0)
    side = centred @ np.linalg.svd(centred, full_matrices=False)[2][0] > 0
    if min(side.sum(), (~side).sum()) < 2:
        return 1.0
    a, b = heard[side].mean(0), heard[~side].mean(0)
    return float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))


def _read(path: Path, begin: float, end: float | None) -> tuple[np.ndarray, float]:
    """A piece and the seconds in it that somebody speaks."""
    samples = read_24k(path, begin, end)
    if len(samples) < SHORTEST * SAMPLE_RATE:
        raise AudioFileError(f"only {len(samples) / SAMPLE_RATE:.1f} s long")
    if np.sqrt(np.mean(samples**2)) < SILENT:
        raise AudioFileError("silent")
    level = levels(samples, SAMPLE_RATE)
    loud = level > np.percentile(level, 95) * 10 ** (-30 / 20)
    spoken = np.convolve(loud, np.ones(WORD), mode="same") > 0
    return samples[: len(samples) // BLOCK * BLOCK], float(spoken.mean()) * len(samples) / SAMPLE_RATE
