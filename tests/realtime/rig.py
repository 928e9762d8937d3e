"""The engine on a real server, with something talking into its microphone and everything that matters recorded."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep

import numpy as np
import soundfile
from numpy.typing import NDArray

from core.bundle import Bundle
from realtime.board import RING_FRAMES, Board
from realtime.config import EngineConfig
from realtime.engine import Engine
from realtime.snapshot import Snapshot
from tests.audio_server import PulseServer

Frames = NDArray[np.float32]
MIC, CABLE, SPEAKERS = "mic", "cable", "speakers"
FADE = 64
"""Frames next to silence in which the play ring may have faded (1 ms is 48)."""
SANE_MS = 120.0
SAME_MS = 4.0
PATIENCE_S = 20.0
"""What a busy test machine may take for anything; what was really taken is asserted on where it matters."""


class Listener:
    """Records a device of the server in its own format: what really came out, bit by bit."""

    def __init__(self, server: PulseServer, device: str, rate: int = 48_000) -> None:
        self._process = server.helper(
            "parec", "-d", device, "--raw", "--format=float32le", f"--rate={rate}", "--channels=1", "--latency-msec=5",
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self._pieces: list[bytes] = []
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        assert self._process.stdout is not None
        while piece := os.read(self._process.stdout.fileno(), 1 << 16):
            self._pieces.append(piece)

    @property
    def frames(self) -> Frames:
        """Everything so far."""
        data = b"".join(self._pieces)
        return np.frombuffer(data[: len(data) // 4 * 4], np.float32)

    def close(self) -> Frames:
        """Stop; everything that was recorded."""
        self._process.terminate()
        self._process.wait()
        self._thread.join()
        return self.frames


class WorkerLog:
    """Everything that the worker puts into the play ring, read from the shared memory while it happens."""

    def __init__(self, engine: Engine) -> None:
        assert engine._board is not None
        self._board = Board(engine._board.name)
        # What was written shortly before may still be on its way through the server.
        self._seen = max(0, self._board.count("out_written") - RING_FRAMES // 8)
        self._pieces: list[Frames] = []
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._ending.wait(0.05):
            self._drain()

    def _drain(self) -> None:
        written = self._board.count("out_written")
        first = max(self._seen, written - RING_FRAMES // 2)
        self._pieces.append(self._board.out_ring[np.arange(first, written) % RING_FRAMES])
        self._seen = written

    def close(self) -> Frames:
        """Stop; everything that was written."""
        self._ending.set()
        self._thread.join()
        self._drain()
        return np.concatenate(self._pieces) if self._pieces else np.zeros(0, np.float32)


class Rig:
    """Server, talker and engine; `close` leaves nothing behind."""

    def __init__(self, folder: Path, bundle: Bundle, talk: Frames, output: str = CABLE, **settings: object) -> None:
        self.server = PulseServer({SPEAKERS: 48_000, MIC: 48_000, CABLE: 48_000})
        self._before = {key: os.environ.get(key) for key in ("PULSE_SERVER", "PULSE_RUNTIME_PATH")}
        os.environ.update({key: self.server.environment[key] for key in self._before})
        self.talk = talk
        self._talk_file = folder / "talk.wav"
        soundfile.write(str(self._talk_file), talk, 48_000, subtype="FLOAT")
        self.engine = Engine()
        self.config = EngineConfig(
            bundle=str(bundle.path), voice_row=tuple(bundle.voices.row(bundle.default_voice)), backend="pulse",
            input=f"{MIC}.monitor", output=output, **settings,  # type: ignore[arg-type]
        )  # fmt: skip
        self.server.keep_awake(MIC)

    def start(self) -> Snapshot:
        """Talk, start the engine, wait until it is live."""
        self.play()
        self.engine.start(self.config)
        return self.until("live")

    def play(self) -> None:
        """Talk into the microphone, once through the recording."""
        self._talker = self.server.helper(
            "paplay", "-d", MIC, str(self._talk_file), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def hush(self) -> None:
        """Stop talking (the server would move the talker's own stream to the loudspeakers when its sink goes)."""
        self._talker.kill()
        self._talker.wait()

    def until(self, *states: str) -> Snapshot:
        """Wait for one of the states."""
        return self.until_seen(lambda seen: seen.state in states, f"state {' or '.join(states)}")

    def until_reason(self, word: str) -> Snapshot:
        """Wait until the engine says that it is recovering, with this word in the reason."""
        return self.until_seen(lambda seen: seen.state == "recovering" and word in seen.reason, f"“{word}”")

    def until_seen(self, wanted: Callable[[Snapshot], bool], what: str) -> Snapshot:
        """Wait for a snapshot of that kind."""
        end = monotonic() + PATIENCE_S
        while not wanted(seen := self.engine.snapshot()):
            assert monotonic() < end, f"no {what} within {PATIENCE_S} s but {seen.state}: {seen.reason}"
            sleep(0.01)
        return seen

    def delay(self) -> float:
        """The engine's measured delay, once it has settled (ms)."""
        self.until_seen(lambda seen: seen.state == "live" and 0 < seen.delay_ms < SANE_MS, "sane delay")
        return float(np.median([self._delay_now() for _ in range(40)]))

    def _delay_now(self) -> float:
        sleep(0.025)
        return self.engine.snapshot().delay_ms

    def assert_same_delay(self, before: float) -> None:
        """After a fault: the delay is what it was, as soon as the clocks have settled again."""
        end = monotonic() + PATIENCE_S
        while abs((now := self.delay()) - before) > SAME_MS:
            parts = self.engine.snapshot().delay_parts
            assert monotonic() < end, f"the delay was {before:.1f} ms before the fault and is {now:.1f} ms: {parts}"

    def close(self) -> None:
        """End everything."""
        self.engine.close()
        self.server.close()
        for key, value in self._before.items():
            if value is None:
                os.environ.pop(key, None)
            else:
                os.environ[key] = value


def assert_voice_or_silence(heard: Frames, written: Frames, talk: Frames) -> None:
    """Each recorded sample is zero, or bit by bit one that the worker wrote, or next to silence (where fades are).

    The check must be able to fail: the talker's own samples must not pass it.
    """
    bits = heard.view(np.int32)
    silent = heard == 0.0
    near = np.convolve(silent, np.ones(2 * FADE + 1), "same") > 0.5
    known = np.isin(bits, written.view(np.int32))
    stranger = ~(silent | near | known)
    assert not stranger.any(), f"{stranger.sum()} of {len(heard)} samples were not written by the vocoder"
    assert np.isin(talk.view(np.int32), written.view(np.int32)).mean() < 0.05
    fading = near & ~silent & ~known
    if fading.any():
        assert np.abs(heard[fading]).max() <= np.abs(written).max()


def longest_silence_s(heard: Frames, rate: int = 48_000) -> float:
    """The longest run of zeros."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], (heard == 0.0).astype(np.int8), [0]])))
    runs = edges[1::2] - edges[::2]
    return float(runs.max() / rate) if len(runs) else 0.0


def alive(pid: int) -> bool:
    """Whether a process runs (a zombie does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
