"""The style sheet, made from the colours."""

from __future__ import annotations

from gui.theme.palette import Colours


def style_sheet(c: Colours, arrow: str, check: str) -> str:
    """Return the application's style sheet; `arrow` and `check` are the paths of pictures."""
    return f"""
QWidget {{ font-size: 14px; color: {c.text}; }}
QMainWindow, QDialog {{ background: {c.window}; }}
QLabel {{ background: transparent; }}
QLabel[role="title"] {{ font-size: 20px; font-weight: 600; }}
QLabel[role="quiet"] {{ color: {c.quiet}; font-size: 13px; }}
QLabel[role="caption"] {{ color: {c.quiet}; font-size: 13px; font-weight: 600; }}
QLabel[role="error"] {{ color: {c.danger}; }}
QFrame[role="card"] {{ background: {c.card}; border: 1px solid {c.line}; border-radius: 14px; }}
QScrollArea, QScrollArea > QWidget > QWidget {{ background: transparent; border: none; }}

QPushButton, QToolButton {{
  background: {c.card}; border: 1px solid {c.line}; border-radius: 9px; padding: 7px 14px; min-height: 20px; }}
QPushButton:hover, QToolButton:hover {{ border-color: {c.accent}; }}
QPushButton:pressed, QToolButton:pressed {{ background: {c.sunken}; }}
QPushButton:checked, QToolButton:checked {{ background: {c.accent}; color: {c.on_accent}; border-color: {c.accent}; }}
QPushButton:disabled, QToolButton:disabled {{ color: {c.quiet}; background: {c.sunken}; }}
QPushButton:focus, QToolButton:focus {{ border: 2px solid {c.focus}; padding: 6px 13px; }}
QToolButton::menu-indicator {{ image: none; }}
QPushButton[role="big"] {{
  background: {c.accent}; color: {c.on_accent}; border: 2px solid {c.accent}; border-radius: 14px;
  font-size: 20px; font-weight: 600; min-height: 40px; padding: 6px; }}
QPushButton[role="big"]:hover {{ background: {c.accent_hover}; border-color: {c.accent_hover}; }}
QPushButton[role="big"][running="true"] {{ background: {c.card}; color: {c.text}; border-color: {c.line}; }}
QPushButton[role="big"][running="true"]:hover {{ border-color: {c.danger}; color: {c.danger}; }}
QPushButton[role="big"]:focus {{ border: 3px solid {c.focus}; padding: 5px; }}
QPushButton[role="big"]:disabled {{ background: {c.sunken}; color: {c.quiet}; border-color: {c.line}; }}
QPushButton[role="primary"] {{ background: {c.accent}; color: {c.on_accent}; border-color: {c.accent}; }}
QPushButton[role="primary"]:hover {{ background: {c.accent_hover}; }}
QPushButton[role="primary"]:disabled {{ background: {c.sunken}; color: {c.quiet}; border-color: {c.line}; }}
QPushButton[role="link"], QToolButton[role="link"] {{
  background: transparent; border: 1px solid transparent; padding: 5px 8px; }}
QPushButton[role="link"]:hover, QToolButton[role="link"]:hover {{ background: {c.sunken}; }}
QPushButton[role="link"]:focus, QToolButton[role="link"]:focus {{ border: 2px solid {c.focus}; padding: 4px 7px; }}
QPushButton[role="record"]:checked {{ background: {c.danger}; border-color: {c.danger};
  color: {"#2a0b08" if c.dark else "#ffffff"}; }}

QComboBox {{
  background: {c.card}; border: 1px solid {c.line}; border-radius: 9px; padding: 7px 11px; min-height: 20px; }}
QComboBox:hover {{ border-color: {c.accent}; }}
QComboBox:focus {{ border: 2px solid {c.focus}; padding: 6px 10px; }}
QComboBox::drop-down {{ border: none; width: 28px; }}
QComboBox::down-arrow {{ image: url("{arrow}"); width: 14px; height: 14px; }}
QComboBox QAbstractItemView {{ background: {c.card}; border: 1px solid {c.line}; padding: 4px; outline: none;
  selection-background-color: {c.accent}; selection-color: {c.on_accent}; }}

QSlider {{ min-height: 28px; }}
QSlider::groove:horizontal {{ height: 6px; border-radius: 3px; background: {c.sunken}; border: 1px solid {c.line}; }}
QSlider::sub-page:horizontal {{ background: {c.accent}; border-radius: 3px; }}
QSlider::handle:horizontal {{ width: 18px; height: 18px; margin: -7px 0; border-radius: 10px;
  background: {c.card}; border: 2px solid {c.accent}; }}
QSlider::handle:horizontal:hover {{ background: {c.accent}; }}
QSlider:focus {{ border: 2px solid {c.focus}; border-radius: 9px; }}
QSlider::handle:horizontal:disabled, QSlider::sub-page:horizontal:disabled {{
  background: {c.line}; border-color: {c.line}; }}

QTabWidget::pane {{ border: none; }}
QTabBar {{ background: transparent; }}
QTabBar::tab {{ background: transparent; color: {c.quiet}; padding: 7px 14px; margin-right: 4px;
  border: 2px solid transparent; border-radius: 9px; font-weight: 600; }}
QTabBar::tab:selected {{ color: {c.text}; background: {c.sunken}; }}
QTabBar::tab:hover {{ color: {c.text}; }}
QTabBar::tab:focus {{ border-color: {c.focus}; }}

QCheckBox {{ spacing: 9px; padding: 3px; border: 2px solid transparent; border-radius: 7px; }}
QCheckBox:focus {{ border-color: {c.focus}; }}
QCheckBox::indicator {{ width: 18px; height: 18px; border: 2px solid {c.quiet};
  border-radius: 5px; background: {c.card}; }}
QCheckBox::indicator:checked {{ background: {c.accent}; border-color: {c.accent}; image: url("{check}"); }}
QRadioButton {{ spacing: 9px; padding: 5px; border: 2px solid transparent; border-radius: 7px; }}
QRadioButton:focus {{ border-color: {c.focus}; }}
QProgressBar {{ background: {c.sunken}; border: none; border-radius: 4px; min-height: 8px; max-height: 8px; }}
QProgressBar::chunk {{ background: {c.accent}; border-radius: 4px; }}
QListWidget, QTreeWidget, QTableWidget {{ background: {c.card}; border: 1px solid {c.line};
  border-radius: 10px; outline: none; }}
QListWidget::item {{ padding: 4px; }}
QListWidget:focus, QTreeWidget:focus {{ border: 2px solid {c.focus}; }}
QHeaderView {{ background: transparent; border: none; }}
QHeaderView::section {{ background: transparent; color: {c.quiet}; border: none; padding: 2px 4px; }}
QLineEdit {{ background: {c.card}; border: 1px solid {c.line}; border-radius: 9px; padding: 7px 10px; }}
QLineEdit:focus {{ border: 2px solid {c.focus}; padding: 6px 9px; }}
QMenu {{ background: {c.card}; border: 1px solid {c.line}; padding: 6px; }}
QMenu::item {{ padding: 7px 26px 7px 14px; border-radius: 6px; }}
QMenu::item:selected {{ background: {c.accent}; color: {c.on_accent}; }}
QMenu::item:disabled {{ color: {c.quiet}; }}
QMenu::separator {{ height: 1px; background: {c.line}; margin: 5px 8px; }}
QToolTip {{ background: {c.card}; color: {c.text}; border: 1px solid {c.line}; padding: 6px; }}
QScrollBar:vertical {{ background: transparent; width: 10px; margin: 2px; }}
QScrollBar::handle:vertical {{ background: {c.line}; border-radius: 4px; min-height: 30px; }}
QScrollBar::add-line, QScrollBar::sub-line {{ height: 0; width: 0; }}
"""
