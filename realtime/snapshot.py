"""What the engine tells about itself at one moment: plain values, safe to keep."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

SILENCE_DB = -120.0
"""What a level meter shows for digital silence (dBFS)."""


@dataclass(frozen=True)
class StageStats:
    """Times of one stage over its last 1024 runs, in milliseconds; `max` and `count` are since the start."""

    p50: float
    p95: float
    p99: float
    max: float
    count: int


@dataclass(frozen=True)
class Snapshot:
    """The engine at one moment.

    Attributes:
        state: idle, starting, warming, live, recovering, muted or failed.
        reason: why it is in that state, in words ("" when there is nothing to say).
        heartbeat_age_s: seconds since the engine's process last gave a sign of life.
        delay_ms: measured delay from microphone to output; 0 while nothing flows.
        delay_parts: where that delay comes from, by name, in milliseconds.
        in_peak, in_rms, out_peak, out_rms: levels of the last block in dBFS (-120 is silence).
        stages: times by stage name ("resample in", "pipeline", ...).
        xruns: counts by kind since the start.
        drift_ppm: how much faster the output's clock runs than the input's, as corrected.
        ring_fill_ms: finished sound that waits for the output device.
        reserve_ms: what the sound server holds more than at first, because it ran out of sound (part of `delay_parts`).
        provider: the onnxruntime provider in use ("" until known).
        backend: the audio backend in use ("" until known).
        input, output: names of the devices in use.
        input_rate, output_rate: their rates in Hz (0 until known).
        blocks: blocks of 20 ms put through the model.
        silenced_blocks: blocks' worth of time in which silence was given out instead of a voice.
        restarts: times that the inference worker was replaced.
        memory_mb: resident memory of the engine's processes (0 where it cannot be read).
        bundle: folder of the bundle that was changed to ("" while it is the one of the start).
        bundle_error: why the last change of the bundle failed ("" when it did not).
        recording: whether the anonymized output is being written to a file.
    """

    state: str = "idle"
    reason: str = ""
    heartbeat_age_s: float = 0.0
    delay_ms: float = 0.0
    delay_parts: dict[str, float] = field(default_factory=dict)
    in_peak: float = SILENCE_DB
    in_rms: float = SILENCE_DB
    out_peak: float = SILENCE_DB
    out_rms: float = SILENCE_DB
    stages: dict[str, StageStats] = field(default_factory=dict)
    xruns: dict[str, int] = field(default_factory=dict)
    drift_ppm: float = 0.0
    ring_fill_ms: float = 0.0
    reserve_ms: float = 0.0
    provider: str = ""
    backend: str = ""
    input: str = ""
    output: str = ""
    input_rate: int = 0
    output_rate: int = 0
    blocks: int = 0
    silenced_blocks: int = 0
    restarts: int = 0
    memory_mb: float = 0.0
    bundle: str = ""
    bundle_error: str = ""
    recording: bool = False

    def to_dict(self) -> dict[str, Any]:
        """The same as plain dicts and numbers, for JSON."""
        return asdict(self)
