"""`with anonymizer.live(...) as call`: a live engine for the length of a block of code."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING

import numpy.typing as npt

from core.errors import DeviceError
from realtime.config import EngineConfig
from realtime.engine import Engine
from realtime.snapshot import Snapshot

if TYPE_CHECKING:
    from voxveil.anonymizer import Anonymizer

START_SECONDS = 15.0


class LiveCall:
    """A running engine. It lives in a process of its own, so nothing that Python does here can make it stutter."""

    def __init__(self, anonymizer: Anonymizer, input: str | None, output: str | None) -> None:
        """Made by `Anonymizer.live`; the engine starts on entering the `with` block."""
        self._anonymizer = anonymizer
        self._config = EngineConfig(
            bundle=str(anonymizer.bundle.path),
            voice_row=tuple(anonymizer.voice.tolist()),
            prosody=anonymizer.prosody,
            input=input,
            output=output,
        )
        self._engine: Engine | None = None

    def __enter__(self) -> LiveCall:
        """Start the engine and wait until it speaks. Raises DeviceError with the reason if it does not."""
        engine = Engine()
        try:
            engine.start(self._config)
            seen = engine.wait(timeout=START_SECONDS)
            if seen.state not in ("live", "muted"):
                raise DeviceError(seen.reason or f"the engine was still {seen.state} after {START_SECONDS:g} s")
        except BaseException:
            engine.close()
            raise
        self._engine = engine
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the engine and end its processes."""
        if self._engine is not None:
            self._engine.close()
            self._engine = None

    def stats(self) -> Snapshot:
        """How the engine fares now: state, delay in ms, levels, stage times, xruns, drift. Cheap at any rate."""
        return self._running().snapshot()

    def set_voice(self, voice: str | npt.ArrayLike) -> None:
        """Change the voice in mid-sentence: a name or a row. Raises VoiceError as `Anonymizer.set_voice` does."""
        self._anonymizer.set_voice(voice)
        self._running().set_voice(self._anonymizer.voice)

    def set_prosody(self, prosody: float) -> None:
        """0 flattens the melody, 1 keeps it."""
        self._anonymizer.set_prosody(prosody)
        self._running().set_prosody(prosody)

    def set_muted(self, muted: bool) -> None:
        """Silence at the output; everything else keeps running."""
        self._running().set_muted(muted)

    def _running(self) -> Engine:
        if self._engine is None:
            raise DeviceError("the call has ended; open a new one with Anonymizer.live()")
        return self._engine
