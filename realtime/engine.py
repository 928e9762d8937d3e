"""The engine's controller: starts the engine process, steers it and reads how it fares.

It imports neither onnxruntime nor an audio library; it never waits for the engine's process except in `close`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from realtime.config import EngineConfig
from realtime.snapshot import Snapshot


class Engine:
    """One engine, idle until `start`. Every method may be called from any thread of the caller."""

    def start(self, config: EngineConfig) -> None:
        """Start (or start again) with `config`; returns at once, progress is in `snapshot().state`.

        Raises:
            ConfigError: the configuration cannot work as it stands.
        """
        raise NotImplementedError

    def stop(self) -> None:
        """Silence, and back to idle. The engine can be started again."""
        raise NotImplementedError

    def close(self) -> None:
        """Stop, end the engine's processes and free the shared memory. Safe to call twice."""
        raise NotImplementedError

    def wait(self, states: Sequence[str] = ("live", "muted"), timeout: float = 10.0) -> Snapshot:
        """Wait until the state is one of `states` or "failed", at most `timeout` seconds; the last snapshot."""
        raise NotImplementedError

    def set_voice(self, row: Sequence[float] | NDArray[np.float32]) -> None:
        """Change the voice while live (V numbers); the engine fades over 100 ms."""
        raise NotImplementedError

    def set_prosody(self, value: float) -> None:
        """0 (flat) to 1 (as spoken)."""
        raise NotImplementedError

    def set_muted(self, muted: bool) -> None:
        """Silence at the output, everything else keeps running."""
        raise NotImplementedError

    def set_gain_db(self, value: float) -> None:
        """Input gain, -30 to 30 dB."""
        raise NotImplementedError

    def set_gate_db(self, value: float) -> None:
        """Noise gate level in dBFS; -120 is off."""
        raise NotImplementedError

    def record(self, path: str | Path) -> None:
        """Begin to record the anonymized output, 24 kHz; the file appears at `stop_record`."""
        raise NotImplementedError

    def stop_record(self) -> Path | None:
        """Finish the recording and give its path; None when there was none."""
        raise NotImplementedError

    def snapshot(self) -> Snapshot:
        """How the engine fares now. Cheap, lock-free, at any rate."""
        raise NotImplementedError

    def spectra(self, cursor: int = 0) -> tuple[int, NDArray[np.float32], NDArray[np.float32]]:
        """80-band log spectra (dB, -120..0) since `cursor`, one row a 20 ms block.

        Returns:
            (cursor for the next call, input rows (n, 80), output rows (n, 80)); at most the last 256 rows.
        """
        raise NotImplementedError

    def __enter__(self) -> Engine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
