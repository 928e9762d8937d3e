"""The page “Details”, for those who look: stage times, dropouts, drift, provider, and how they went over time."""

from __future__ import annotations

import time

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QHeaderView, QLabel, QTableWidget, QTableWidgetItem, QVBoxLayout, QWidget

from gui.models.call import CallModel
from gui.models.reasons import trouble_in_words
from gui.models.trace import KEPT_S, Trace
from gui.theme.current import Theme

EVERY_S = 1.0


class Inspector(QWidget):
    """Reads the call's snapshots once a second, and only while it is seen."""

    def __init__(self, call: CallModel, trace: Trace, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._call, self._trace, self._theme = call, trace, theme
        self._shown_at = 0.0
        self.table = self._make_table()
        self.facts = QLabel()
        self.facts.setStyleSheet("font-size: 12px;")
        self.facts.setWordWrap(True)
        self.facts.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.plot = pg.PlotWidget()
        self.plot.setAccessibleName(self.tr("Pipeline time and delay over the last minutes"))
        self.plot.setMinimumHeight(90)
        self.plot.setMouseEnabled(x=False, y=False)
        self.plot.setMenuEnabled(False)
        self.plot.hideButtons()
        self.plot.setLabel("left", "ms")
        self.plot.setLabel("bottom", "s")
        self.plot.setYRange(0, 80)
        self.plot.setXRange(-KEPT_S, 0)
        self._legend = self.plot.addLegend(offset=(-1, 1), labelTextSize="8pt")
        names = {"delay": self.tr("delay"), "p99": self.tr("computing, p99"), "p50": self.tr("computing, p50")}
        self._curves = {key: self.plot.plot(name=text) for key, text in names.items()}
        top = QHBoxLayout()
        top.setSpacing(14)
        top.addWidget(self.table, 1)
        top.addWidget(self.plot, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 6, 0, 0)
        layout.setSpacing(6)
        layout.addLayout(top, 1)
        layout.addWidget(self.facts)
        call.looked.connect(self._look)
        theme.changed.connect(self._recolour)
        self._recolour()

    def _make_table(self) -> QTableWidget:
        headings = [self.tr("Stage, ms"), "p50", "p95", "p99", "max"]
        table = QTableWidget(0, len(headings))
        table.setAccessibleName(self.tr("Time per stage"))
        table.setHorizontalHeaderLabels(headings)
        table.setStyleSheet("font-size: 12px;")
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(19)
        table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        table.horizontalHeader().setMinimumSectionSize(36)
        table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        table.setSelectionMode(QTableWidget.SelectionMode.NoSelection)
        table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        table.setShowGrid(False)
        return table

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._shown_at = 0.0
        self._look()

    def _look(self) -> None:
        now = time.monotonic()
        if not self.isVisible() or now - self._shown_at < EVERY_S:
            return
        self._shown_at = now
        self._fill_table()
        self._fill_facts()
        self._fill_plot(now)

    def _fill_table(self) -> None:
        stages = self._call.snapshot.stages
        self.table.setRowCount(len(stages))
        for row, (name, stats) in enumerate(stages.items()):
            numbers = [f"{ms:.1f}" for ms in (stats.p50, stats.p95, stats.p99, stats.max)]
            for column, text in enumerate([self._stage_name(name), *numbers]):
                item = self.table.item(row, column)
                if item is None:
                    item = QTableWidgetItem()
                    if column:
                        item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                    self.table.setItem(row, column, item)
                item.setText(text)

    def _stage_name(self, stage: str) -> str:
        return {
            "input callback": self.tr("take sound in"),
            "output callback": self.tr("give sound out"),
            "ring wait": self.tr("wait for a block"),
            "resample in": self.tr("resample in"),
            "encoder": self.tr("encoder"),
            "decoder": self.tr("decoder"),
            "vocoder": self.tr("vocoder"),
            "pipeline": self.tr("all three"),
            "resample out": self.tr("resample out"),
            "block": self.tr("whole block"),
            "output wait": self.tr("wait for output"),
        }.get(stage, stage)

    def _fill_facts(self) -> None:
        s = self._call.snapshot
        xruns = ", ".join(f"{trouble_in_words(kind)} {count}" for kind, count in s.xruns.items() if count) or self.tr(
            "none"
        )
        facts = [
            (self.tr("Dropouts"), xruns),
            (self.tr("Silenced blocks"), f"{s.silenced_blocks} / {s.blocks}"),
            (self.tr("Clock drift"), f"{s.drift_ppm:+.0f} ppm"),
            (self.tr("Waiting sound"), f"{s.ring_fill_ms:.1f} ms"),
            (self.tr("Runs on"), " · ".join(filter(None, (s.provider, s.backend))) or "–"),
            (
                self.tr("Devices"),
                f"{s.input or '–'} {s.input_rate or ''} → {s.output or '–'} {s.output_rate or ''}".strip(),
            ),
            (self.tr("Restarts"), f"{s.restarts}"),
            (self.tr("Memory"), f"{s.memory_mb:.0f} MB"),
        ]
        quiet = self._theme.colours.quiet
        self.facts.setText(" &nbsp; ".join(f"<span style='color:{quiet}'>{name}</span> {text}" for name, text in facts))
        self.facts.setAccessibleName("; ".join(f"{name}: {text}" for name, text in facts))

    def _fill_plot(self, now: float) -> None:
        points = self._trace.points
        x = np.array([point.at - now for point in points])
        # The first seconds' search for a steady place must not press all that follows to the ground.
        top = float(np.percentile([point.delay_ms for point in points], 90)) if points else 0.0
        self.plot.setYRange(0, max(80.0, top * 1.3))
        self._curves["delay"].setData(x, np.array([point.delay_ms for point in points]))
        self._curves["p99"].setData(x, np.array([point.p99_ms for point in points]))
        self._curves["p50"].setData(x, np.array([point.p50_ms for point in points]))

    def _recolour(self) -> None:
        colours = self._theme.colours
        self.plot.setBackground(colours.card)
        self._legend.setLabelTextColor(colours.quiet)
        for side in ("left", "bottom"):
            self.plot.getAxis(side).setPen(colours.line)
            self.plot.getAxis(side).setTextPen(colours.quiet)
        for name, colour in (("delay", colours.accent), ("p99", colours.meter_high), ("p50", colours.quiet)):
            self._curves[name].setPen(pg.mkPen(colour, width=2))
