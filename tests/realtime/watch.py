"""The engine under watch during a fault: everything that comes out is recorded and checked sample by sample."""

from __future__ import annotations

from time import monotonic, sleep

import numpy as np

from tests.realtime.rig import CABLE, Listener, Rig, WorkerLog, assert_nothing_old, assert_voice_or_silence, busy

SILENT_S, RECOVERED_S = 0.05, 1.0
"""What is promised: silence after a fault, a voice after its cause has gone."""


class Watch:
    """The rig, live, with everything recorded that comes out, and everything that the worker made."""

    def __init__(self, rig: Rig, name: str) -> None:
        self.rig, self._name = rig, name
        rig.until("live")
        # What the test before found afterwards is what this one finds before.
        self.before = rig.known_delay or rig.delay_ms()
        self.heard = [Listener(rig.server, f"{CABLE}.monitor")]
        self.log = WorkerLog(rig.engine)
        sleep(0.2)
        self._fault = self._gone = 0.0
        self.settles_s = 45.0

    def fault(self) -> None:
        """It happens now."""
        self._fault = monotonic()

    def gone(self) -> None:
        """Its cause goes away now."""
        self._gone = monotonic()

    def listen_again(self) -> None:
        """The device is another now, although it has the same name."""
        self.heard.append(Listener(self.rig.server, f"{CABLE}.monitor"))

    def close(self) -> None:
        """Check all that was recorded, sample by sample, and how long things took."""
        self.rig.until("live")
        self.rig.assert_same_delay(self.before, self.settles_s)
        sleep(0.2)
        recordings = [listener.close() for listener in self.heard]
        written = self.log.close()
        assert sum(np.count_nonzero(recording) for recording in recordings) > 2400
        for listener, recording in zip(self.heard, recordings, strict=True):
            assert_voice_or_silence(recording, written, self.rig.talk)
            assert_nothing_old(recording, listener.times, self.log, written)
        if not self._fault:
            return
        silent = self.heard[0].silent_after(self._fault, self._gone or self._fault + 0.5)
        sound = self.heard[-1].sound_after(self._gone or self._fault + silent)
        print(
            f"\n{self.rig.server.kind}, {self._name}: silent after {1e3 * silent:.0f} ms, a voice after {sound:.2f} s"
        )
        assert silent < busy() * SILENT_S
        assert sound < busy() * RECOVERED_S
