"""Audio files: read to mono float32, resample, write beside and rename."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from core.errors import AudioFileError

Samples = npt.NDArray[np.float32]

SUFFIXES = (".wav", ".flac", ".ogg")
"""What can be written; libsndfile reads more (mp3, opus, aiff …)."""
MIN_RATE, MAX_RATE = 4_000, 384_000
MAX_VORBIS_RATE = 192_000
"""Beyond this (and at 0) libsndfile's Vorbis encoder crashes the whole process."""
PIECE = 65_536
"""Samples given to the encoder at a time."""


def read_mono(path: Path | str) -> tuple[Samples, int]:
    """Read a file; several channels are averaged.

    Returns:
        Samples as float32 [n] and their rate in Hz.

    Raises:
        AudioFileError: missing, no audio file, empty, of an odd rate, or holding NaN or infinite samples.
    """
    source = Path(path)
    check_exists(source)
    try:
        samples, rate = soundfile.read(str(source), dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, OSError, TypeError) as error:
        reason = str(error).rsplit(": ", 1)[-1].rstrip(".")
        raise AudioFileError(f"{source} cannot be read as audio ({reason}); give a wav, flac or ogg file") from error
    if not len(samples):
        raise AudioFileError(f"{source} holds no samples; nothing to do")
    if not MIN_RATE <= rate <= MAX_RATE:
        raise AudioFileError(f"{source} has {rate} samples a second; Voxveil takes {MIN_RATE} to {MAX_RATE}")
    bad = len(samples) - int(np.isfinite(samples).all(axis=1).sum())
    if bad:
        raise AudioFileError(f"{source} holds {bad} samples that are no numbers (NaN or infinite); export it again")
    return np.ascontiguousarray(samples.mean(axis=1, dtype=np.float32)), int(rate)


def check_exists(path: Path | str) -> None:
    """Raises AudioFileError unless there is a file of that name (quick: nothing is read)."""
    source = Path(path)
    if source.is_dir():
        raise AudioFileError(f"{source} is a folder, not an audio file")
    if not source.exists():
        raise AudioFileError(f"{source}: no such file")


def resample(samples: npt.ArrayLike, from_rate: float, to_rate: float) -> Samples:
    """float32 [n] at one rate to float32 [round(n * to / from)] at another, without delay (soxr, high quality)."""
    array = np.asarray(samples, dtype=np.float32)
    if from_rate == to_rate:
        return array.copy()
    return np.asarray(soxr.resample(array, from_rate, to_rate, quality="HQ"), dtype=np.float32)


def check_writable(path: Path | str, force: bool = False, rate: int | None = None) -> None:
    """Say before the work, not after it, that a file could not be written.

    Raises:
        AudioFileError: unknown suffix, no such folder, a rate that the format cannot hold, or the file exists and
            `force` is False.
    """
    target = Path(path)
    if target.suffix.lower() not in SUFFIXES:
        raise AudioFileError(
            f"{target}: cannot write '{target.suffix or 'no suffix'}'; end the name in {', '.join(SUFFIXES)}"
        )
    if not target.parent.is_dir():
        raise AudioFileError(f"{target.parent}: no such folder; make it first")
    if target.is_dir():
        raise AudioFileError(f"{target} is a folder; name a file")
    if target.exists() and not force:
        raise AudioFileError(f"{target} exists; --force replaces it")
    most = MAX_VORBIS_RATE if target.suffix.lower() == ".ogg" else MAX_RATE
    if rate is not None and not MIN_RATE <= rate <= most:
        raise AudioFileError(
            f"{target}: {rate} samples a second cannot be written as {target.suffix}, only {MIN_RATE} to {most}"
        )


def check_target(source: Path, target: Path, force: bool = False) -> None:
    """As `check_writable`, for what is to be made of the recording `source`, which it must not replace.

    Raises:
        AudioFileError: as there, or both are the same file.
    """
    if target.exists() and source.exists() and target.samefile(source):
        raise AudioFileError(f"{target} is the recording itself; write to another file")
    check_writable(target, force)


def write_atomic(path: Path | str, samples: npt.ArrayLike, rate: int) -> None:
    """Write mono samples [n] beside the target, then rename: nobody ever sees half a file.

    The suffix chooses the format: .wav and .flac as 16 bit, .ogg as Vorbis.

    Raises:
        AudioFileError: unknown suffix, no such folder, a rate that the format cannot hold, or the disk refuses.
    """
    target = Path(path)
    check_writable(target, force=True, rate=rate)
    array = np.clip(np.asarray(samples, dtype=np.float32), -1.0, 1.0)
    kind, subtype = {".wav": ("WAV", "PCM_16"), ".flac": ("FLAC", "PCM_16")}.get(
        target.suffix.lower(), ("OGG", "VORBIS")
    )
    beside = target.with_name(f".{target.name}.{os.getpid()}{target.suffix}")
    try:
        with soundfile.SoundFile(str(beside), "w", rate, 1, format=kind, subtype=subtype) as out:
            # In pieces: libsndfile's Vorbis encoder overflows the stack on minutes of audio in one call.
            for start in range(0, len(array), PIECE):
                out.write(array[start : start + PIECE])
        beside.replace(target)
    except (soundfile.LibsndfileError, OSError, ValueError) as error:
        raise AudioFileError(
            f"{target} cannot be written ({error}); is there space, and may you write there?"
        ) from error
    finally:
        beside.unlink(missing_ok=True)
