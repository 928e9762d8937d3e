"""The engine under watch during a fault: everything that comes out is recorded and checked sample by sample."""

from __future__ import annotations

from time import monotonic, sleep

import numpy as np

from tests.realtime.provenance import Frames, assert_voice_or_silence, places
from tests.realtime.recorders import Listener, WorkerLog
from tests.realtime.rig import CABLE, MIC, Rig, busy

SILENT_S, RECOVERED_S = 0.05, 1.0
"""What is promised: silence after a fault, a voice after its cause has gone."""
OLD_S = 0.4
"""Sound is heard within 0.1 s of its making; a busy machine may look at it late."""
TOO_BUSY = 10.0
"""On a machine that busy the listener itself hears late."""
LEFT_S = 0.05
"""What may be under way in the server and its client when either stops, and comes out when it goes on."""


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

    def server_ends(self, word: str) -> None:
        """It is killed, the engine notices (with `word` in its reason), and another one is started."""
        self.fault()
        self.rig.server.kill()
        self.rig.until_reason(word)
        sleep(0.3)
        self.rig.server.restart()
        self.gone()
        self.rig.server.keep_awake(MIC)
        self.rig.play()
        self.listen_again()

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
            assert_nothing_old(recording, listener, self.log, written)
        if not self._fault:
            return
        silent = self.heard[0].silent_after(self._fault, self._gone or self._fault + 0.5)
        sound = self.heard[-1].sound_after(self._gone or self._fault + silent)
        print(
            f"\n{self.rig.server.kind}, {self._name}: silent after {1e3 * silent:.0f} ms, a voice after {sound:.2f} s"
        )
        assert silent < busy() * SILENT_S
        assert sound < busy() * RECOVERED_S


def assert_nothing_old(heard: Frames, listener: Listener, log: WorkerLog, written: Frames) -> None:
    """No sound comes out long after it was made: what piled up while something stood still is never played."""
    if busy() > TOO_BUSY:
        return
    found = places(heard, written)
    voice = found >= 0
    age = listener.times[voice] - log.times[found[voice]]
    old = np.count_nonzero(age > OLD_S * busy() / 4.0) / 48_000
    assert old < LEFT_S, f"{1e3 * old:.0f} ms of sound came out up to {age.max():.2f} s after they were made"
