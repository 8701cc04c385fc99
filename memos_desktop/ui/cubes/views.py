"""The views of the Memory page: which there are, what each must be able to do, and the one selection they share."""

import importlib.util
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, QPoint, QSettings, Signal
from PySide6.QtWidgets import QWidget

from memos_desktop.memory.cube import CubeFilter
from memos_desktop.ui.page import Context

Ids = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ViewSpec:
    """One view: its name, what the switcher shows, and the class that is loaded at the first visit."""

    name: str
    title: str
    icon: str
    tip: str
    module: str
    class_name: str


VIEWS = (
    ViewSpec("table", "Table", "table", "In rows", "memos_desktop.ui.cubes.table_view", "TableView"),
    ViewSpec("timeline", "Timeline", "timeline", "Along time", "memos_desktop.ui.cubes.timeline.view", "TimelineView"),
    ViewSpec("map", "Map", "map", "By meaning", "memos_desktop.ui.cubes.map.view", "MapView"),
    ViewSpec("lineage", "Lineage", "lineage", "By descent", "memos_desktop.ui.cubes.lineage.view", "LineageView"),
)


def available() -> tuple[ViewSpec, ...]:
    """The views whose module is part of this program."""
    return tuple(spec for spec in VIEWS if _exists(spec.module))


def remembered(context: Context) -> QSettings:
    """Where the window keeps how it was left, beside its size: the view, what the map is coloured by."""
    return QSettings(str(context.workspace.folder.root / "window.ini"), QSettings.Format.IniFormat)


class CubeView(QWidget):
    """One way to look at the memories that the filter lets through.

    A view is built with the page's context, at its first visit. It is told the filter, when to read again, and what
    is selected in the other views; it tells what the person does. It never asks a hidden view to work: the page calls
    `refresh` when it is shown again.

    Attributes:
        context: what the page works with.
        wanted: the filter.

    Signals:
        picked(): the person selected something else, or a selected memory changed.
        opened(str): Enter or a double click on this memory: go into the inspector.
        menu_wanted(QPoint): the context menu, at a global position.
        left(): Escape: nothing is selected, close the inspector.
        fuse_wanted(tuple of ids): a memory was dragged on another one, which comes first.

    """

    picked = Signal()
    opened = Signal(str)
    menu_wanted = Signal(QPoint)
    left = Signal()
    fuse_wanted = Signal(object)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.context = context
        self.wanted = CubeFilter()
        self._selected: Ids = ()

    def set_filter(self, wanted: CubeFilter) -> None:
        """Show what this filter lets through."""
        self.wanted = wanted
        self.refresh()

    def refresh(self) -> None:
        """Read again what is shown; place and selection stay."""
        self.update()

    def selected(self) -> Ids:
        """The selected memories, as far as the window knows their ids."""
        return self._selected

    def selected_count(self) -> int:
        """How many are selected; more than `selected()` where not all ids are known here."""
        return len(self.selected())

    def select(self, ids: Sequence[str]) -> None:
        """Show these as selected, and bring the first into sight; `picked` follows only what the person does."""
        self._selected = tuple(ids)
        self.update()

    def gather(self, then: Callable[[Ids], None]) -> None:
        """Call `then` with the ids of all that is selected, fetched where the window does not know them."""
        then(self.selected())

    def flush(self) -> None:
        """Say `picked` now if that is still to come: something is about to be done with what is selected."""

    def take_focus(self) -> None:
        """The part that works by keyboard takes the focus. A focus proxy would keep Tab from all other parts."""
        self.setFocus()

    def enter(self) -> None:
        """Take the keyboard focus; select the first memory if none is."""
        self.setFocus()


class Selection(QObject):
    """What is selected, the same in all views.

    Attributes:
        ids: the selected memories whose ids the window knows.
        count: how many are selected; more than ids where a long list was selected without scrolling through it.

    Signals:
        changed(): another selection, or a selected memory changed.

    """

    changed = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.ids: Ids = ()
        self.count = 0
        self._source: CubeView | None = None

    def take(self, view: CubeView) -> None:
        """Ask this view what is selected now."""
        self._source = view
        self.ids = view.selected()
        self.count = view.selected_count()
        self.changed.emit()

    def put(self, ids: Sequence[str]) -> None:
        """These are selected now, whichever view is shown."""
        self._source = None
        self.ids = tuple(ids)
        self.count = len(self.ids)
        self.changed.emit()

    def gather(self, then: Callable[[Ids], None]) -> None:
        """Call `then` with the ids of all that is selected, at once where they are known."""
        if self._source is None or self.count == len(self.ids):
            then(self.ids)
        else:
            self._source.gather(then)


def runs(rows: Iterable[int]) -> list[tuple[int, int]]:
    """Ascending rows as stretches without gaps, each with its first and last row."""
    found: list[tuple[int, int]] = []
    for row in rows:
        if found and row == found[-1][1] + 1:
            found[-1] = found[-1][0], row
        else:
            found.append((row, row))
    return found


def _exists(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:  # its package is not there either
        return False
