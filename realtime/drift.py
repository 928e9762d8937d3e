"""Keeps the lead of finished sound at its target while two devices' clocks drift apart."""

from __future__ import annotations

MAX_PPM = 2500.0
"""4.3 cents, hundredths of a semitone: less than what an ear tells apart in speech."""
SLEW_PPM_S = 1000.0
"""How fast the ratio may change: 1.7 cents a second is no audible step in pitch."""


class DriftLoop:
    """A PI controller from "how far is the lead from its target" to "how many millionths more frames to make".

    The gains put its natural frequency near 0.03 Hz with a damping of 1.1: slow against the jitter of devices (a few
    milliseconds, tens of Hz), fast against the drift of crystals.

    Attributes:
        ppm: the correction in use.
        drift_ppm: the slow part of it, which is the difference of the clocks.
    """

    PROPORTIONAL = 400.0
    """ppm per ms of error: 1 ms is closed with a time constant of 2.5 s."""
    INTEGRAL = 33.0
    """ppm per ms and second."""

    def __init__(self) -> None:
        self.ppm = 0.0
        self.drift_ppm = 0.0
        self._error: float | None = None

    def update(self, error_s: float, elapsed_s: float, feed_forward: float = 0.0) -> float:
        """One step.

        Args:
            error_s: target lead minus measured lead (positive: too little sound is ready, make more).
            elapsed_s: since the last step.
            feed_forward: seconds per second by which the target itself moves.

        Returns:
            ppm: the new correction, within MAX_PPM and at most SLEW_PPM_S * elapsed_s from the last.
        """
        error_ms = 1e3 * error_s
        if self._error is None:
            self._error = error_ms
        self._error += min(1.0, elapsed_s / 0.5) * (error_ms - self._error)
        wanted = self.PROPORTIONAL * self._error + self.drift_ppm + 1e6 * feed_forward
        limited = min(max(wanted, -MAX_PPM), MAX_PPM)
        most = SLEW_PPM_S * elapsed_s
        self.ppm += min(max(limited - self.ppm, -most), most)
        # Anti-windup: the integrator rests while the output is held back by a bound and would be driven further out.
        held = abs(wanted - self.ppm) > 1.0 and (wanted - self.ppm) * self._error > 0
        if not held:
            self.drift_ppm += self.INTEGRAL * self._error * elapsed_s
            self.drift_ppm = min(max(self.drift_ppm, -MAX_PPM), MAX_PPM)
        return self.ppm

    def jump(self) -> None:
        """The lead was set anew: forget the error, keep what is known of the clocks."""
        self._error = None
