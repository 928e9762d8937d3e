"""An audio file as microphone and a file as output, paced in real time: for machines without audio devices."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep

import numpy as np
from numpy.typing import NDArray

from core import audio_file
from core.errors import AudioFileError
from realtime import priority
from realtime.backend import First, Opened, Trouble
from realtime.config import EngineConfig
from realtime.rings import CaptureRing, PlayRing

LEAD_S = 0.5
"""Silence before the file, so that its first word meets a warm engine."""
TAIL_S = 0.3
"""What is played on after the file's end, so that its last word gets out."""


class FileBackend:
    """Plays a file into the engine and collects what comes out, one chunk at a time, by the wall clock.

    The output has the input's rate and length; the engine's measured delay is left in it, as in a call.
    """

    name = "file"
    margin_ms = 3.0
    chunk_ms = 5.0

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None
        self._ending = threading.Event()
        self._done = False

    def open(self, config: EngineConfig, first: First) -> Opened:
        """Read the whole input file, make room for the output."""
        assert config.input is not None and config.output is not None
        frames, self._rate = audio_file.read_mono(Path(config.input))
        if not len(frames):
            raise AudioFileError(f"{config.input} holds no sound")
        self._path = Path(config.output)
        self._chunk = max(1, round(1e-3 * (config.chunk_ms or self.chunk_ms) * self._rate))
        lead, tail = round(LEAD_S * self._rate), round(TAIL_S * self._rate)
        self._lead, self._length = lead, len(frames)
        total = -(-(lead + len(frames) + tail) // self._chunk) * self._chunk
        self._input: NDArray[np.float32] = np.zeros(total, np.float32)
        self._input[lead : lead + len(frames)] = frames
        self._output: NDArray[np.float32] = np.zeros(total, np.float32)
        return Opened(config.input, config.output, self._rate, self._rate, 0.0, 0.0)

    def start(self, capture: CaptureRing, play: PlayRing, wake: Callable[[], None]) -> None:
        """Start the clock; the file itself starts when the first voice comes out."""
        self._thread = threading.Thread(target=self._run, args=(capture, play, wake), daemon=True)
        self._thread.start()

    def _run(self, capture: CaptureRing, play: PlayRing, wake: Callable[[], None]) -> None:
        chunk, quiet, spare = self._chunk, np.zeros(self._chunk, np.float32), np.zeros(self._chunk, np.float32)
        priority.raise_own(priority.AUDIO)
        begin, beats, at = monotonic(), 0, 0
        while not self._ending.is_set() and at < len(self._input):
            beats += 1
            wait = begin + beats * chunk / self._rate - monotonic()
            if wait > 0:
                sleep(wait)
            # The file waits for the model; silence goes through meanwhile.
            running = at > 0 or play.written > 0
            capture.write(self._input[at : at + chunk] if running else quiet)
            play.read_into(self._output[at : at + chunk] if running else spare)
            wake()
            if running:
                at += chunk
        self._done = at >= len(self._input)

    def trouble(self) -> Trouble | None:
        """Files do not get lost."""
        return None

    def latencies(self) -> tuple[float, float]:
        """A chunk is complete when it is delivered: half of it, on average, each way, is part of the pacing."""
        return self._chunk / self._rate, 0.0

    def reserve(self) -> float:
        """Never any."""
        return 0.0

    def finished(self) -> bool:
        """Whether everything was played."""
        return self._done

    def close(self) -> None:
        """Stop the clock; write the output if the file was played to its end."""
        self._ending.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        if self._done:
            audio_file.write_atomic(self._path, self._output[self._lead : self._lead + self._length], self._rate)
            self._done = False
