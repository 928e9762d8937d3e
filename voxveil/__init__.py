"""Voxveil: a streaming, real-time voice anonymizer.

>>> from voxveil import Anonymizer
>>> voice = Anonymizer.load()                        # the default bundle
>>> voice.set_voice(voice.mix("iris", "otto", 0.4))  # a person nobody is
>>> voice.process_file("in.wav", "out.wav")
>>> y, state = voice.step(block, state)              # 480 samples in, 480 out; state is explicit
>>> with voice.live(input="USB Mic", output="voxveil") as call:
...     print(call.stats())                          # delay, stage p50/p99, xruns, drift
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.errors import AudioFileError, BundleError, ConfigError, DeviceError, VoiceError, VoxveilError

if TYPE_CHECKING:
    from voxveil.anonymizer import Anonymizer

__all__ = [
    "Anonymizer",
    "AudioFileError",
    "BundleError",
    "ConfigError",
    "DeviceError",
    "VoiceError",
    "VoxveilError",
]


def __getattr__(name: str) -> Any:
    if name == "Anonymizer":
        from voxveil.anonymizer import Anonymizer

        return Anonymizer
    raise AttributeError(f"module 'voxveil' has no attribute '{name}'")
