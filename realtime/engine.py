"""The engine's controller: starts the engine process, steers it and reads how it fares.

It imports neither onnxruntime nor an audio library (but for libpulse, to remove the virtual microphone in `close`); it
never waits for the engine's process except in `stop` and `close`.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from time import monotonic, sleep
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from core.bundle import Bundle
from core.errors import ConfigError, DeviceError, VoxveilError
from realtime import reading
from realtime.board import Board
from realtime.config import GAIN_RANGE_DB, GATE_OFF_DB, SERVED, VIRTUAL_MIC, EngineConfig, check_range
from realtime.recorder import Recorder
from realtime.snapshot import Snapshot
from realtime.supervisor import Supervisor


class Engine:
    """One engine, idle until `start`. Every method may be called from any thread of the caller."""

    def __init__(self) -> None:
        self._board: Board | None = Board()
        self._lock = threading.RLock()
        self._supervisor: Supervisor | None = None
        self._recorder: Recorder | None = None
        self._microphone = False

    def start(self, config: EngineConfig) -> None:
        """Start (or start again) with `config`; returns at once, progress is in `snapshot().state`.

        Raises:
            ConfigError: the configuration cannot work as it stands.
        """
        self.stop()
        with self._lock:
            board = self._open_board()
            board.clear()
            board.cell("voice")[: len(config.voice_row)] = config.voice_row
            board.put("voice_dim", len(config.voice_row))
            board.put("prosody", config.prosody)
            board.put("gain_db", config.gain_db)
            board.put("gate_db", config.gate_db)
            board.put("muted", config.muted)
            self._microphone |= config.backend in SERVED and config.output in (None, VIRTUAL_MIC)
            self._supervisor = Supervisor(board, config)

    def stop(self) -> None:
        """Silence, and back to idle. The engine can be started again; the virtual microphone stays until `close`."""
        with self._lock:
            recorder, self._recorder = self._recorder, None
            supervisor, self._supervisor = self._supervisor, None
        if supervisor is not None:
            supervisor.end()
        if recorder is not None:
            recorder.finish()

    def close(self) -> None:
        """Stop, end the engine's processes, free the shared memory, and remove the virtual microphone that was made
        for this process. Safe to call twice."""
        try:
            self.stop()
        finally:  # also where a recording could not be finished
            self._release_microphone()
            with self._lock:
                board, self._board = self._board, None
            if board is not None:
                board.close()

    def _release_microphone(self) -> None:
        if self._microphone and sys.platform == "linux":
            from realtime import virtual_mic

            self._microphone = False
            with suppress(DeviceError):
                virtual_mic.release(str(os.getpid()))

    def wait(self, states: Sequence[str] = ("live", "muted"), timeout: float = 10.0) -> Snapshot:
        """Wait until the state is one of `states` or "failed", at most `timeout` seconds; the last snapshot."""
        end = monotonic() + timeout
        while True:
            snapshot = self.snapshot()
            if snapshot.state in (*states, "failed") or monotonic() > end:
                return snapshot
            sleep(0.02)

    def set_voice(self, row: Sequence[float] | NDArray[np.float32]) -> None:
        """Change the voice while live (V numbers); the engine fades over 100 ms.

        Raises:
            ConfigError: the row has another length than the one in use, or a number that is not finite.
        """
        values = np.asarray(row, np.float32)
        with self._lock:
            board = self._open_board()
            coming = board.count("bundle_serial") != board.count("bundle_done")
            size = board.count("next_voice_dim" if coming else "voice_dim")
            if values.shape != (size,) or not np.isfinite(values).all():
                raise ConfigError(f"a voice of this bundle has {size} finite numbers")
            board.cell("next_voice" if coming else "voice")[:size] = values
            board.put("voice_serial", board.count("voice_serial") + 1)

    def change_bundle(self, bundle: str | Path, row: Sequence[float] | NDArray[np.float32]) -> None:
        """Change to another bundle and a voice of it, live: loaded beside the old one, then crossfaded.

        Returns at once; `snapshot().bundle` tells when it is done, `snapshot().bundle_error` why it could not be.

        Raises:
            BundleError: the bundle is damaged. ConfigError: the row does not fit it, or a change is under way.
        """
        loaded = Bundle.load(Path(bundle))
        values = np.asarray(row, np.float32)
        if values.shape != (loaded.voice_dim,) or not np.isfinite(values).all():
            raise ConfigError(f"a voice of this bundle has {loaded.voice_dim} finite numbers")
        with self._lock:
            board = self._open_board()
            if board.count("bundle_serial") != board.count("bundle_done"):
                raise ConfigError("another bundle is being loaded; try again in a moment")
            board.put_text("next_bundle", str(loaded.path.resolve()))
            board.cell("next_voice")[: len(values)] = values
            board.put("next_voice_dim", len(values))
            board.put_text("bundle_error", "")
            board.put("bundle_serial", board.count("bundle_serial") + 1)

    def set_prosody(self, value: float) -> None:
        """0 (flat) to 1 (as spoken)."""
        self._put("prosody", value, 0.0, 1.0)

    def set_muted(self, muted: bool) -> None:
        """Silence at the output, everything else keeps running."""
        self._put("muted", float(muted), 0.0, 1.0)

    def set_gain_db(self, value: float) -> None:
        """Input gain, -30 to 30 dB."""
        self._put("gain_db", value, *GAIN_RANGE_DB)

    def set_gate_db(self, value: float) -> None:
        """Noise gate level in dBFS; -120 is off."""
        self._put("gate_db", value, GATE_OFF_DB, 0.0)

    def _put(self, field: str, value: float, low: float, high: float) -> None:
        check_range(field, value, low, high)
        with self._lock:
            self._open_board().put(field, value)

    def record(self, path: str | Path) -> None:
        """Begin to record the anonymized output, 24 kHz; the file appears at `stop_record`.

        Raises:
            AudioFileError: the file cannot be written there.
            ConfigError: a recording is running already.
        """
        with self._lock:
            if self._recorder is not None:
                raise ConfigError("a recording is running already; stop it first")
            self._recorder = Recorder(self._open_board(), Path(path))

    def stop_record(self) -> Path | None:
        """Finish the recording and give its path; None when there was none."""
        with self._lock:
            recorder, self._recorder = self._recorder, None
        return recorder.finish() if recorder is not None else None

    def snapshot(self) -> Snapshot:
        """How the engine fares now. Cheap, waits for no process, at any rate."""
        with self._lock:
            board, supervisor = self._board, self._supervisor
            if board is None:
                return Snapshot()
            override = supervisor.override if supervisor is not None else None
            seen = reading.snapshot(board, recording=self._recorder is not None and self._recorder.running)
            if override is not None:
                seen = replace(seen, state=override[0].label, reason=override[1])
            return seen

    def xruns(self) -> dict[str, int]:
        """Those of `snapshot` alone, for who looks many times a second."""
        with self._lock:
            return reading.xruns(self._open_board())

    def spectra(self, cursor: int = 0) -> tuple[int, NDArray[np.float32], NDArray[np.float32]]:
        """80-band log spectra (dB, -120..0) since `cursor`, one row a 20 ms block.

        Returns:
            (cursor for the next call, input rows (n, 80), output rows (n, 80)); at most the last 256 rows.
        """
        with self._lock:
            return reading.spectra(self._open_board(), cursor)

    def _open_board(self) -> Board:
        if self._board is None:
            raise VoxveilError("this engine was closed; make a new one")
        return self._board

    def __enter__(self) -> Engine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
