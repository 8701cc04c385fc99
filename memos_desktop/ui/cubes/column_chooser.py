"""Which columns the table shows and how wide they are, remembered beside the size of the window."""

from functools import partial

from PySide6.QtCore import QObject, QSettings, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from memos_desktop.ui.cubes.columns import ALWAYS, LEAST, NAMES, USUAL, WIDTHS, Column, visible
from memos_desktop.ui.cubes.views import remembered
from memos_desktop.ui.page import Context

WIDEST = 600


class ColumnChooser(QObject):
    """The person's choice of columns. Widths are in pixels at the usual text size.

    Signals:
        changed(): other columns were chosen, or their widths set back.
    """

    changed = Signal()

    def __init__(self, context: Context, parent: QObject) -> None:
        super().__init__(parent)
        self._settings = remembered(context)
        self.chosen = self._read_chosen()
        self.widths = WIDTHS | self._read_widths()

    def visible(self, room: int) -> frozenset[Column]:
        """The chosen columns for which there is room beside the text."""
        return visible(self.chosen, self.widths, room)

    def show_column(self, column: Column, on: bool) -> None:
        """Show a column, or leave it out."""
        self.chosen = self.chosen | {column} if on else self.chosen - {column}
        self._settings.setValue("columns/shown", ",".join(one.name for one in sorted(self.chosen)))
        self.changed.emit()

    def set_width(self, column: Column, width: int) -> None:
        """Remember how wide somebody has made a column."""
        self.widths[column] = max(LEAST, min(width, WIDEST))
        changed = (f"{one.name}:{wide}" for one, wide in self.widths.items() if wide != WIDTHS[one])
        self._settings.setValue("columns/widths", ",".join(changed))

    def reset(self) -> None:
        """Show what is shown until somebody chooses, at the usual widths."""
        self.chosen = frozenset(USUAL)
        self.widths = dict(WIDTHS)
        self._settings.remove("columns")
        self.changed.emit()

    def fill(self, menu: QMenu) -> None:
        """Put a switch for each column into a menu. The first two are always there."""
        for column in Column:
            if column not in ALWAYS:
                action = QAction(NAMES[column], menu, checkable=True)
                action.setChecked(column in self.chosen)
                action.toggled.connect(partial(self.show_column, column))
                menu.addAction(action)
        menu.addSeparator()
        menu.addAction("Usual columns", self.reset)

    def _read_chosen(self) -> frozenset[Column]:
        names = _parts(self._settings, "columns/shown")
        if names is None:
            return frozenset(USUAL)
        return frozenset(Column[name] for name in names if name in Column.__members__)

    def _read_widths(self) -> dict[Column, int]:
        pairs = (part.split(":", 1) for part in _parts(self._settings, "columns/widths") or ())
        return {
            Column[name]: max(LEAST, min(int(width), WIDEST))
            for name, *rest in pairs
            for width in rest
            if name in Column.__members__ and width.isascii() and width.isdigit()
        }


def _parts(settings: QSettings, name: str) -> list[str] | None:
    """A remembered list; None where nothing is remembered. Qt reads a list with one comma in it as a list."""
    value = settings.value(name)
    if value is None:
        return None
    parts = value if isinstance(value, list) else str(value).split(",")
    return [str(part).strip() for part in parts if str(part).strip()]
