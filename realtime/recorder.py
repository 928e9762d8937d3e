"""Writes what the model gives to a file, from the controller's process; the engine never touches a disk."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import numpy as np

from core.audio_file import check_writable
from core.errors import AudioFileError
from core.spec import SAMPLE_RATE
from realtime.board import RECORD_FRAMES, Board

POLL_S = 0.25


class Recorder:
    """One recording of the anonymized voice, 24 kHz mono; written beside its place and renamed when complete.

    Raises:
        AudioFileError: the file cannot be written there.
    """

    def __init__(self, board: Board, path: Path) -> None:
        import soundfile

        check_writable(path, force=True)
        self._board, self._path = board, path
        self._beside = path.with_name(f".{path.name}.{os.getpid()}{path.suffix}")
        try:
            self._file = soundfile.SoundFile(str(self._beside), "w", SAMPLE_RATE, 1)
        except (soundfile.LibsndfileError, OSError) as error:
            raise AudioFileError(f"cannot record to {path} ({error})") from error
        self._read = board.count("record_written")
        self._ending = threading.Event()
        self._error = ""
        board.put("record", 1)
        self._thread = threading.Thread(target=self._run, name="voxveil recorder", daemon=True)
        self._thread.start()

    @property
    def running(self) -> bool:
        """Whether sound is still being written; a disk that refuses ends a recording early."""
        return self._thread.is_alive()

    def _run(self) -> None:
        try:
            while not self._ending.wait(POLL_S):
                self._drain()
            self._drain()
        except (RuntimeError, OSError) as error:  # soundfile's own error is a RuntimeError
            self._error = f"the recording ended early ({error}); is the disk full? What was recorded is kept"

    def _drain(self) -> None:
        ring = self._board.record_ring
        written = self._board.count("record_written")
        if written - self._read > RECORD_FRAMES // 2:
            self._error = "the disk was too slow; the recording has gaps"
            self._read = written - RECORD_FRAMES // 2
        if written > self._read:
            indices = np.arange(self._read, written) % RECORD_FRAMES
            self._file.write(ring[indices])
            self._read = written

    def finish(self) -> Path:
        """End the recording; its path.

        Raises:
            AudioFileError: the disk refuses, or was too slow for all of it.
        """
        self._ending.set()
        self._thread.join()
        self._board.put("record", 0)
        try:
            self._file.close()
            self._beside.replace(self._path)
        except (RuntimeError, OSError) as error:
            self._beside.unlink(missing_ok=True)
            raise AudioFileError(f"{self._path} cannot be written ({error})") from error
        if self._error:
            raise AudioFileError(f"{self._path}: {self._error}")
        return self._path
