"""The public Python API: one object that holds a bundle, a voice and the prosody knob."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from core.audio_file import check_writable, write_atomic
from core.bundle import Bundle
from core.errors import ConfigError, VoiceError
from core.voices import Row
from realtime.pipeline import Block, Pipeline, State
from realtime.recording import FileReport, Progress, anonymize, process_speech, read_speech

if TYPE_CHECKING:
    from voxveil.live_call import LiveCall


class Anonymizer:
    """Turns speech into the same speech by a person who does not exist.

    The object holds settings only (bundle, voice, prosody). What the model remembers between blocks is a `State` that
    the caller passes and gets back, so that one Anonymizer can serve several signals at once.
    """

    def __init__(self, pipeline: Pipeline, voice: str | npt.ArrayLike | None = None, prosody: float = 1.0) -> None:
        """Use `Anonymizer.load` unless you have a Pipeline already."""
        self._pipeline = pipeline
        self._row: Row
        self._knob = 1.0
        self.set_voice(pipeline.bundle.default_voice if voice is None else voice)
        self.set_prosody(prosody)

    @classmethod
    def load(
        cls,
        bundle: Path | str | None = None,
        voice: str | npt.ArrayLike | None = None,
        prosody: float = 1.0,
        provider: str = "auto",
    ) -> Anonymizer:
        """Load and verify a bundle.

        Args:
            bundle: its folder; None for the one that ships with Voxveil.
            voice: a name or a row; None for the bundle's default voice.
            prosody: 0 (flat) to 1 (as spoken).
            provider: "auto", "cpu" or "cuda".

        Raises:
            BundleError: missing, altered or of another format. VoiceError: no such voice.
            ConfigError: the provider cannot be had, or `prosody` is outside 0..1.
        """
        return cls(Pipeline(Bundle.load(bundle), provider), voice, prosody)

    @property
    def bundle(self) -> Bundle:
        """The loaded bundle: its manifest and its voice bank."""
        return self._pipeline.bundle

    @property
    def voices(self) -> list[str]:
        """The names of the bank's voices."""
        return self.bundle.voices.names

    @property
    def voice(self) -> Row:
        """The row in use, a copy, float32 [V]."""
        return self._row.copy()

    @property
    def prosody(self) -> float:
        """How much of the talker's prosody stays, 0..1."""
        return self._knob

    @property
    def delay(self) -> int:
        """Output sample n of `step` belongs to input sample n - delay (samples at 24 kHz)."""
        return self.bundle.delay

    @property
    def latency_ms(self) -> float:
        """Algorithmic latency: block plus delay, in milliseconds."""
        return self.bundle.latency_ms

    @property
    def provider(self) -> str:
        """Where the graphs really run: "CPU" or "CUDA"."""
        return self._pipeline.provider

    def set_voice(self, voice: str | npt.ArrayLike) -> None:
        """Speak as a voice of the bank (its name) or as any row, such as `mix` and `new_voice` give.

        Raises:
            VoiceError: no such name, or a row of another size or with numbers that are not finite.
        """
        if isinstance(voice, str):
            self._row = self.bundle.voices.row(voice)
            return
        row = np.array(voice, dtype=np.float32)
        if row.shape != (self.bundle.voice_dim,) or not np.isfinite(row).all():
            raise VoiceError(f"a voice of this bundle is {self.bundle.voice_dim} finite numbers, not {row.shape}")
        self._row = row

    def set_prosody(self, prosody: float) -> None:
        """0 flattens the melody, 1 keeps it. Raises ConfigError outside 0..1."""
        if not 0.0 <= prosody <= 1.0:
            raise ConfigError(f"prosody lies between 0 (flat) and 1 (as spoken), not {prosody:g}")
        self._knob = float(prosody)

    def mix(self, a: str, b: str, weight: float) -> Row:
        """A voice between two of the bank: `weight` 0 is a, 1 is b. Raises VoiceError as `VoiceBank.mix` does."""
        return self.bundle.voices.mix(a, b, weight)

    def new_voice(self, seed: int) -> Row:
        """A person nobody is; the same seed gives the same person."""
        return self.bundle.voices.new(seed)

    def initial_state(self) -> State:
        """The state before the first block of a signal."""
        return self._pipeline.initial_state()

    def step(self, block: npt.ArrayLike, state: State | None = None) -> tuple[Block, State]:
        """The next block of a signal.

        Args:
            block: float32 [480] at 24 kHz, in [-1, 1].
            state: what the step before gave; None at the start of a signal.

        Returns:
            float32 [480] that belongs to the input `delay` samples earlier, and the state for the next step.
        """
        return self._pipeline.step(block, self.initial_state() if state is None else state, self._row, self._knob)

    def process(self, samples: npt.ArrayLike, rate: int, progress: Progress | None = None) -> npt.NDArray[np.float32]:
        """A whole signal: float32 [n] at `rate` in, float32 [n] at `rate` out, delay compensated.

        Args:
            progress: called with the share that is done, 0..1, now and then.
        """
        array = np.asarray(samples, dtype=np.float32)
        return anonymize(self._pipeline, array, rate, self._row, self._knob, progress)

    def process_file(
        self, source: Path | str, target: Path | str, *, overwrite: bool = True, progress: Progress | None = None
    ) -> FileReport:
        """A file to a file (wav, flac, ogg): mono, at the source's rate, as long as the source, written all or nothing.

        Returns:
            Durations, rate, speed, and remarks in words about the source (clipping).

        Raises:
            AudioFileError: unreadable, empty, silent or not-a-number source; target not writable, or there already
                with `overwrite=False`.
        """
        check_writable(target, force=overwrite)
        speech = read_speech(source)
        check_writable(target, force=True, rate=speech.rate)
        out, report = process_speech(self._pipeline, speech, Path(target), self._row, self._knob, progress)
        write_atomic(target, out, speech.rate)
        return report

    def live(self, input: str | None = None, output: str | None = None) -> LiveCall:
        """Run from a microphone to an output device, in an engine process of its own, until the `with` block ends.

        Args:
            input, output: names of devices as `voxveil devices` lists them; None for the defaults. "voxveil" is the
                virtual microphone.

        Raises:
            DeviceError: on entering the block, when a device or the audio server is missing.
        """
        from voxveil.live_call import LiveCall

        return LiveCall(self, input, output)
