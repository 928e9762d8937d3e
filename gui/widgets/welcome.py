"""The first set-up: microphone, call program, hear yourself. Three short pages."""

from __future__ import annotations

import time

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from gui.engine_port import EnginePort
from gui.models.call import CallModel
from gui.models.devices import DevicesModel
from gui.models.protection import Level
from gui.models.reasons import in_words
from gui.models.settings import SettingsStore
from gui.models.virtual_mic import VirtualMicModel
from gui.models.voice_test import Step, VoiceTest
from gui.platform.player import Player
from gui.theme.current import Theme
from gui.theme.icons import pixmap
from gui.widgets.chooser import Chooser
from gui.widgets.level_meter import LevelMeter
from realtime.snapshot import SILENCE_DB

UNHEARD_S = 4.0


class Welcome(QDialog):
    """Runs the engine muted while it is open (so that the meter moves), and as it was before when it closes."""

    def __init__(
        self,
        engine: EnginePort,
        call: CallModel,
        devices: DevicesModel,
        virtual_mic: VirtualMicModel,
        player: Player,
        store: SettingsStore,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._call, self._devices, self._store, self._theme = call, devices, store, theme
        self._virtual_mic = virtual_mic
        self._ran_before = call.running
        self._heard_at = time.monotonic()
        self.test = VoiceTest(engine, player, self)
        self.setWindowTitle(self.tr("Welcome to Voxveil"))
        self.setModal(True)
        self.setMinimumSize(600, 470)
        self.pages = QStackedWidget()
        self.pages.addWidget(self._microphone_page())
        self.pages.addWidget(self._program_page())
        self.pages.addWidget(self._test_page())
        self.skip, self.back, self.next = QPushButton(), QPushButton(self.tr("Back")), QPushButton()
        self.skip.setProperty("role", "link")
        self.skip.setText(self.tr("Skip"))
        self.next.setProperty("role", "primary")
        self.next.setDefault(True)
        foot = QHBoxLayout()
        foot.addWidget(self.skip)
        foot.addStretch(1)
        foot.addWidget(self.back)
        foot.addWidget(self.next)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(28, 24, 28, 20)
        layout.addWidget(self.pages, 1)
        layout.addLayout(foot)
        self.skip.clicked.connect(self.accept)
        self.back.clicked.connect(lambda: self._go(self.pages.currentIndex() - 1))
        self.next.clicked.connect(lambda: self._go(self.pages.currentIndex() + 1))
        self.microphone.chosen.connect(self._choose_microphone)
        self.microphone.opening.connect(devices.refresh)
        devices.changed.connect(self._fill)
        call.looked.connect(self._look)
        call.problem.connect(self._show_problem)
        call.protection_changed.connect(self._show_engine)
        self.test.changed.connect(self._show_test)
        self.test.problem.connect(self._show_problem)
        self.finished.connect(self._end)
        virtual_mic.changed.connect(self._show_virtual_mic)
        self._fill()
        self._show_virtual_mic()
        self._go(0)
        if not self._ran_before:
            call.start()
        self._muted_before = call.muted
        call.set_muted(True)

    def _microphone_page(self) -> QWidget:
        self.microphone = Chooser(self.tr("Microphone"), "microphone", self._theme)
        self.meter = LevelMeter(self.tr("Microphone level"), self._theme)
        self.heard = QLabel()
        self.heard.setWordWrap(True)
        self.heard.setMinimumHeight(44)
        return self._page(
            self.tr("Others hear a different person"),
            self.tr(
                "Voxveil speaks your words in a voice that belongs to nobody. Everything happens on this computer: "
                "nothing is sent anywhere, and no sound is kept.\n\nChoose your microphone and say something."
            ),
            [self.microphone, self.meter, self.heard],
        )

    def _program_page(self) -> QWidget:
        self.to_choose = QLabel()
        self.to_choose.setProperty("role", "title")
        self.to_choose.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.to_choose.setMinimumHeight(70)
        self.no_microphone = QLabel()
        self.no_microphone.setProperty("role", "error")
        self.no_microphone.setWordWrap(True)
        return self._page(
            self.tr("Tell your call program"),
            self.tr(
                "Open the sound settings of the program you make calls with, and choose this microphone there. You "
                "need to do this once.\n\nWhenever Voxveil does not show “Protected”, others hear silence."
            ),
            [self.to_choose, self.no_microphone],
        )

    def _test_page(self) -> QWidget:
        self.try_it = QPushButton()
        self.try_it.setProperty("role", "big")
        self.try_it.clicked.connect(self.test.begin)
        self.tried = QLabel()
        self.tried.setWordWrap(True)
        self.tried.setMinimumHeight(44)
        return self._page(
            self.tr("Hear yourself"),
            self.tr("Say a sentence. After three seconds you hear it as others will. The recording is then deleted."),
            [self.try_it, self.tried],
        )

    def _page(self, title: str, text: str, widgets: list[QWidget]) -> QWidget:
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(14)
        mark = QLabel()
        mark.setPixmap(pixmap("icon", self._theme.colours.text, 52, self.devicePixelRatioF()))
        head, body = QLabel(title), QLabel(text)
        head.setStyleSheet("font-size: 24px; font-weight: 700;")
        body.setWordWrap(True)
        body.setStyleSheet("font-size: 15px;")
        for widget in (mark, head, body, *widgets):
            layout.addWidget(widget)
        layout.addStretch(1)
        page.setAccessibleName(f"{title}. {text}")
        return page

    def _go(self, page: int) -> None:
        if page >= self.pages.count():
            self.accept()
            return
        self.pages.setCurrentIndex(page)
        self.back.setVisible(page > 0)
        last = page == self.pages.count() - 1
        self.next.setText(self.tr("Done") if last else self.tr("Next"))
        self._show_test()

    def _fill(self) -> None:
        inputs = [(device.id, device.name) for device in self._devices.inputs]
        chosen = self._store.values.microphone
        system = ("", self.tr("The system’s microphone"))
        self.microphone.fill([system, *inputs], chosen, self._devices.absent(chosen))
        if self._devices.read and not inputs:
            self.heard.setText(self.tr("No microphone was found. Connect one, then open the list again."))

    def _choose_microphone(self, value: str) -> None:
        self._store.values.microphone = value
        self._store.save()
        self._call.restart()

    def _look(self) -> None:
        snapshot = self._call.snapshot
        self.meter.feed(snapshot.in_rms, snapshot.in_peak)
        if snapshot.in_peak > -1.0:
            self.heard.setText(self.tr("That is very loud. Move back a little, or lower the microphone’s volume."))
        elif snapshot.in_rms > -40.0:
            self.heard.setText(self.tr("Your microphone works."))
        now = time.monotonic()
        if snapshot.in_peak > SILENCE_DB or snapshot.state not in ("live", "muted"):
            self._heard_at = now
        elif now - self._heard_at > UNHEARD_S:
            self._heard_at = now
            self.heard.setText(
                self.tr(
                    "Nothing at all comes from this microphone. Is it switched on, and may programs use it (the "
                    "system’s privacy settings)?"
                )
            )

    def _show_virtual_mic(self) -> None:
        name, trouble = self._virtual_mic.name, self._virtual_mic.trouble
        self.to_choose.setText(self.tr("Microphone:  {name}").format(name=name))
        self.to_choose.setVisible(not trouble)
        self.no_microphone.setText(in_words(trouble))
        self.no_microphone.setVisible(bool(trouble))

    def _show_engine(self) -> None:
        protection = self._call.protection
        if protection.level is Level.FAILED and protection.reason:
            self._show_problem(self._call.reason)
        self._show_test()

    def _show_problem(self, text: str) -> None:
        words = in_words(text)
        self.heard.setText(words)
        self.tried.setText(words)

    def _show_test(self) -> None:
        step = self.test.step
        words = {
            Step.READY: self.tr("Speak for three seconds"),
            Step.LISTENING: self.tr("Listening…"),
            Step.PLAYING: self.tr("This is you"),
            Step.PLAYED: self.tr("Once more"),
        }
        self.try_it.setText(words[step])
        self.try_it.setEnabled(self._call.running and step in (Step.READY, Step.PLAYED))
        if step is Step.PLAYED:
            self.tried.setText(self.tr("That is how you sound. You can change the voice in the window."))

    def _end(self) -> None:
        self.test.close()
        self._call.looked.disconnect(self._look)
        self._virtual_mic.changed.disconnect(self._show_virtual_mic)
        if not self._ran_before:
            self._call.stop()
        self._call.set_muted(self._muted_before)
        self._store.values.welcomed = True
        self._store.save()
