"""What the engine is asked to do: one frozen, JSON-able description of a run."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, fields

from core.errors import ConfigError

SERVED = ("auto", "pipewire", "pulse")
"""Backends that try, or want, a sound server."""
BACKENDS = (*SERVED, "sounddevice", "file")
PROVIDERS = ("auto", "cpu", "cuda")
GATE_OFF_DB = -120.0
"""A noise gate at this level never closes."""
GAIN_RANGE_DB = (-30.0, 30.0)
MAX_VOICE_DIM = 256
VIRTUAL_MIC = "voxveil"
"""The name that stands for the virtual microphone as an output."""


@dataclass(frozen=True)
class EngineConfig:
    """One run of the engine.

    Args:
        bundle: folder of the bundle.
        voice_row: a row of the voice bank (V numbers; see docs/architecture.md).
        prosody: 0 (flat) to 1 (as spoken).
        input: device id or name; None follows the system's default microphone. With backend "file": the audio file.
        output: device id or name; None or "voxveil" is the virtual microphone. With backend "file": the file to write.
        backend: "auto" takes the native PulseAudio/PipeWire one where a server answers, else sounddevice.
        provider: "auto", "cpu" or "cuda"; the one really in use stands in the snapshot.
        gain_db: input gain, -30 to 30.
        gate_db: level under which the noise gate closes (dBFS); -120 is off.
        muted: start with silence at the output.
        monitor: a second output device to listen to the anonymized voice, or None.
        chunk_ms: what one device callback carries, 1 to 40 ms; smaller is a shorter delay and more work. None lets the
            backend choose.
        margin_ms: the least lead of finished sound over the output device, 1 to 80 ms; the engine takes more where the
            machine needs it. None lets the backend choose.

    Raises:
        ConfigError: a value is out of its range.
    """

    bundle: str
    voice_row: tuple[float, ...]
    prosody: float = 1.0
    input: str | None = None
    output: str | None = None
    backend: str = "auto"
    provider: str = "auto"
    gain_db: float = 0.0
    gate_db: float = GATE_OFF_DB
    muted: bool = False
    monitor: str | None = None
    chunk_ms: float | None = None
    margin_ms: float | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "voice_row", tuple(float(x) for x in self.voice_row))
        if not 2 < len(self.voice_row) <= MAX_VOICE_DIM or not all(map(math.isfinite, self.voice_row)):
            raise ConfigError(
                f"the voice has {len(self.voice_row)} numbers; between 3 and {MAX_VOICE_DIM} finite ones are needed"
            )
        if self.backend not in BACKENDS:
            raise ConfigError(f"unknown backend {self.backend!r}; choose one of {', '.join(BACKENDS)}")
        if self.provider not in PROVIDERS:
            raise ConfigError(f"unknown provider {self.provider!r}; choose one of {', '.join(PROVIDERS)}")
        check_range("prosody", self.prosody, 0.0, 1.0)
        check_range("gain_db", self.gain_db, *GAIN_RANGE_DB)
        check_range("gate_db", self.gate_db, GATE_OFF_DB, 0.0)
        if self.chunk_ms is not None:
            check_range("chunk_ms", self.chunk_ms, 1.0, 40.0)
        if self.margin_ms is not None:
            check_range("margin_ms", self.margin_ms, 1.0, 80.0)
        if self.backend == "file" and (self.input is None or self.output is None):
            raise ConfigError("the file backend needs an audio file as input and a path as output")

    def to_json(self) -> str:
        """The same configuration as one line of JSON."""
        return json.dumps(asdict(self))

    @staticmethod
    def from_json(text: str) -> EngineConfig:
        """Read what `to_json` wrote.

        Raises:
            ConfigError: not JSON, an unknown key (named), or a value out of range.
        """
        try:
            values = json.loads(text)
        except json.JSONDecodeError as error:
            raise ConfigError(f"the engine's configuration is not JSON: {error}") from None
        if not isinstance(values, dict):
            raise ConfigError("the engine's configuration must be a JSON object")
        unknown = set(values) - {field.name for field in fields(EngineConfig)}
        if unknown:
            raise ConfigError(f"unknown key in the engine's configuration: {', '.join(sorted(unknown))}")
        try:
            return EngineConfig(**values)
        except TypeError as error:
            raise ConfigError(f"the engine's configuration is incomplete: {error}") from None


def check_range(name: str, value: float, low: float, high: float) -> None:
    """Raise ConfigError unless `value` is a finite number from `low` to `high`."""
    if not (math.isfinite(value) and low <= value <= high):
        raise ConfigError(f"{name} is {value:g}; it must lie between {low:g} and {high:g}")
