"""The engine on a real server, with something talking into its microphone and everything that matters recorded."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep

import numpy as np
from numpy.typing import NDArray

from core.bundle import Bundle
from realtime.config import EngineConfig
from realtime.engine import Engine
from realtime.snapshot import Snapshot
from tests.audio_server import AudioServer, PulseServer
from tests.realtime.recorders import PULSE, Listener

Frames = NDArray[np.float32]
MIC, CABLE, SPEAKERS = "mic", "cable", "speakers"
SAME_MS = 6.0
"""How far the delay after a fault may be from that before, on a quiet machine."""
LEARNT_MS = 1.0
"""How far what is learnt may move while a delay is measured."""
PULSE_GAP_MS = 150.0
"""The shortest time between two pulses in `talk`."""


def busy() -> float:
    """How many times as long a test machine may take, by how many programs wait for each of its cores."""
    waiting = os.getloadavg()[0] / (os.cpu_count() or 1)
    return 4.0 + 2.0 * max(0.0, waiting - 1.0)


def patience_s() -> float:
    """How long a test waits for anything; what was really taken is asserted on where it matters."""
    return 5.0 * busy()


class Rig:
    """Server, talker and engine; `close` leaves nothing behind.

    Args:
        talk: what is said into the microphone over and over, at 48 kHz.
        mic_rate: of the microphone, in Hz; the output has 48 kHz.
    """

    def __init__(
        self,
        bundle: Bundle,
        talk: Frames,
        output: str | None = CABLE,
        server: type[AudioServer] = PulseServer,
        mic_rate: int = 48_000,
        **settings: object,
    ) -> None:
        self.mic_rate = mic_rate
        self.server = server({SPEAKERS: 48_000, MIC: mic_rate, CABLE: 48_000})
        names = [name for name in self.server.environment if name.startswith(("PULSE_", "XDG_", "DBUS_"))]
        self._before = {key: os.environ.get(key) for key in names}
        os.environ.update({key: self.server.environment[key] for key in names})
        self.talk = talk
        self._quiet = threading.Event()
        self._talking: threading.Thread | None = None
        self.known_delay = 0.0
        self._found: list[float] = []
        self.same_ms = SAME_MS
        self.engine = Engine()
        self.config = EngineConfig(
            bundle=str(bundle.path), voice_row=tuple(bundle.voices.row(bundle.default_voice)),
            **{"input": f"{MIC}.monitor", "output": output, **settings},  # type: ignore[arg-type]
        )  # fmt: skip
        self.server.keep_awake(MIC)

    def start(self) -> Snapshot:
        """Talk, start the engine, wait until it is live."""
        self.play()
        self.engine.start(self.config)
        return self.until("live")

    def play(self) -> None:
        """Talk into the microphone; what is said is read from `talk` piece by piece, so a test may change it."""
        self._talker = self.server.helper(
            "pacat", "-d", MIC, "--raw", "--format=float32le", "--rate=48000", "--channels=1", "--latency-msec=100",
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        pipe = self._talker.stdin
        assert pipe is not None
        self._quiet.clear()

        def feed() -> None:
            at = 0
            with suppress(OSError), pipe:
                while not self._quiet.is_set():
                    piece = self.talk[at : at + 960]
                    at = (at + 960) % (len(self.talk) - 960)
                    pipe.write(piece.astype(np.float32).tobytes())

        self._talking = threading.Thread(target=feed, daemon=True)
        self._talking.start()

    def hush(self) -> None:
        """Stop talking (the server would move the talker's own stream to the loudspeakers when its sink goes)."""
        self._quiet.set()
        self._talker.kill()
        self._talker.wait()
        if self._talking is not None:
            self._talking.join()

    def until(self, *states: str) -> Snapshot:
        """Wait for one of the states."""
        return self.until_seen(lambda seen: seen.state in states, f"state {' or '.join(states)}")

    def until_reason(self, word: str) -> Snapshot:
        """Wait until the engine says that it is recovering, with this word in the reason."""
        return self.until_seen(lambda seen: seen.state == "recovering" and word in seen.reason, f"“{word}”")

    def until_seen(self, wanted: Callable[[Snapshot], bool], what: str) -> Snapshot:
        """Wait for a snapshot of that kind."""
        patience = patience_s()
        end = monotonic() + patience
        while not wanted(seen := self.engine.snapshot()):
            found = f"{seen.state}: {seen.reason} (“{seen.input}”, {seen.in_rms:.0f} dB)"
            assert monotonic() < end, f"no {what} within {patience:.0f} s but {found}"
            sleep(0.01)
        return seen

    def delay_ms(self) -> float:
        """From microphone to output as heard from outside: pulses that go in and clicks that come out. Less
        `learnt_ms`, which a host that takes the processor away makes long and short as it pleases.
        """
        ends = monotonic() + patience_s()
        while monotonic() < ends:
            if (steady := self.steady_ms()) is not None:
                return steady
        raise AssertionError(f"no delay could be measured, the last time {self._found}")

    def steady_ms(self) -> float | None:
        """The delay of the next moment, as in `delay_ms`; None if it moved meanwhile."""
        learnt = self.learnt_ms()
        self._found = self.delays_ms(1.6)
        steady = len(self._found) >= 4 and np.ptp(self._found) < 2 * self.same_ms
        return float(np.median(self._found)) - learnt if steady and abs(self.learnt_ms() - learnt) < LEARNT_MS else None

    def learnt_ms(self) -> float:
        """What waiting for late blocks and for a server that ran out of sound has added; `realtime.lead` and
        `realtime.cushion` have tests of their own that both are given back when they are needed no more.
        """
        board = self.engine._board
        assert board is not None
        return 1e3 * (board.get("lead") - board.get("margin") + board.get("reserve"))

    def delays_ms(self, seconds: float) -> list[float]:
        """Of each pulse that went in and came out in that time."""
        listeners = [Listener(self.server, f"{name}.monitor") for name in (MIC, CABLE)]
        sleep(seconds)
        went_in, came_out = (listener.pulses() for listener in listeners if len(listener.close()))
        found = [1e3 * (after[0] - at) for at in went_in if len(after := came_out[came_out > at + 0.02])]
        return [ms for ms in found if ms < PULSE_GAP_MS]

    def assert_same_delay(self, before: float, within_s: float = 0.0) -> None:
        """After a fault: the delay is what it was, as soon as the clocks have settled again."""
        end = monotonic() + max(within_s, patience_s())
        self.known_delay = 0.0
        while (now := self.steady_ms()) is None or abs(now - before) > self.same_ms * busy() / 4.0:
            parts, learnt = self.engine.snapshot().delay_parts, self.learnt_ms()
            assert monotonic() < end, (
                f"without what was learnt ({learnt:.1f} ms) the delay was {before:.1f} ms before the fault "
                f"and is {now} ms, the last time {self._found}: {parts}"
            )
        self.known_delay = before

    def close(self) -> None:
        """End everything."""
        self.engine.close()
        self.hush()
        self.server.close()
        for key, value in self._before.items():
            if value is None:
                os.environ.pop(key, None)
            else:
                os.environ[key] = value


def talk(seconds: float = 20.0, rate: int = 48_000) -> Frames:
    """Noise, and pulses of 1 ms by which the delay can be measured (the test's bundle makes a click of each)."""
    rng = np.random.default_rng(0)
    frames = 0.04 * rng.standard_normal(round(seconds * rate))
    at = rate // 10
    while at < len(frames) - rate // 10:
        frames[at : at + rate // 1000] += PULSE * np.hanning(rate // 1000)
        at += round(1e-3 * rate * rng.uniform(PULSE_GAP_MS, 2 * PULSE_GAP_MS))
    return frames.astype(np.float32)


def alive(pid: int) -> bool:
    """Whether a process runs (a zombie does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
