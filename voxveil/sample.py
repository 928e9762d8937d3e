"""The bundled sample through the live engine, in real time: what a machine without devices can show."""

from __future__ import annotations

import argparse

import numpy as np
import numpy.typing as npt

from core.assets import sample_path
from core.audio_file import read_mono
from core.bundle import Bundle
from core.errors import AudioFileError
from realtime.config import EngineConfig
from voxveil.commands.voice_options import chosen_voice
from voxveil.session import drive

STEP_SECONDS = 0.002
MAX_DELAY_SECONDS = 0.3
SURE = 0.5


def run_sample(args: argparse.Namespace) -> int:
    """Send the sample through the engine process block by block, write what comes out, and print what was measured.

    Raises:
        DeviceError: the engine failed, with its reason. AudioFileError: the output folder cannot be made.
    """
    bundle = Bundle.load(args.bundle)
    row, name = chosen_voice(args, bundle)
    source, target = sample_path(), args.out.resolve() / "sample.wav"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)
    except OSError as error:
        raise AudioFileError(f"{target} cannot be written: {error.strerror or error}") from error
    config = EngineConfig(
        bundle=str(bundle.path),
        voice_row=tuple(row.tolist()),
        prosody=args.prosody,
        input=str(source),
        output=str(target),
        backend="file",
    )
    if args.way == "auto":
        print("No screen and no microphone here: a recording goes through the live engine, in real time.")
    status = drive(config, bundle, name)
    if not target.exists():
        print("stopped before the end: nothing was written")
        return status
    spoken, rate = read_mono(source)
    heard, _ = read_mono(target)
    delay = file_delay(spoken, heard, rate)
    if delay is not None:
        print(f"measured by ear      {1e3 * delay:.0f} ms (lag between the loudness curves of the two files)")
    return status


def file_delay(spoken: npt.NDArray[np.float32], heard: npt.NDArray[np.float32], rate: int) -> float | None:
    """Seconds by which `heard` lags behind `spoken`, from their loudness curves (2 ms steps, at most 0.3 s).

    The voice is another one, so samples do not match; syllables do. None where the curves are not alike (correlation
    under 0.5), as with silence.
    """
    step = round(STEP_SECONDS * rate)
    count = min(len(spoken), len(heard)) // step
    curves = []
    for signal in (spoken, heard):
        power = np.square(signal[: count * step].astype(np.float64)).reshape(count, step).mean(axis=1)
        level = np.log10(power + 1e-6)
        curves.append(np.convolve(level, np.hanning(11) / np.hanning(11).sum(), mode="same"))
    lags = range(min(count // 2, round(MAX_DELAY_SECONDS / STEP_SECONDS)))
    alike = [float(np.corrcoef(curves[0][: count - lag], curves[1][lag:])[0, 1]) for lag in lags]
    best = int(np.nanargmax(alike)) if alike and not np.isnan(alike).all() else 0
    return best * STEP_SECONDS if alike and alike[best] > SURE else None
