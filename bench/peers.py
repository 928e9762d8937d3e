"""What else one could use, block by block: nothing at all, a McAdams anonymizer, a phase-vocoder pitch shifter.

    python -m bench.peers NAME SOURCE SINK      from one device of a PulseAudio server to another, 48 kHz

Each works on blocks of 20 ms, so that it stands beside the model on equal terms.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy.linalg import solve_toeplitz
from scipy.signal import lfilter

Block = npt.NDArray[np.float32]
Process = Callable[[Block], Block]

RATE, BLOCK = 48_000, 960


class PassThrough:
    """The limit: what the server and the pipes cost by themselves."""

    def __call__(self, block: Block) -> Block:
        """The block itself."""
        return block


class McAdams:
    """Poles turned by a power (arXiv 2011.01130), overlap-add of 20 ms windows: a shift of 10 ms late.

    The band up to 8 kHz is treated: every third sample after a short low-pass; the rest is not passed on.
    """

    ORDER, COEFFICIENT = 20, 0.8

    def __init__(self) -> None:
        self._taps = np.sinc((np.arange(49) - 24) / 3) * np.hanning(51)[1:-1]
        self._taps /= self._taps.sum()
        self._down, self._up = np.zeros(48), np.zeros(48)
        self._last = np.zeros(160)
        self._tail = np.zeros(160)
        self._window = np.hanning(321)[:320]

    def __call__(self, block: Block) -> Block:
        """Two windows a block."""
        low, self._down = lfilter(self._taps, 1.0, block.astype(np.float64), zi=self._down)
        heard = np.concatenate([self._last, low[::3]])
        out = np.zeros(480)
        out[:160] = self._tail
        for start in (0, 160):
            out[start : start + 320] += self._turned(heard[start : start + 320] * self._window)
        self._last, self._tail = heard[320:], out[320:]
        spread = np.zeros(BLOCK)
        spread[::3] = 3.0 * out[:320]
        smooth, self._up = lfilter(self._taps, 1.0, spread, zi=self._up)
        return np.asarray(np.clip(smooth, -1, 1), dtype=np.float32)

    def _turned(self, frame: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        lags = np.correlate(frame, frame, "full")[319 : 320 + self.ORDER]
        if lags[0] < 1e-7:
            return frame
        lags[0] *= 1 + 1e-6
        forward = np.concatenate([[1.0], -solve_toeplitz(lags[:-1], lags[1:])])
        poles = np.roots(forward)
        angle, radius = np.angle(poles), np.minimum(np.abs(poles), 0.99)
        turned = np.where(np.abs(poles.imag) > 1e-9, np.sign(angle) * np.abs(angle) ** self.COEFFICIENT, angle)
        backward = np.real(np.poly(radius * np.exp(1j * turned)))
        return np.asarray(lfilter([1.0], backward, lfilter(forward, [1.0], frame)))


class PitchShift:
    """Phase vocoder: 40 ms windows every 5 ms, bins moved four semitones up, phases carried on (Laroche 1999)."""

    WINDOW, HOP, RATIO = 1920, 240, 1.26

    def __init__(self) -> None:
        self._window = np.sqrt(np.hanning(self.WINDOW + 1)[: self.WINDOW])
        self._heard, self._out = np.zeros(self.WINDOW), np.zeros(self.WINDOW)
        bins = self.WINDOW // 2 + 1
        self._phase, self._sum = np.zeros(bins), np.zeros(bins)
        self._usual = 2 * np.pi * self.HOP * np.arange(bins) / self.WINDOW
        self._to = np.round(np.arange(bins) * self.RATIO).astype(int)
        self._kept = self._to < bins

    def __call__(self, block: Block) -> Block:
        """Four hops a block."""
        done = []
        for hop in block.reshape(-1, self.HOP):
            self._heard = np.concatenate([self._heard[self.HOP :], hop])
            spectrum = np.fft.rfft(self._heard * self._window)
            phase = np.angle(spectrum)
            wrapped = np.mod(phase - self._phase - self._usual + np.pi, 2 * np.pi) - np.pi
            self._phase = phase
            magnitude, step = np.zeros_like(phase), np.zeros_like(phase)
            np.add.at(magnitude, self._to[self._kept], np.abs(spectrum)[self._kept])
            step[self._to[self._kept]] = (self._usual + wrapped)[self._kept] * self.RATIO
            self._sum = np.mod(self._sum + step, 2 * np.pi)
            voice = np.fft.irfft(magnitude * np.exp(1j * self._sum)) * self._window
            self._out = np.concatenate([self._out[self.HOP :], np.zeros(self.HOP)]) + voice
            done.append(self._out[: self.HOP] * (2 * self.HOP / self.WINDOW))
        return np.clip(np.concatenate(done), -1, 1).astype(np.float32)


PEERS: dict[str, Callable[[], Process]] = {
    "pass-through": PassThrough,
    "McAdams": McAdams,
    "pitch shift": PitchShift,
}


def timed(process: Process, sound: Block) -> npt.NDArray[np.float64]:
    """Seconds [n, 2] for each block of a sound at 48 kHz, one right after the other: by the clock, and of processor."""
    took = []
    for block in sound[: len(sound) // BLOCK * BLOCK].reshape(-1, BLOCK):
        given, start = time.process_time(), time.perf_counter()
        process(block)
        took.append((time.perf_counter() - start, time.process_time() - given))
    return np.asarray(took)


def main(name: str, source: str, sink: str) -> int:
    """Blocks from one device to another until the server ends. Both are opened last, so that nothing has piled up."""
    process = PEERS[name]()
    for _ in range(10):
        process(np.zeros(BLOCK, dtype=np.float32))
    form = ("--raw", "--format=float32le", f"--rate={RATE}", "--channels=1", "--latency-msec=20")
    quiet = subprocess.DEVNULL
    mouth = subprocess.Popen(["pacat", "-d", sink, *form], stdin=subprocess.PIPE, stdout=quiet, stderr=quiet)
    ear = subprocess.Popen(["parec", "-d", source, *form], stdin=quiet, stdout=subprocess.PIPE, stderr=quiet)
    assert ear.stdout is not None and mouth.stdin is not None
    try:
        while len(data := ear.stdout.read(4 * BLOCK)) == 4 * BLOCK:
            mouth.stdin.write(process(np.frombuffer(data, np.float32)).tobytes())
            mouth.stdin.flush()
    except BrokenPipeError:
        pass
    return 0


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
