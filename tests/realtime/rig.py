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
from realtime.board import RING_FRAMES, Board
from realtime.config import EngineConfig
from realtime.engine import Engine
from realtime.snapshot import Snapshot
from tests.audio_server import AudioServer, PulseServer

Frames = NDArray[np.float32]
MIC, CABLE, SPEAKERS = "mic", "cable", "speakers"
FADE = 64
"""Frames next to silence in which the play ring may have faded (1 ms is 48)."""
SAME_MS = {"PulseAudio": 6.0, "PipeWire": 8.0}
"""How far the delay after a fault may be from that before. A server that ran out of sound several times, as on a busy
machine, holds 2.5 ms more for a while, or twice that (realtime/cushion.py). On PipeWire the engine gives the server
half a turn more (2.7 ms, for 20 s) each time that a busy machine let it run out."""
PULSE, PULSE_GAP_MS = 0.8, 150.0
"""Size of the pulses in `talk`, and the shortest time between two of them."""
MOST_FADED = 20_000
OLD_S = 0.4
"""Sound is heard within 0.1 s of its making; a busy machine may look at it late."""
TOO_BUSY = 10.0
"""On a machine that busy the listener itself hears late."""
LEFT_S = 0.05
"""What may be under way in the server and its client when either stops, and comes out when it goes on."""


PAUSE_S = 0.08
"""Longer than the pieces in which any server hands sound over."""


def busy() -> float:
    """How many times as long a test machine may take, by how many programs wait for each of its cores."""
    waiting = os.getloadavg()[0] / (os.cpu_count() or 1)
    return 4.0 + 2.0 * max(0.0, waiting - 1.0)


def patience_s() -> float:
    """How long a test waits for anything; what was really taken is asserted on where it matters."""
    return 5.0 * busy()


