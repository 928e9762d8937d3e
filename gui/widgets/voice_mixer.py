"""Two voices and a slider between them, the map, and somebody new."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui.models.preview import Preview
from gui.models.voices import VoiceChoice, VoicesModel, display
from gui.theme.current import Theme
from gui.theme.icons import icon
from gui.widgets.voice_map_view import VoiceMapView


class VoiceMixer(QWidget):
    """The page “Voice”. `asked_to_remove(name)`: an added voice is to go."""

    asked_to_remove = Signal(str)

    def __init__(self, voices: VoicesModel, preview: Preview, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._voices, self._preview, self._theme = voices, preview, theme
        self.map = VoiceMapView(voices, theme)
        self.first, self.second = QComboBox(), QComboBox()
        self.first.setAccessibleName(self.tr("First voice of the mix"))
        self.second.setAccessibleName(self.tr("Second voice of the mix"))
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, 100)
        self.slider.setPageStep(10)
        self.slider.setAccessibleName(self.tr("How much of the second voice"))
        self.new_person = QPushButton(self.tr("New person"))
        self.new_person.setToolTip(self.tr("Make a voice that nobody has. It is kept in the list of voices."))
        self.listen = QToolButton()
        self.listen.setCheckable(True)
        self.listen.setAccessibleName(self.tr("Listen to this voice"))
        self.listen.setToolTip(self.tr("Hear this voice speak a sentence. Only you hear it."))
        self.favourite = QToolButton()
        self.favourite.setCheckable(True)
        self.favourite.setAccessibleName(self.tr("Favourite"))
        self.favourite.setToolTip(self.tr("Keep this voice at the top of the list"))
        self.forget = QPushButton(self.tr("Forget this person"))
        self.remove = QPushButton(self.tr("Remove this voice…"))
        for button in (self.forget, self.remove):
            button.setProperty("role", "link")

        mix = QGridLayout()
        mix.setHorizontalSpacing(8)
        caption = QLabel(self.tr("Mix two voices"))
        caption.setProperty("role", "caption")
        mix.addWidget(caption, 0, 0, 1, 2)
        mix.addWidget(self.first, 1, 0)
        mix.addWidget(self.second, 1, 1)
        mix.addWidget(self.slider, 2, 0, 1, 2)
        buttons = QHBoxLayout()
        buttons.addWidget(self.new_person, 1)
        buttons.addWidget(self.listen)
        buttons.addWidget(self.favourite)
        side = QVBoxLayout()
        side.addLayout(mix)
        side.addStretch(1)
        side.addWidget(self.forget)
        side.addWidget(self.remove)
        side.addLayout(buttons)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 6, 0, 0)
        layout.setSpacing(16)
        layout.addWidget(self.map, 3)
        layout.addLayout(side, 2)

        self.first.activated.connect(self._mix)
        self.second.activated.connect(self._mix)
        self.slider.valueChanged.connect(self._mix)
        self.new_person.clicked.connect(voices.make_person)
        self.forget.clicked.connect(lambda: voices.forget_person(voices.choice.seed))
        self.remove.clicked.connect(lambda: self.asked_to_remove.emit(voices.choice.a))
        self.favourite.clicked.connect(lambda: voices.toggle_favourite(voices.choice.a))
        self.listen.clicked.connect(preview.toggle)
        preview.changed.connect(lambda: self.listen.setChecked(preview.busy))
        voices.chosen.connect(self._show)
        voices.listed.connect(self._show)
        theme.changed.connect(self._recolour)
        self._recolour()
        self._show()

    def _mix(self) -> None:
        first, second = str(self.first.currentData()), str(self.second.currentData())
        if first == second:
            self._voices.choose(VoiceChoice("named", a=first))
        else:
            self._voices.choose(VoiceChoice("mix", a=first, b=second, weight=self.slider.value() / 100))

    def _show(self) -> None:
        choice, names = self._voices.choice, self._voices.names()
        for box in (self.first, self.second):
            if [box.itemData(k) for k in range(box.count())] != names:
                kept = box.currentData()
                box.clear()
                for name in names:
                    box.addItem(display(name), name)
                box.setCurrentIndex(max(0, box.findData(kept)))
        if choice.kind != "new":
            self.first.setCurrentIndex(self.first.findData(choice.a))
            with QSignalBlocker(self.slider):
                if choice.kind == "mix":
                    self.second.setCurrentIndex(self.second.findData(choice.b))
                    self.slider.setValue(round(choice.weight * 100))
                else:
                    self.slider.setValue(0)
        if self.second.currentIndex() == self.first.currentIndex() and choice.kind != "mix":
            # Else the slider would have no way to go.
            self.second.setCurrentIndex((self.first.currentIndex() + 1) % len(names))
        self.favourite.setEnabled(choice.kind == "named")
        self.favourite.setChecked(choice.kind == "named" and self._voices.is_favourite(choice.a))
        self.forget.setVisible(choice.kind == "new")
        self.remove.setVisible(self._voices.is_added)
        self.new_person.setEnabled(self._voices.makes_people)

    def _recolour(self) -> None:
        colours = self._theme.colours
        self.listen.setIcon(icon("play", colours.text, colours.on_accent))
        self.favourite.setIcon(icon("star", colours.text, colours.on_accent))
