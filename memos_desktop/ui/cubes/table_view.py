"""The table as one of the views: its rows are the memories, its selection the one that all views share."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QItemSelection, QItemSelectionModel
from PySide6.QtWidgets import QVBoxLayout

from memos_desktop.memory.cube import CubeFilter
from memos_desktop.ui.cubes.dragging import CardDrag
from memos_desktop.ui.cubes.pages import Query
from memos_desktop.ui.cubes.table import CubeTable
from memos_desktop.ui.cubes.views import CubeView, Ids, runs
from memos_desktop.ui.page import Context


class TableView(CubeView):
    """Wraps the table, which the page has built: it is the view that is shown first.

    Attributes:
        dragging: one row on another.

    """

    def __init__(self, context: Context, table: CubeTable) -> None:
        super().__init__(context)
        self.table = table
        self._given: Ids = ()
        self._awaited = False
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(table)
        self.setFocusProxy(table)
        self.dragging = CardDrag(context, table.viewport(), table.spot_at)
        self.dragging.dropped.connect(lambda dragged, target: self.fuse_wanted.emit((target.id, dragged)))
        table.picked.connect(self._on_picked)
        table.opened.connect(self._on_opened)
        table.menu_wanted.connect(self.menu_wanted)
        table.left.connect(self.left)
        table.cubes.settled.connect(self._select_given)

    def set_filter(self, wanted: CubeFilter) -> None:
        """The page tells the model, which counts for all views."""
        self.wanted = wanted

    def refresh(self) -> None:
        """The page tells the model."""

    def selected(self) -> Ids:
        """Those whose page is here, or those that were selected by id."""
        here = tuple(cube.id for cube in self.table.selected())
        given = len(self._given) == self.table.selected_count() and set(here) <= set(self._given)
        return self._given if given else here

    def selected_count(self) -> int:
        """How many rows are selected, whether their cubes are here or not."""
        return self.table.selected_count()

    def select(self, ids: Sequence[str]) -> None:
        """Select these; where their rows are not known, they are asked for."""
        self._given = tuple(ids)
        self.table.select_cubes(ids if len(ids) == 1 else ())
        self._awaited = self.table.selected_count() < len(self._given)
        if self._awaited:
            query, numbers = self.table.cubes.query, self.context.workspace.numbers
            future = numbers.rows(query.filter, query.sort, query.descending, ids)
            self.context.bridge.then(future, partial(self._select_rows, self._given, query), receiver=self)

    def gather(self, then: Callable[[Ids], None]) -> None:
        """All selected ids, in the order of the rows."""
        known = self.selected()
        if len(known) == self.selected_count():
            then(known)
            return
        query = self.table.cubes.query
        future = self.context.workspace.library.ids(
            query.filter, self.table.selected_spans(), query.sort, query.descending
        )
        self.context.bridge.then(future, then, receiver=self)

    def flush(self) -> None:
        """The table waits until its selection rests."""
        self.table.flush()

    def enter(self) -> None:
        """The table takes the focus; the first row is selected if none is."""
        self.table.setFocus()
        if self.table.cubes.total and not self.table.selected_count():
            self.table.selectRow(0)

    def _select_rows(self, given: Ids, query: Query, rows: Sequence[int]) -> None:
        cubes = self.table.cubes
        known = given == self._given and query == cubes.query and rows and rows[-1] < (cubes.total or 0)
        if not (self._awaited and known):
            return  # the person has selected something else, or the rows are on their way
        wanted, places = set(given), set(rows)
        if any(row in places and cube.id not in wanted for row, cube in cubes.kept()):
            self.table.viewport().update()
            return  # what is here is older than what was asked: its pages are read again when they are painted
        self._awaited = False
        chosen = QItemSelection()
        for first, last in runs(rows):
            chosen.select(cubes.index(first, 0), cubes.index(last, cubes.columnCount() - 1))
        model = self.table.selectionModel()
        model.select(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        model.setCurrentIndex(cubes.index(rows[0], 0), QItemSelectionModel.SelectionFlag.NoUpdate)
        self.table.scrollTo(cubes.index(rows[0], 0))

    def _on_picked(self) -> None:
        if self._awaited and not self.table.selected_count():
            return  # nothing was picked: the rows that were asked for are not here yet
        self._awaited = False
        self.picked.emit()

    def _on_opened(self) -> None:
        here = self.table.selected()
        if here:
            self.opened.emit(here[0].id)

    def _select_given(self) -> None:
        """A cube that was asked for may have come with the newest page: select its row."""
        if self._awaited and self.table.cubes.row_of(self._given[0]) is not None:
            self.select(self._given)