class Listener:
    """Records a device of the server in its own format: what really came out, bit by bit, and when."""

    def __init__(self, server: AudioServer, device: str, rate: int = 48_000) -> None:
        self._process = server.helper(
            "parec", "-d", device, "--raw", "--format=float32le", f"--rate={rate}", "--channels=1", "--latency-msec=5",
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self._pieces: list[tuple[float, bytes]] = []
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        assert self._process.stdout is not None
        rest = b""
        while piece := rest + os.read(self._process.stdout.fileno(), 1 << 16):
            whole = len(piece) // 4 * 4
            rest = piece[whole:]
            if len(piece) == len(rest):
                break
            self._pieces.append((monotonic(), piece[:whole]))

    @property
    def frames(self) -> Frames:
        """Everything so far."""
        return np.frombuffer(b"".join(piece for _, piece in self._pieces), np.float32)

    @property
    def times(self) -> NDArray[np.float64]:
        """When each frame arrived here (monotonic seconds)."""
        pieces = list(self._pieces)
        return np.repeat([at for at, _ in pieces], [len(piece) // 4 for _, piece in pieces])

    def pulses(self, rate: int = 48_000) -> NDArray[np.float64]:
        """When its pulses sounded (monotonic seconds), by the server's even clock.

        A piece may arrive late but never early, so the earliest arrival tells the time of all.
        """
        pieces = list(self._pieces)
        frames = np.abs(np.frombuffer(b"".join(piece for _, piece in pieces), np.float32))
        ends = np.cumsum([len(piece) // 4 for _, piece in pieces])
        zero = min(at - end / rate for (at, _), end in zip(pieces, ends, strict=True))
        loud = np.flatnonzero(frames > PULSE / 2)
        groups = np.split(loud, np.flatnonzero(np.diff(loud) > rate // 100) + 1) if len(loud) else []
        return np.array([zero + group[np.argmax(frames[group])] / rate for group in groups])

    def silent_after(self, moment: float, until: float) -> float:
        """Seconds from `moment` to the last sound before `until`, or before a first pause: a voice may be back soon."""
        last = moment
        for at, piece in list(self._pieces):
            if moment < at < until and np.any(np.frombuffer(piece, "f4")):
                if at - last > PAUSE_S:
                    break
                last = at
        return last - moment

    def sound_after(self, moment: float) -> float:
        """Seconds from `moment` to the first sound after it."""
        pieces = [(at, piece) for at, piece in list(self._pieces) if at > moment]
        return next((at - moment for at, piece in pieces if np.any(np.frombuffer(piece, "f4"))), np.inf)

    def close(self) -> Frames:
        """Stop; everything that was recorded."""
        self._process.terminate()
        self._process.wait()
        self._thread.join()
        return self.frames


class WorkerLog:
    """Everything that the worker puts into the play ring, read from the shared memory while it happens."""

    EVERY_S = 0.05

    def __init__(self, engine: Engine) -> None:
        assert engine._board is not None
        self._board = Board(engine._board.name)
        # What was written shortly before may still be on its way through the server.
        self._seen = max(0, self._board.count("out_written") - RING_FRAMES // 8)
        self._pieces: list[tuple[float, Frames]] = []
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._ending.wait(self.EVERY_S):
            self._drain()

    def _drain(self) -> None:
        written = self._board.count("out_written")
        if written < self._seen:
            self._seen = 0
        first = max(self._seen, written - RING_FRAMES // 2)
        self._pieces.append((monotonic(), self._board.out_ring[np.arange(first, written) % RING_FRAMES]))
        self._seen = written

    @property
    def times(self) -> NDArray[np.float64]:
        """When each frame was seen here (monotonic seconds): at most EVERY_S after it was written."""
        return np.repeat([at for at, _ in self._pieces], [len(piece) for _, piece in self._pieces])

    def close(self) -> Frames:
        """Stop; everything that was written."""
        self._ending.set()
        self._thread.join()
        self._drain()
        return np.concatenate([piece for _, piece in self._pieces])


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
        self.same_ms = SAME_MS[self.server.kind]
        self.engine = Engine()
        self.config = EngineConfig(
            bundle=str(bundle.path), voice_row=tuple(bundle.voices.row(bundle.default_voice)),
            **{"backend": "pulse", "input": f"{MIC}.monitor", "output": output, **settings},  # type: ignore[arg-type]
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
            assert monotonic() < end, f"no {what} within {patience:.0f} s but {seen.state}: {seen.reason}"
            sleep(0.01)
        return seen

    def delay_ms(self) -> float:
        """From microphone to output as heard from outside: pulses that go in and clicks that come out."""
        ends = monotonic() + patience_s()
        found: list[float] = []
        while monotonic() < ends:
            found = self.delays_ms(1.6)
            if len(found) >= 4 and np.ptp(found) < 2 * self.same_ms:
                return float(np.median(found))
        raise AssertionError(f"no delay could be measured, the last time {found}")

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
        while abs((now := self.delay_ms()) - before) > self.same_ms:
            parts = self.engine.snapshot().delay_parts
            assert monotonic() < end, f"the delay was {before:.1f} ms before the fault and is {now:.1f} ms: {parts}"
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


def assert_voice_or_silence(heard: Frames, written: Frames, talk: Frames) -> None:
    """Each recorded sample is zero, or bit by bit one that the worker wrote, or next to silence (where fades are).

    The check must be able to fail: the talker's own samples must not pass it.
    """
    bits = heard.view(np.int32)
    silent = heard == 0.0
    near = np.convolve(silent, np.ones(2 * FADE + 1), "same") > 0.5
    known = np.isin(bits, written.view(np.int32))
    stranger = ~(silent | near | known) & ~_turned_down(heard, written, known)
    assert not stranger.any(), f"{stranger.sum()} of {len(heard)} samples were not written by the vocoder"
    assert np.isin(talk.view(np.int32), written.view(np.int32)).mean() < 0.05
    fading = near & ~silent & ~known
    if fading.any():
        assert np.abs(heard[fading]).max() <= np.abs(written).max()


def _turned_down(heard: Frames, written: Frames, known: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which samples are, in their place before or after a known one, what the worker wrote there times 0 to 1.

    The play ring begins to fade when it has nothing more, and comes back when there is more after all.
    """
    bits = written.view(np.int32)
    order = np.argsort(bits, kind="stable")
    found = np.zeros(len(heard), bool)
    ranked = bits[order]
    anchors = np.flatnonzero(known)
    for at in np.flatnonzero(~known & (heard != 0.0))[:MOST_FADED]:
        after = np.searchsorted(anchors, at)
        for anchor in anchors[max(0, after - 1) : after + 1]:
            last = order[np.searchsorted(ranked, heard.view(np.int32)[anchor], side="right") - 1]
            place = last + at - anchor
            if abs(at - anchor) <= 4 * FADE and 0 <= place < len(written):
                found[at] |= abs(heard[at]) <= abs(written[place]) and heard[at] * written[place] >= 0
    return found


def assert_nothing_old(heard: Frames, heard_at: NDArray[np.float64], log: WorkerLog, written: Frames) -> None:
    """No sound comes out long after it was made: what piled up while something stood still is never played."""
    bits, wanted = written.view(np.int32), heard.view(np.int32)
    order = np.argsort(bits, kind="stable")
    last = np.searchsorted(bits[order], wanted, side="right") - 1
    known = (last >= 0) & (bits[order][last] == wanted)
    times = np.where(known, log.times[order][last], np.nan)
    age = np.where(heard == 0.0, np.nan, heard_at - times)
    if busy() > TOO_BUSY:
        return
    old = np.count_nonzero(age > OLD_S * busy() / 4.0) / 48_000
    assert old < LEFT_S, f"{1e3 * old:.0f} ms of sound came out up to {np.nanmax(age):.2f} s after they were made"


def alive(pid: int) -> bool:
    """Whether a process runs (a zombie does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
