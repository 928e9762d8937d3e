"""An engine that somebody talks to, on a private server."""

from __future__ import annotations

import subprocess
import threading
import time

import numpy as np
import numpy.typing as npt

from bench.server import CABLE, MIC, RATE, Server
from core.assets import sample_path
from core.audio_file import read_mono, resample
from core.bundle import Bundle
from core.errors import DeviceError
from realtime.config import EngineConfig
from realtime.engine import Engine

Sound = npt.NDArray[np.float32]
START_S = 20.0


def sample() -> Sound:
    """The speech that ships, at the rate of the server's devices."""
    samples, rate = read_mono(sample_path())
    return resample(samples, rate, RATE)


def play(server: Server, speech: Sound) -> None:
    """Talk into the microphone in the background, over and over, till the server ends."""
    words = ("pacat", "-d", MIC, "--raw", "--format=float32le", f"--rate={RATE}", "--channels=1", "--latency-msec=50")
    pipe = server.client(*words, stdin=subprocess.PIPE).stdin
    assert pipe is not None
    data = speech.tobytes()

    def feed() -> None:
        try:
            while True:
                pipe.write(data)
        except BrokenPipeError:
            return

    threading.Thread(target=feed, daemon=True).start()


def start(engine: Engine, bundle: Bundle, backend: str = "auto") -> None:
    """Start the engine from the server's microphone to its cable with the default voice, and wait until it is live.

    Raises:
        DeviceError: it does not get there.
    """
    row = tuple(bundle.voices.row(bundle.default_voice))
    engine.start(EngineConfig(str(bundle.path), row, input=f"{MIC}.monitor", output=CABLE, backend=backend))
    end = time.monotonic() + START_S
    while (seen := engine.snapshot()).state != "live":
        if time.monotonic() > end or seen.state == "failed":
            raise DeviceError(f"the engine did not get live ({seen.state}: {seen.reason or 'no reason given'})")
        time.sleep(0.02)


def between(recording: tuple[Sound, float], since: float, seconds: float) -> Sound:
    """The stretch of a `Recorder`'s recording that begins at a moment of `time.monotonic`."""
    samples, zero = recording
    first = max(0, round((since - zero) * RATE))
    return samples[first : first + int(seconds * RATE)].copy()
