"""Records the microphone as it is into a file, in a process of its own: for people who make a voice of theirs.

    python -m gui.platform.listen FILE [DEVICE]

Prints a level in dBFS ten times a second; ends, with the file complete, when its standard input ends.
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import DeviceError, VoxveilError

LONGEST_S = 300.0
SHOWN_S = 0.1

Floats = NDArray[np.float32]


def main(words: list[str]) -> int:
    """Record until standard input ends; the exit status."""
    import soundfile

    from realtime import libpulse

    path, device = Path(words[0]), words[1] if len(words) > 1 else ""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    ending = threading.Event()

    def await_end() -> None:
        sys.stdin.read()
        ending.set()

    threading.Thread(target=await_end, daemon=True).start()
    source = _from_pulse if libpulse.library() is not None and libpulse.server_answers() else _from_portaudio
    try:
        chunks = source(device)
        rate = int(next(chunks)[0])
        with soundfile.SoundFile(str(path), "w", rate, 1) as file:
            loudest, shown = 0.0, 0
            for chunk in chunks:
                file.write(chunk)
                loudest, shown = max(loudest, float(np.abs(chunk).max(initial=0.0))), shown + len(chunk)
                if shown > SHOWN_S * rate:
                    print(f"level {20 * np.log10(max(loudest, 1e-6)):.1f}", flush=True)
                    loudest, shown = 0.0, 0
                if ending.is_set() or file.tell() > LONGEST_S * rate:
                    break
    except (VoxveilError, OSError, RuntimeError) as error:
        print(f"voxveil: {error}", file=sys.stderr)
        return 2
    return 0


def _from_pulse(device: str) -> Iterator[Floats]:
    """First the rate as a one-number chunk, then sound."""
    from realtime import libpulse, pulse_devices

    with pulse_devices.session() as pulse:
        found = pulse_devices.find_source(pulse, device or None)
    connection = libpulse.Connection()
    fragment = found.rate // 50 * libpulse.SAMPLE_BYTES
    unset = libpulse.UNSET
    attributes = libpulse.BufferAttr(unset, unset, unset, unset, fragment)
    stream = libpulse.Stream(connection, "a new voice", found.name, found.rate, False, attributes, pinned=True)
    stream.wait_ready(2.0)
    yield np.array([found.rate], np.float32)
    room = np.zeros(found.rate, np.float32)
    while stream.alive:
        got = stream.read(room.ctypes.data, len(room))
        if not got:
            connection.iterate(0.05)
        yield room[:got].copy()
    raise DeviceError("the microphone is gone; waiting for it to come back")


def _from_portaudio(device: str) -> Iterator[Floats]:
    import sounddevice

    chosen = int(device) if device.isdigit() else device or None
    try:
        with sounddevice.InputStream(device=chosen, channels=1, dtype="float32") as stream:
            yield np.array([stream.samplerate], np.float32)
            while True:
                yield stream.read(round(stream.samplerate * 0.02))[0][:, 0]
    except (sounddevice.PortAudioError, ValueError) as error:
        raise DeviceError(f"“{device}” cannot be opened ({error}); is another program using it?") from error


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
