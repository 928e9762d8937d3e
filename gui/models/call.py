"""The call: starts and stops the engine, steers it, and says what may be shown about it.

The engine is asked for its snapshot 30 times a second (10 when the window is hidden); what the window shows follows
from the snapshot alone, never from what was asked for.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from core.errors import VoxveilError
from gui.engine_port import EnginePort
from gui.models.background import Background
from gui.models.protection import Level, Protection, ProtectionJudge
from gui.models.reasons import in_words
from gui.models.settings import SettingsStore
from gui.models.voices import VoicesModel
from realtime.config import EngineConfig
from realtime.snapshot import Snapshot

LOOK_MS = 33
LOOK_HIDDEN_MS = 80
"""Together with `STALE_AFTER_S` under the promised 200 ms, also for the tray's icon."""


class CallModel(QObject):
    """One engine and its state.

    Signals:
        protection_changed: the level or its reason changed.
        looked: a snapshot was read (30 times a second while the window is shown).
        problem: something the user asked for did not work; one line of text.
        muted_changed, recording_changed: as told by the engine's controller.
    """

    protection_changed = Signal()
    looked = Signal()
    problem = Signal(str)
    muted_changed = Signal(bool)
    recording_changed = Signal()

    def __init__(
        self, engine: EnginePort, bundle: Path, voices: VoicesModel, store: SettingsStore, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._engine = engine
        self._bundle = bundle
        self._voices = voices
        self._store = store
        self._judge = ProtectionJudge()
        self._jobs = Background("engine", self)
        self.snapshot = Snapshot()
        self.protection = Protection(Level.OFF)
        self.muted = False
        self.recording_to: Path | None = None
        self.last_recording: Path | None = None
        self._recording_since = 0.0
        self._record_asked = False
        self._talking = False
        self._started = False
        voices.chosen.connect(self._send_voice)
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.look)
        self._timer.start(LOOK_MS)

    # -- start and stop ------------------------------------------------------------------------------------------

    @property
    def running(self) -> bool:
        """Whether the engine is anything but idle or failed."""
        return self.protection.level.running

    def use_bundle(self, bundle: Path, same_graphs: bool = False) -> None:
        """Take other graphs and voices from now on. A running call starts anew with them, unless the graphs are
        `same_graphs` as before: a voice is sent to the engine by its numbers.
        """
        if bundle != self._bundle:
            self._bundle = bundle
            if not same_graphs:
                self.restart()

    @property
    def reason(self) -> str:
        """Why the engine is where it is, in the user's words; "" when there is nothing to say."""
        return in_words(self.protection.reason, self._store.values.device_names)

    def start(self) -> None:
        """Start the engine with what is chosen; how it goes is in `protection`."""
        values = self._store.values
        self._voices.begin_call()
        self._set_muted(self.muted or values.start_muted or values.push_to_talk)  # who muted before is not heard now
        try:
            config = self.config()
        except VoxveilError as error:
            self._complain(str(error))
            return
        self._started = True
        self._jobs.run(lambda: self._engine.start(config), failed=self._complain)

    def stop(self) -> None:
        """End the recording and the call."""
        if self.recording_to is not None:
            self.stop_recording()
        self._started = False
        self._jobs.run(self._engine.stop, failed=self._complain)

    def toggle(self) -> None:
        """Start when off, stop when running."""
        if self.running:
            self.stop()
        else:
            self.start()

    def restart(self) -> None:
        """Take over a changed device; nothing happens while off."""
        if self.running:
            if self.recording_to is not None:
                self.stop_recording()
            config = self.config(muted=self.muted)
            self._jobs.run(lambda: self._engine.start(config), failed=self._complain)

    def config(self, muted: bool | None = None) -> EngineConfig:
        """The engine's configuration from what is remembered."""
        values = self._store.values
        return EngineConfig(
            bundle=str(self._bundle),
            voice_row=tuple(float(number) for number in self._voices.row),
            prosody=values.prosody,
            input=values.microphone or None,
            output=values.output or None,
            monitor=values.monitor or None,
            gain_db=values.gain_db,
            gate_db=values.gate_db,
            muted=self.muted if muted is None else muted,
        )

    def close(self) -> None:
        """End the engine; waits until its processes are gone."""
        self._timer.stop()
        if self.recording_to is not None:
            self.stop_recording()
        self._jobs.run(self._engine.close)
        self._jobs.close()

    # -- steering ------------------------------------------------------------------------------------------------

    def set_muted(self, muted: bool) -> None:
        """Mute or unmute; the window shows it when the engine says so."""
        self._set_muted(muted)
        self._jobs.run(lambda: self._engine.set_muted(muted), failed=self._complain)

    def toggle_muted(self) -> None:
        """Mute when heard, and the other way round."""
        self.set_muted(not self.muted)

    def hold_to_talk(self, held: bool) -> None:
        """Push-to-talk: heard while held."""
        if self._store.values.push_to_talk and held is not self._talking:
            self._talking = held
            self.set_muted(not held)

    def set_push_to_talk(self, on: bool) -> None:
        """Switch push-to-talk on or off; on means muted from now on."""
        self._store.values.push_to_talk = on
        self._store.save()
        self._talking = False
        self.set_muted(on)

    def set_prosody(self, amount: float) -> None:
        """0 (flat) to 1 (as spoken)."""
        self._store.values.prosody = amount
        self._steer(lambda: self._engine.set_prosody(amount))

    def set_gain_db(self, gain_db: float) -> None:
        """Microphone gain in dB."""
        self._store.values.gain_db = gain_db
        self._steer(lambda: self._engine.set_gain_db(gain_db))

    def set_gate_db(self, gate_db: float) -> None:
        """Level in dBFS under which the microphone counts as silent."""
        self._store.values.gate_db = gate_db
        self._steer(lambda: self._engine.set_gate_db(gate_db))

    # -- recording -----------------------------------------------------------------------------------------------

    @property
    def recording_s(self) -> float:
        """Seconds since the recording began."""
        return time.monotonic() - self._recording_since if self.recording_to is not None else 0.0

    def start_recording(self, path: Path | None = None) -> None:
        """Record what others hear (never the microphone) into a new file of the recordings folder."""
        if self._record_asked or self.recording_to is not None:
            return  # it is on its way
        self._record_asked = True
        if path is None:
            path = self._store.values.recordings() / time.strftime("voxveil-%Y-%m-%d-%H%M%S.wav")

        def begin() -> Path:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._engine.record(path)
            return path

        self._jobs.run(begin, done=self._recording_began, failed=self._recording_failed)

    def stop_recording(self) -> None:
        """Finish the file."""
        self.recording_to = None
        self.recording_changed.emit()
        self._jobs.run(self._engine.stop_record, done=self._recording_ended, failed=self._recording_failed)

    def _recording_began(self, path: Path) -> None:
        self._record_asked = False
        self.recording_to = path
        self._recording_since = time.monotonic()
        self.recording_changed.emit()

    def _recording_ended(self, path: Path | None) -> None:
        self.last_recording = path
        self.recording_changed.emit()

    def _recording_failed(self, text: str) -> None:
        self._record_asked = False
        self.recording_to = None
        self.recording_changed.emit()
        self._complain(text)

    # -- looking -------------------------------------------------------------------------------------------------

    def set_shown(self, shown: bool) -> None:
        """Look less often while nobody sees the window."""
        self._timer.setInterval(LOOK_MS if shown else LOOK_HIDDEN_MS)

    def look(self) -> None:
        """Read the engine's report once and judge it."""
        self.snapshot = self._engine.snapshot()
        protection = self._judge.judge(self.snapshot, time.monotonic())
        if protection != self.protection:
            self.protection = protection
            self.protection_changed.emit()
        if self.recording_to is not None and not (protection.level.running and self.snapshot.recording):
            self.stop_recording()  # the call has ended, or the disk is full: what there is, is kept
        self.looked.emit()

    def _set_muted(self, muted: bool) -> None:
        if muted is not self.muted:
            self.muted = muted
            self.muted_changed.emit(muted)

    def _complain(self, text: str) -> None:
        self.problem.emit(in_words(text, self._store.values.device_names))

    def _send_voice(self) -> None:
        if not self._started:
            return  # `start` takes the voice along
        row = self._voices.row
        self._jobs.run(lambda: self._engine.set_voice(row), failed=self._complain)

    def _steer(self, job: Callable[[], None]) -> None:
        self._jobs.run(job, failed=self._complain)
        self._store.save_soon()
