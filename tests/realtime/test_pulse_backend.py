"""How the two servers are told from each other, and how long sound waits in them."""

from __future__ import annotations

import ctypes
from time import monotonic, time
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from realtime import libpulse
from realtime.pulse_backend import PulseBackend
from realtime.pulse_functions import TimingInfo
from tests.audio_server import MISSING, PIPEWIRE_MISSING, AudioServer, PipeWireServer, PulseServer

RATE = 48_000


@pytest.mark.parametrize(
    ("name", "pipewire"), [("pulseaudio", False), ("PulseAudio (on PipeWire 0.3.65)", True), (None, False)]
)
def test_pipewire_says_its_name(name: str | None, pipewire: bool) -> None:
    from realtime.pulse_devices import is_pipewire

    pulse = SimpleNamespace(server_info=lambda: SimpleNamespace(server_name=name))
    assert is_pipewire(pulse) is pipewire


def stream(playback: bool, told: TimingInfo | None) -> Any:
    """A stream that the server has told this of."""
    made: Any = object.__new__(libpulse.Stream)
    made.rate, made._playback, made._stream = RATE, playback, None
    answer = ctypes.pointer(told) if told is not None else ctypes.POINTER(TimingInfo)()
    made._pulse = SimpleNamespace(stream_get_timing_info=lambda _: answer)
    return made


def told(age_s: float, **fields: int) -> TimingInfo:
    at = time() - age_s
    return TimingInfo(seconds=int(at), microseconds=round(1e6 * (at % 1)), **fields)


BYTES_MS = 4 * RATE // 1000


def test_what_waits_for_the_device_shrinks_while_it_plays() -> None:
    """40 ms were ahead of it 30 ms ago, and it holds 5 ms itself."""
    waits = {"write_index": 140 * BYTES_MS, "read_index": 100 * BYTES_MS, "sink": 5000}
    assert stream(True, told(0.03, playing=1, **waits)).latency_s() == pytest.approx(0.015, abs=2e-3)
    assert stream(True, told(0.03, playing=0, **waits)).latency_s() == pytest.approx(0.045, abs=2e-3)


def test_what_was_heard_grows_until_it_is_read() -> None:
    """The server had 10 ms for us 20 ms ago, of a microphone that holds 3 ms; a monitor takes off what is to come."""
    heard = {"write_index": 110 * BYTES_MS, "read_index": 100 * BYTES_MS, "source": 3000}
    assert stream(False, told(0.02, **heard)).latency_s() == pytest.approx(0.033, abs=2e-3)
    assert stream(False, told(0.02, sink=4000, **heard)).latency_s() == pytest.approx(0.029, abs=2e-3)


@pytest.mark.parametrize(
    ("pipewire", "null_sink", "out_ms"),
    [(False, True, 7.0), (False, False, 12.0), (True, True, 12.0 + 2.5)],
    ids=["null sink", "hardware", "PipeWire"],
)
def test_a_null_sink_hands_on_a_turn_before_it_plays(pipewire: bool, null_sink: bool, out_ms: float) -> None:
    """12 ms are ahead of the newest sample, and the device takes 5 ms at a time; PipeWire's turn is 5 ms too."""
    made: Any = PulseBackend()
    made._know_server(pipewire, null_sink, 240, SimpleNamespace(rate=RATE, target=(720, 240)))
    asked: list[str] = []
    spoken = SimpleNamespace(latency_s=lambda: 0.012, turn_s=0.005, ask_timing=lambda: asked.append("out"))
    heard = SimpleNamespace(latency_s=lambda: 0.001, turn_s=0.005, ask_timing=lambda: asked.append("in"))
    made._latency.served(monotonic())
    made._note_latency(heard, spoken, monotonic(), monotonic())
    assert made.latencies() == pytest.approx((0.001, 1e-3 * out_ms), abs=1e-3)
    assert asked == ["in", "out"]


def test_a_stream_tells_how_much_its_device_takes_at_a_time() -> None:
    turns = {"configured_sink": 5000, "configured_source": 2500}
    assert stream(True, told(0.0, **turns)).turn_s == pytest.approx(0.005)
    assert stream(False, told(0.0, **turns)).turn_s == pytest.approx(0.0025)
    assert stream(True, None).turn_s == 0.0


def test_latency_is_not_known_before_the_server_tells() -> None:
    assert stream(True, None).latency_s() is None
    assert stream(True, told(0.0, write_corrupt=1)).latency_s() is None
    assert stream(False, told(0.0, read_corrupt=1)).latency_s() is None


@pytest.mark.parametrize(("server", "missing"), [(PulseServer, MISSING), (PipeWireServer, PIPEWIRE_MISSING)])
def test_a_real_server_tells_how_long_sound_waits(
    server: type[AudioServer], missing: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """60 ms are asked to be held ahead, and are kept so: the newest sample waits 40 to 90 ms, its device included."""
    if missing:
        pytest.skip(f"needs {', '.join(missing)}")
    with server({"sink": RATE}) as running:
        running.name_in(monkeypatch)
        connection = libpulse.Connection()
        ahead = round(0.06 * RATE) * libpulse.SAMPLE_BYTES
        playback = libpulse.Stream(
            connection, "test", "sink", RATE, True,
            libpulse.BufferAttr(libpulse.UNSET, ahead, 0, ahead // 6, libpulse.UNSET), pinned=True,
        )  # fmt: skip
        playback.wait_ready(2.0)
        assert playback.latency_s() is None
        silence = np.zeros(RATE, np.float32)
        found: list[float] = []
        end = monotonic() + 2.0
        while monotonic() < end:
            connection.iterate(0.01)
            if (count := playback.writable) > 0:
                playback.write(silence.ctypes.data, min(count, len(silence)))
                if (waits := playback.latency_s()) is not None:
                    found.append(waits)
                playback.ask_timing()
        playback.close()
        connection.close()
    assert len(found) > 20
    assert 0.04 <= float(np.median(found)) <= 0.09
