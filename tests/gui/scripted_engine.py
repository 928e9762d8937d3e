"""An engine that reports exactly what a test wants to see shown; the real one is used in test_real_engine.py."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from realtime.config import EngineConfig
from realtime.snapshot import Snapshot, StageStats


class ScriptedEngine:
    """Set `report`; calls are noted in `asked`."""

    def __init__(self) -> None:
        self.report = Snapshot()
        self.asked: list[tuple[str, Any]] = []
        self.config: EngineConfig | None = None
        self._rows: list[tuple[np.ndarray, np.ndarray]] = []
        self._recording: Path | None = None

    def go_live(self) -> None:
        """Report a healthy call, one block further at each look."""
        stages = {
            name: StageStats(p50, p50 * 1.3, p50 * 2.1, p50 * 4, 5120)
            for name, p50 in (
                ("resample in", 0.05),
                ("encoder", 0.9),
                ("decoder", 0.8),
                ("vocoder", 1.1),
                ("pipeline", 2.9),
            )
        }
        self.report = Snapshot(
            state="live",
            blocks=1,
            delay_ms=58.3,
            in_rms=-24.0,
            in_peak=-11.0,
            out_rms=-22.0,
            out_peak=-9.0,
            delay_parts={"input device": 12.1, "block": 20.0, "look-ahead": 20.0, "compute and wait": 6.2},
            stages=stages,
            xruns={"input overflow": 0, "output underflow": 1},
            drift_ppm=12.0,
            ring_fill_ms=6.2,
            provider="CPUExecutionProvider",
            backend="pulse",
            input="USB Mic",
            output="Voxveil",
            input_rate=48000,
            output_rate=48000,
            memory_mb=183.0,
        )

    def hear(self, heard: np.ndarray, sent: np.ndarray) -> None:
        """Hand out these spectra (n, 80) at the next look."""
        self._rows.append((heard.astype(np.float32), sent.astype(np.float32)))

    def start(self, config: EngineConfig) -> None:
        self.config = config
        self.asked.append(("start", config))

    def stop(self) -> None:
        self.asked.append(("stop", None))
        self.report = Snapshot()

    def close(self) -> None:
        self.asked.append(("close", None))

    def set_voice(self, row: np.ndarray) -> None:
        self.asked.append(("voice", row))

    def set_prosody(self, value: float) -> None:
        self.asked.append(("prosody", value))

    def set_muted(self, muted: bool) -> None:
        self.asked.append(("muted", muted))

    def set_gain_db(self, value: float) -> None:
        self.asked.append(("gain", value))

    def set_gate_db(self, value: float) -> None:
        self.asked.append(("gate", value))

    def record(self, path: str | Path) -> None:
        self.asked.append(("record", path))
        self._recording = Path(path)

    def stop_record(self) -> Path | None:
        self.asked.append(("stop_record", None))
        path, self._recording = self._recording, None
        return path

    def snapshot(self) -> Snapshot:
        if self.report.state in ("live", "muted") and self.report.heartbeat_age_s == 0:
            self.report = replace(self.report, blocks=self.report.blocks + 1)
        return replace(self.report, recording=self._recording is not None)

    def spectra(self, cursor: int = 0) -> tuple[int, np.ndarray, np.ndarray]:
        if not self._rows:
            nothing = np.zeros((0, 80), np.float32)
            return cursor, nothing, nothing
        heard, sent = self._rows.pop(0)
        return cursor + len(heard), heard, sent
