"""Add a voice: name and recordings, sentences to read, then progress and how it came out."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QRadioButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from gui.models.dictation import Dictation
from gui.models.new_voice import Making, NewVoice
from gui.models.reasons import in_words
from gui.models.settings import SettingsStore
from gui.theme.current import Theme
from gui.widgets.level_meter import LevelMeter


class AddVoice(QDialog):
    """Three pages; `making` emits the finished bundle. The window beside it stays in use, with its buttons and keys: a
    call may be going on."""

    def __init__(
        self, making: NewVoice, taken: list[str], store: SettingsStore, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.making, self._taken = making, taken
        self.dictation = Dictation(store.values.microphone, self)
        self.folder: Path | None = None
        self.setWindowTitle(self.tr("Add a voice"))
        self.setMinimumSize(600, 440)
        self.pages = QStackedWidget()
        for page in (self._source_page(), self._reading_page(theme), self._making_page()):
            self.pages.addWidget(page)
        self.note = QLabel()
        self.note.setProperty("role", "error")
        self.note.setWordWrap(True)
        self.cancel, self.next = QPushButton(self.tr("Cancel")), QPushButton(self.tr("Next"))
        self.next.setProperty("role", "primary")
        self.next.setDefault(True)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self.cancel)
        foot.addWidget(self.next)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(26, 20, 26, 18)
        layout.setSpacing(10)
        layout.addWidget(self.pages, 1)
        layout.addWidget(self.note)
        layout.addLayout(foot)
        self.cancel.clicked.connect(self._cancel)
        self.next.clicked.connect(self._next)
        self.dictation.changed.connect(self._show)
        self.dictation.problem.connect(self.note.setText)
        making.changed.connect(self._show)
        self.finished.connect(self._end)
        self._show()

    def _source_page(self) -> QWidget:
        self.name = QLineEdit()
        self.name.setAccessibleName(self.tr("Name of the voice"))
        self.name.setPlaceholderText(self.tr("Name of the voice"))
        self.read_aloud = QRadioButton(self.tr("I read some sentences aloud now (two minutes)"))
        self.from_folder = QRadioButton(self.tr("I have recordings of one person in a folder (1 to 10 minutes)"))
        self.read_aloud.setChecked(True)
        self.choose = QPushButton(self.tr("Choose the folder…"))
        self.consent = QCheckBox(self.tr("The person whose voice this is agrees that it is used."))
        self.name.textChanged.connect(self._show)
        self.read_aloud.toggled.connect(self._show)
        self.consent.toggled.connect(self._show)
        self.choose.clicked.connect(self._choose)
        text = self.tr(
            "Others can then hear you speak in this voice. Everything happens on this computer; it takes some minutes."
        )
        widgets = [self.name, self.read_aloud, self.from_folder, self.choose, self.consent]
        return _page(QLabel(self.tr("Add a voice")), QLabel(text), widgets)

    def _reading_page(self, theme: Theme) -> QWidget:
        self.sentence = QLabel()
        self.sentence.setWordWrap(True)
        self.sentence.setMinimumHeight(110)
        self.sentence.setStyleSheet("font-size: 19px;")
        self.meter = LevelMeter(self.tr("Microphone level"), theme)
        self.record = QPushButton()
        self.record.setProperty("role", "big")
        self.back, self.count = QPushButton(self.tr("Sentence before")), QLabel()
        self.count.setProperty("role", "quiet")
        row = QHBoxLayout()
        row.addWidget(self.back)
        row.addStretch(1)
        row.addWidget(self.count)
        self.record.clicked.connect(self.dictation.toggle)
        self.back.clicked.connect(lambda: self.dictation.go(self.dictation.at - 1))
        text = self.tr("Press the button, read the sentence aloud as you would say it, and press again.")
        page = _page(QLabel(self.tr("Read aloud")), QLabel(text), [self.sentence, self.meter, self.record])
        layout = page.layout()
        assert isinstance(layout, QVBoxLayout)
        layout.insertLayout(layout.count() - 1, row)
        return page

    def _making_page(self) -> QWidget:
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(self.tr("Progress of the new voice"))
        self.said = QLabel()
        self.said.setWordWrap(True)
        self.said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.outcome = QLabel()
        self._meanwhile = QLabel(self.tr("You can go on with your call meanwhile."))
        return _page(self.outcome, self._meanwhile, [self.progress, self.said])

    def _choose(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, self.tr("Folder with recordings of one person"))
        if chosen:
            self.folder = Path(chosen)
            self._show()

    def _name_problem(self) -> str:
        name = self.name.text().strip()
        if name in self._taken:
            return self.tr("There is a voice of this name already.")
        if name and not name.replace("-", "").replace("_", "").isalnum():
            return self.tr("Use letters, digits, - and _ for the name.")
        return ""

    def _next(self) -> None:
        page = self.pages.currentIndex()
        if page == 0 and self.read_aloud.isChecked():
            self.pages.setCurrentIndex(1)
        elif page == 2:
            self.accept()
            return
        else:
            source = self.folder if page == 0 else self.dictation.folder
            assert source is not None
            self.pages.setCurrentIndex(2)
            self.making.begin(self.name.text().strip(), source)
        self._show()

    def _cancel(self) -> None:
        if self.making.state is Making.RUNNING:
            self.making.cancel()
        elif self.pages.currentIndex() == 2:
            self.pages.setCurrentIndex(1 if self.read_aloud.isChecked() else 0)  # what was read aloud is still there
            self._show()
        else:
            self.reject()

    def _show(self) -> None:
        page, dictation, making = self.pages.currentIndex(), self.dictation, self.making
        running = making.state is Making.RUNNING
        undone = making.state in (Making.FAILED, Making.CANCELLED) and not making.busy
        self.cancel.setVisible(page < 2 or running or undone)
        self.cancel.setText(self.tr("Back") if page == 2 and not running else self.tr("Cancel"))
        self.next.setText([self.tr("Next"), self.tr("Make the voice"), self.tr("Close")][page])
        if page == 0:
            self.choose.setVisible(self.from_folder.isChecked())
            self.choose.setText(self.folder.name if self.folder else self.tr("Choose the folder…"))
            problem = self._name_problem()
            self.note.setText(problem)
            source = self.read_aloud.isChecked() or self.folder is not None
            named = bool(self.name.text().strip()) and not problem
            self.next.setEnabled(named and source and self.consent.isChecked())
        elif page == 1:
            read = sum(dictation.has(number) for number in range(len(dictation.sentences)))
            self.sentence.setText(dictation.sentences[dictation.at])
            again = self.tr("Read it again") if dictation.has(dictation.at) else self.tr("Read aloud")
            self.record.setText(self.tr("Done reading") if dictation.recording else again)
            self.back.setEnabled(dictation.at > 0 and not dictation.recording)
            self.count.setText(self.tr("{read} of {all} are read").format(read=read, all=len(dictation.sentences)))
            self.meter.feed(dictation.level_db, dictation.level_db)
            if dictation.recording:
                self.note.setText("")
            self.next.setEnabled(dictation.complete and not dictation.recording)
        else:
            self._show_making()

    def _show_making(self) -> None:
        making, running = self.making, self.making.state is Making.RUNNING
        self.progress.setVisible(running)
        self.progress.setRange(0, 1000 if making.progress >= 0 else 0)
        self.progress.setValue(round(max(0.0, making.progress) * 1000))
        last = making.lines[-1] if making.lines else ""
        texts = {
            Making.RUNNING: last or self.tr("Looking at the recordings…"),
            Making.DONE: "\n\n".join([self.tr("The voice is in the list of voices."), *self._figures()]),
            Making.FAILED: self.tr("It did not work; all other voices are as they were.") + "\n\n" + in_words(last),
            Making.CANCELLED: self.tr("Cancelled; all voices are as they were."),
        }
        self.said.setText(texts.get(making.state, ""))
        titles = {
            Making.DONE: self.tr("The voice is ready"),
            Making.FAILED: self.tr("The voice was not made"),
            Making.CANCELLED: self.tr("The voice was not made"),
        }
        self.outcome.setText(titles.get(making.state, self.tr("The voice is being made")))
        self._meanwhile.setVisible(running)
        self.next.setEnabled(not running)

    def _figures(self) -> list[str]:
        """How it came out, in words; what was not measured is left out."""
        figures, said = self.making.figures, []
        if "likeness" in figures:
            made, own = figures["likeness"]
            text = self.tr("Likeness to the recordings: {made} of 1 (one half of them to the other: {own})")
            said.append(text.format(made=f"{made:.2f}", own=f"{own:.2f}"))
        if "quality" in figures:
            made, own = figures["quality"]
            text = self.tr(
                "Quality, as a network that was taught by listeners predicts it: {made} of 5 (recordings: {own})"
            )
            said.append(text.format(made=f"{made:.1f}", own=f"{own:.1f}"))
        if "untouched" in figures:
            text = self.tr("The {count} other voices are the same as before.")
            said.append(text.format(count=round(figures["untouched"][0])))
        return said

    def _end(self) -> None:
        self.dictation.close()
        self.making.leave()


def _page(title: QLabel, text: QLabel, widgets: list[QWidget]) -> QWidget:
    page = QWidget()
    layout = QVBoxLayout(page)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(12)
    title.setStyleSheet("font-size: 24px; font-weight: 700;")
    text.setWordWrap(True)
    for widget in (title, text, *widgets):
        layout.addWidget(widget)
    layout.addStretch(1)
    return page
