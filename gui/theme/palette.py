"""The colours, light and dark. Every text colour keeps at least 4.5:1 contrast on its ground (tested)."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QColor, QPalette

from gui.models.protection import Level


@dataclass(frozen=True)
class Colours:
    """Hex colours by their job."""

    dark: bool
    window: str
    card: str
    sunken: str
    line: str
    text: str
    quiet: str
    accent: str
    on_accent: str
    accent_hover: str
    focus: str
    danger: str
    meter: str
    meter_high: str
    levels: dict[Level, tuple[str, str]]
    """For each level: (ground of the state card, ink on it)."""


LIGHT = Colours(
    dark=False,
    window="#f3f5f4",
    card="#ffffff",
    sunken="#e8edeb",
    line="#d3dbd8",
    text="#1b2a2c",
    quiet="#56686a",
    accent="#146c63",
    on_accent="#ffffff",
    accent_hover="#105850",
    focus="#2f7fd1",
    danger="#a8322a",
    meter="#2a9d8a",
    meter_high="#b3701b",
    levels={
        Level.OFF: ("#e4e9e8", "#3a4a4c"),
        Level.PREPARING: ("#dbe8f4", "#1d4a73"),
        Level.PROTECTED: ("#d3eee4", "#0a5040"),
        Level.BUSY: ("#d3eee4", "#0a5040"),
        Level.MUTED: ("#e3e1f1", "#423a77"),
        Level.SILENT: ("#fbe9c8", "#6d4403"),
        Level.FAILED: ("#f8dcd8", "#86231c"),
    },
)

DARK = Colours(
    dark=True,
    window="#12181a",
    card="#1b2326",
    sunken="#12191b",
    line="#314045",
    text="#e6eeed",
    quiet="#9db0b1",
    accent="#57c4b3",
    on_accent="#06251f",
    accent_hover="#74d3c4",
    focus="#6fb3f2",
    danger="#f08d83",
    meter="#46b5a2",
    meter_high="#e3a64f",
    levels={
        Level.OFF: ("#263033", "#c5d1d2"),
        Level.PREPARING: ("#1b3146", "#b5d7f5"),
        Level.PROTECTED: ("#123c33", "#9fe8d2"),
        Level.BUSY: ("#123c33", "#9fe8d2"),
        Level.MUTED: ("#2d2a4a", "#cdc6f7"),
        Level.SILENT: ("#46330f", "#fbd88f"),
        Level.FAILED: ("#4a201d", "#ffbfb8"),
    },
)


def q_palette(colours: Colours) -> QPalette:
    """The Qt palette for the widgets that the style sheet leaves alone."""
    palette = QPalette()
    roles = {
        QPalette.ColorRole.Window: colours.window,
        QPalette.ColorRole.Base: colours.card,
        QPalette.ColorRole.AlternateBase: colours.sunken,
        QPalette.ColorRole.Button: colours.card,
        QPalette.ColorRole.Text: colours.text,
        QPalette.ColorRole.WindowText: colours.text,
        QPalette.ColorRole.ButtonText: colours.text,
        QPalette.ColorRole.PlaceholderText: colours.quiet,
        QPalette.ColorRole.Highlight: colours.accent,
        QPalette.ColorRole.HighlightedText: colours.on_accent,
        QPalette.ColorRole.ToolTipBase: colours.card,
        QPalette.ColorRole.ToolTipText: colours.text,
        QPalette.ColorRole.Link: colours.accent,
        QPalette.ColorRole.Mid: colours.line,
    }
    for role, value in roles.items():
        palette.setColor(role, QColor(value))
    for role in (QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText, QPalette.ColorRole.WindowText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(colours.quiet))
    return palette


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.1, relative luminance)."""
    first, second = _luminance(one), _luminance(other)
    return (max(first, second) + 0.05) / (min(first, second) + 0.05)


def _luminance(name: str) -> float:
    colour = QColor(name)

    def linear(value: float) -> float:
        return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)

    return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) + 0.0722 * linear(colour.blueF())
