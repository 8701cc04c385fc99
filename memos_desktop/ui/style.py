"""The one style sheet, made from tokens. A widget chooses its look by the dynamic property `look`."""

from collections.abc import Callable
from string import Template

from memos_desktop.ui.tokens import Tokens

_SHEET = Template("""
QWidget { selection-background-color: $accent; selection-color: $on_accent; }
QToolTip { background: $raised; color: $text; border: 1px solid $border_strong; padding: 4px 8px; }

QLabel[look="title"] { font-size: ${px20}px; font-weight: 600; }
QLabel[look="heading"] { font-size: ${px15}px; font-weight: 600; }
QLabel[look="strong"] { font-weight: 600; }
QLabel[look="body"] { font-size: ${px14}px; }
QLabel[look="source"] { font-family: "$mono"; font-size: ${px12}px; }
QLabel[look="muted"] { color: $muted; }
QLabel[look="meta"] { color: $muted; font-size: ${px12}px; }
QLabel[look="section"] { color: $muted; font-size: ${px12}px; font-weight: 600; }
QLabel[look="danger"] { color: $danger; }
QLabel[look="warning"] { color: $warning; }
QLabel[look="good"] { color: $good; }

QFrame[look="card"] { background: $panel; border: 1px solid $border; border-radius: 8px; }
QFrame[look="card-focused"] { background: $panel; border: 1px solid $accent; border-radius: 8px; }
QFrame[look="raised"] { background: $raised; border: 1px solid $border_strong; border-radius: 8px; }
QFrame[look="panel"] { background: $panel; border: none; }
QFrame[look="bubble"] { background: $bubble; border: none; border-radius: 12px; }
QFrame[look="chip"] { background: $code; border: 1px solid $border; border-radius: 6px; }
QFrame[look="code"] { background: $code; border: 1px solid $border; border-radius: 8px; }
QFrame[look="notice"] { background: $soft_accent; border: none; border-radius: 8px; }
QFrame[look="notice-warning"] { background: $soft_warning; border: none; border-radius: 8px; }
QFrame[look="notice-danger"] { background: $soft_danger; border: none; border-radius: 8px; }
QFrame[look="notice-good"] { background: $soft_good; border: none; border-radius: 8px; }
QFrame[look="drop-target"] { background: transparent; border: 2px solid $accent; border-radius: 6px; }
QFrame[look="drop-hint"] { background: $soft_accent; border: 2px dashed $accent; border-radius: 8px; }
QFrame[look="line"] { background: $border; border: none; }
QFrame[look="rail"] { background: $background; border: none; border-right: 1px solid $border; }
QFrame[look="side"] { background: $background; border: none; border-right: 1px solid $border; }
QFrame[look="inspector"] { background: $background; border: none; border-left: 1px solid $border; }
QFrame[look="bar"] { background: $background; border: none; border-top: 1px solid $border; }
QFrame[look="header"] { background: transparent; border: none; border-bottom: 1px solid $border; }

QPushButton { background: $raised; color: $text; border: 1px solid $border_strong; border-radius: 6px;
  padding: 0 12px; min-height: ${px30}px; }
QPushButton:hover { background: $hover; }
QPushButton:pressed { background: $selected; }
QPushButton:focus { border: 1px solid $accent; }
QPushButton:disabled { color: $faint; border-color: $border; }
QPushButton[look="primary"] { background: $accent; color: $on_accent; border: 1px solid $accent;
  font-weight: 600; }
QPushButton[look="primary"]:hover { background: $accent_hover; border-color: $accent_hover; }
QPushButton[look="primary"]:focus { border: 2px solid $text; }
QPushButton[look="primary"]:disabled { background: $border; color: $muted; border-color: $border; }
QPushButton[look="danger"] { background: $danger; color: $on_danger; border: 1px solid $danger;
  font-weight: 600; }
QPushButton[look="danger"]:focus { border: 2px solid $text; }
QPushButton[look="danger"]:disabled { background: $border; color: $muted; border-color: $border; }
QPushButton[look="plain"], QPushButton[look="link"] { background: transparent;
  border: 1px solid transparent; padding: 0 8px; }
QPushButton[look="link"] { color: $accent; text-align: left; padding: 0 2px; }
QPushButton[look="plain"]:hover { background: $hover; }
QPushButton[look="link"]:hover { text-decoration: underline; }
QPushButton[look="plain"]:focus, QPushButton[look="link"]:focus { border: 1px solid $accent; }
QPushButton[look="suggestion"] { background: $panel; border: 1px solid $border; border-radius: 8px;
  padding: 6px 16px; text-align: left; }
QPushButton[look="suggestion"]:hover { border-color: $border_strong; background: $hover; }
QPushButton[look="suggestion"]:focus { border-color: $accent; }
QPushButton[look="choice"] { text-align: left; }
QPushButton[look="choice"]:checked { background: $soft_accent; border-color: $accent; color: $accent; }
QPushButton[look="meta"] { background: transparent; border: 1px solid transparent; border-radius: 4px;
  color: $muted;
  font-size: ${px12}px; padding: 0 4px; min-height: ${px20}px; }
QPushButton[look="meta"]:hover { color: $text; background: $hover; }
QPushButton[look="meta"]:focus { border-color: $accent; }

QToolButton { background: transparent; border: 1px solid transparent; border-radius: 6px; padding: 4px;
  color: $muted; }
QToolButton:hover { background: $hover; color: $text; }
QToolButton:pressed, QToolButton:checked { background: $selected; color: $text; }
QToolButton:focus { border: 1px solid $accent; }
QToolButton[look="rail"] { padding: 6px 2px; font-size: ${px11}px; border-radius: 8px; color: $muted; }
QToolButton[look="rail"]:checked { background: $selected; color: $accent; font-weight: 600; }
QToolButton[look="round"] { background: $accent; border-radius: ${px16}px; border: 2px solid $accent;
  padding: 0; }
QToolButton[look="round"]:hover { background: $accent_hover; border-color: $accent_hover; }
QToolButton[look="round"]:focus { border-color: $text; }
QToolButton[look="round"]:disabled { background: $border; border-color: $border; }
QToolButton[look="segment"] { border: none; border-radius: 5px; padding: 2px 10px; color: $muted; }
QToolButton[look="segment"]:checked { background: $raised; color: $text; border: 1px solid $border_strong; }
QToolButton[look="segment"]:focus { border: 1px solid $accent; }
QToolButton[look="filter"] { border: 1px solid $border_strong; border-radius: 6px; padding: 0 8px;
  min-height: ${px30}px; max-height: ${px30}px; background: $raised; }
QToolButton[look="filter"]:hover { background: $hover; }
QToolButton[look="filter"]:checked, QToolButton[look="filter"][active="true"] { background: $soft_accent;
  border-color: $accent; color: $accent; }
QToolButton[look="filter"]:focus { border-color: $accent; }
QToolButton[look="menu"] { padding: 3px 8px; font-size: ${px12}px; }
QToolButton::menu-indicator { image: none; width: 0; }

QLineEdit, QPlainTextEdit, QTextEdit, QSpinBox, QDoubleSpinBox, QComboBox, QDateTimeEdit {
  background: $raised;
  color: $text; border: 1px solid $border_strong; border-radius: 6px; padding: 0 8px; min-height: ${px30}px; }
QPlainTextEdit, QTextEdit { padding: 6px 6px; }
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus,
QDateTimeEdit:focus { border: 1px solid $accent; }
QLineEdit:disabled, QPlainTextEdit:disabled, QSpinBox:disabled, QDoubleSpinBox:disabled, QComboBox:disabled {
  color: $muted; background: $background; }
QAbstractSpinBox QLineEdit { border: none; background: transparent; padding: 0 8px; min-height: 0; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { width: 0; border: none; }
QRadioButton::indicator { width: 14px; height: 14px; border: 1px solid $muted; border-radius: 8px;
  background: $raised; }
QRadioButton::indicator:checked { width: 6px; height: 6px; border: 5px solid $accent; background: $on_accent; }
QLineEdit[look="bare"], QPlainTextEdit[look="bare"] { border: none; background: transparent; padding: 0; }
QPlainTextEdit[look="message"] { border: none; background: transparent; padding: 0; font-size: ${px14}px; }
QLineEdit[look="palette"] { border: none; border-bottom: 1px solid $border; border-radius: 0;
  background: transparent;
  font-size: ${px15}px; padding: 8px 12px; }
QFrame[look="composer"] { background: $raised; border: 1px solid $border_strong; border-radius: 12px; }
QFrame[look="composer"][active="true"] { border: 1px solid $accent; }
QDateTimeEdit::drop-down { border: none; background: transparent; width: ${px30}px; }
QDateTimeEdit::down-arrow { image: none; }
QComboBox::drop-down { border: none; width: ${px24}px; }
QComboBox QAbstractItemView { background: $raised; border: 1px solid $border_strong; outline: none; }
QCheckBox, QRadioButton { spacing: 8px; }
QCheckBox::indicator { width: 14px; height: 14px; border: 1px solid $muted; border-radius: 4px; background: $raised; }
QCheckBox::indicator:checked { width: 6px; height: 6px; border: 5px solid $accent; background: $on_accent; }
QCheckBox::indicator:focus { border-color: $accent; }
QCheckBox:focus, QRadioButton:focus { color: $accent; }

QListView, QTableView, QTreeView { background: transparent; border: none; outline: none; }
QTreeView { selection-background-color: $selected; selection-color: $text; }
QListView[look="menu"]::item { padding: 6px 12px; border-radius: 6px; }
QListView[look="menu"]::item:selected { background: $selected; color: $text; }
QTableView { background: $panel; gridline-color: $border; selection-background-color: $selected;
  selection-color: $text; }
QHeaderView { background: $background; border: none; }
QHeaderView::section { background: $background; color: $muted; border: none; border-bottom: 1px solid $border;
  padding: 0 8px; font-size: ${px12}px; font-weight: 600; min-height: ${px30}px; }

QMenuBar { background: $background; color: $text; border: none; padding: 2px 4px; }
QMenuBar::item { padding: 4px 8px; border-radius: 6px; background: transparent; }
QMenuBar::item:selected { background: $hover; }
QMenu { background: $raised; color: $text; border: 1px solid $border_strong; padding: 4px; }
QMenu::item { padding: 6px 24px 6px 12px; border-radius: 4px; }
QMenu::item:selected { background: $selected; color: $text; }
QMenu::item:disabled { color: $faint; }
QMenu::separator { height: 1px; background: $border; margin: 4px 8px; }
QMenu::icon { padding-left: 8px; }

QScrollArea { background: transparent; border: none; }
QScrollArea > QWidget > QWidget[look="clear"] { background: transparent; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: $border_strong; border-radius: 3px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::handle:hover { background: $faint; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QProgressBar { background: $border; border: none; border-radius: 2px; max-height: 4px; min-height: 4px;
  color: transparent; }
QProgressBar::chunk { background: $accent; border-radius: 2px; }
QSplitter::handle { background: transparent; }
QTabBar { background: transparent; border: none; }
QTabBar::tab { background: transparent; color: $muted; padding: 8px 12px; border: none;
  border-bottom: 2px solid transparent; }
QTabBar::tab:selected { color: $text; border-bottom: 2px solid $accent; }
QTabBar::tab:hover { color: $text; }
QTabBar[look="dense"]::tab { padding: 8px 4px; font-size: ${px12}px; }
QTabWidget::pane { border: none; border-top: 1px solid $border; }
QSlider::groove:horizontal { background: $border_strong; height: 4px; border-radius: 2px; }
QSlider::sub-page:horizontal { background: $accent; height: 4px; border-radius: 2px; }
QSlider::handle:horizontal { background: $accent; width: 14px; margin: -5px 0; border-radius: 7px; }
QDialog { background: $background; }
""")


def style_sheet(tokens: Tokens, px: Callable[[float], int], mono: str) -> str:
    """The style sheet for these colours; `px` scales text and the heights that hold it, `mono` is a font."""
    sizes = {f"px{size}": str(px(size)) for size in (11, 12, 14, 15, 16, 20, 24, 30)}
    colours = {name: getattr(tokens, name) for name in Tokens.__dataclass_fields__}
    return _SHEET.substitute({**colours, **sizes, "mono": mono})
