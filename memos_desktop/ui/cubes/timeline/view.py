"""The timeline as one of the views: the strip, its switches, and the list."""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from PySide6.QtCore import QItemSelection, QItemSelectionModel, QTimer
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout

from memos_desktop.app.numbers import TimeOrder
from memos_desktop.errors import MemosError
from memos_desktop.memory.cube import CubeFilter
from memos_desktop.memory.timeline import TimeBasis
from memos_desktop.ui.cubes.dragging import CardDrag
from memos_desktop.ui.cubes.empty import Empty, empty_state
from memos_desktop.ui.cubes.timeline.list import TimelineList
from memos_desktop.ui.cubes.timeline.model import TimelineModel
from memos_desktop.ui.cubes.timeline.spans import Days, Unit
from memos_desktop.ui.cubes.timeline.strip import STEP, HistogramStrip
from memos_desktop.ui.cubes.tool_row import ToolRow
from memos_desktop.ui.cubes.views import CubeView, Ids, remembered, runs
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID
from memos_desktop.ui.widgets import IconButton, Segments
from memos_desktop.ui.widgets.waiting import Waiting

BASES = (
    (TimeBasis.EVENT.value, "Event time", "When it happened, where that is known; else when it was recorded"),
    (TimeBasis.RECORDED.value, "Recorded", "When it was recorded"),
)
UNITS = (
    (Unit.DAY.value, "Day", "A heading for each day"),
    (Unit.MONTH.value, "Month", "A heading for each month"),
    (Unit.YEAR.value, "Year", "A heading for each year"),
)
LOOKED_AT = 200
"""Of a longer selection the ids are read when they are needed."""


class TimelineView(CubeView):
    """Memories along time. Place and selection follow the memories when something changes.

    Attributes:
        dragging: one row on another.

    """

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._bridge, self._numbers = context.bridge, context.workspace.numbers
        self._settings = remembered(context)
        self.model = TimelineModel(context, self)
        self.strip = HistogramStrip(context.theme)
        self.list = TimelineList(context.theme, context.icons, self.model)
        self.dragging = CardDrag(context, self.list.viewport(), self.list.spot_at)
        self.basis = Segments("Time", BASES)
        self.unit = Segments("Headings", UNITS)
        self.basis.choose(self._kept("timeline/basis", [key for key, *_ in BASES], TimeBasis.EVENT.value))
        self.unit.choose(self._kept("timeline/unit", [key for key, *_ in UNITS], Unit.MONTH.value))
        self.zoom_in = IconButton(context.icons, "zoom-in", "Zoom in on the strip")
        self.zoom_out = IconButton(context.icons, "zoom-out", "Zoom out of the strip")
        self.fit = IconButton(context.icons, "fit", "Show the whole span on the strip")
        self._generation = 0
        self._quiet = False
        self._awaited: Ids = ()
        self._pick_timer = QTimer(self, singleShot=True, interval=0)
        self._pick_timer.timeout.connect(self.picked)
        self.bars = Waiting(context.theme, self.list.viewport())
        self.failed = empty_state(Empty.FAILED, context)
        self.stack = QStackedWidget()
        self._lay_out()
        self._connect()

    def refresh(self) -> None:
        """Read the times of everything again; what stood at the top stays there."""
        self._generation += 1
        generation = self._generation
        self._bridge.then(
            self._numbers.by_time(self.wanted, TimeBasis(self.basis.current())),
            lambda order: self._arrived(generation, order),
            lambda error: self._refused(generation, error),
            receiver=self,
        )

    def set_filter(self, wanted: CubeFilter) -> None:
        """Show what this filter lets through."""
        self.wanted = wanted
        self.refresh()

    def selected(self) -> Ids:
        """The selected memories whose cubes are here."""
        numbers = self._selected_numbers()
        known = self.model.at_hand.known(numbers[:LOOKED_AT].tolist())
        if len(known) < len(numbers) and len(self._selected) == len(numbers):
            return self._selected
        return tuple(cube.id for cube in known)

    def selected_count(self) -> int:
        """How many are selected, whether their cubes are here or not."""
        return len(self._selected_numbers())

    def gather(self, then: Callable[[Ids], None]) -> None:
        """Ids for all selected rows."""
        self._bridge.then(self._numbers.ids(self._selected_numbers().tolist()), then, receiver=self)

    def select(self, ids: Sequence[str]) -> None:
        """Select these, as far as the filter lets them through, and scroll to the newest."""
        self._selected = self._awaited = tuple(ids)
        if not ids:
            self._mark(np.empty(0, np.int64))
        else:
            self._bridge.then(self._numbers.of(ids), partial(self._found, self._selected), receiver=self)

    def flush(self) -> None:
        """Say `picked` now if that is still to come."""
        if self._pick_timer.isActive():
            self._pick_timer.stop()
            self.picked.emit()

    def take_focus(self) -> None:
        """The list."""
        self.list.setFocus()

    def enter(self) -> None:
        """The list takes the focus; its first memory is selected if none is."""
        self.list.setFocus()
        if self.model.order.numbers.size and not self.selected_count():
            self.list.setCurrentIndex(self.model.index(1, 0))

    # what arrives

    def _arrived(self, generation: int, order: TimeOrder) -> None:
        if generation != self._generation:
            return
        self.bars.hide()
        self.stack.setCurrentWidget(self.list)
        anchor, offset = self._anchor()
        chosen = self.model.order.numbers[self._selected_positions()]
        current = self._number_at(self.list.currentIndex().row())
        if self.model.show(order, Unit(self.unit.current()), TimeBasis(self.basis.current())):
            self.strip.set_days(order.days[::-1])
            self._restore(anchor, offset)
            self._mark(self.model.positions_of(chosen.tolist()), scroll=False)
            place = self.model.positions_of([current]) if current >= 0 else np.empty(0, np.int64)
            if len(place):
                self.list.make_current(int(self.model.groups.rows_of(place)[0]))
            if len(chosen) != self.selected_count():
                self._pick_timer.start()  # some of what was selected is gone
        if self._awaited:
            self.select(self._awaited)
        self._say_window()

    def _refused(self, generation: int, error: MemosError) -> None:
        if generation == self._generation:
            self.stack.setCurrentWidget(self.failed)
            self._bridge.failed.emit(error)

    def _anchor(self) -> tuple[int, int]:
        """The number of the first memory in sight, and how far below the top it stands."""
        row = self.list.first_row()
        if row <= 0:
            return -1, 0
        position = self.model.groups.position(row)
        row = row + 1 if position is None else row
        high = self.context.theme.row_height()
        return self._number_at(row), row * high - self.list.verticalScrollBar().value()

    def _restore(self, anchor: int, offset: int) -> None:
        if anchor < 0:
            return
        place = self.model.positions_of([anchor])
        if len(place):
            self.list.show_row(int(self.model.groups.rows_of(place)[0]), offset)

    def _number_at(self, row: int) -> int:
        if not 0 <= row < self.model.rowCount():
            return -1
        position = self.model.groups.position(row)
        return -1 if position is None else int(self.model.order.numbers[position])

    # selection

    def _found(self, ids: Ids, numbers: Sequence[int]) -> None:
        if ids != self._selected:
            return
        positions = self.model.positions_of(numbers)
        if len(positions):
            self._awaited = ()
        self._mark(positions)

    def _mark(self, positions: Days, scroll: bool = True) -> None:
        """Show these as selected without saying that the person did it."""
        rows = np.sort(self.model.groups.rows_of(positions))
        chosen = QItemSelection()
        for first, last in runs(rows.tolist()):
            chosen.select(self.model.index(first, 0), self.model.index(last, 0))
        self._quiet = True
        self.list.selectionModel().select(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        if len(rows) and scroll:
            self.list.make_current(int(rows[0]))
            self.list.bring(int(rows[0]))
        self._quiet = False

    def _selected_positions(self) -> Days:
        groups = self.model.groups
        chosen = self.list.selectionModel().selection().toList()
        parts = [groups.positions(part.top(), part.bottom()) for part in chosen]
        return np.sort(np.concatenate(parts)) if parts else np.empty(0, np.int64)

    def _selected_numbers(self) -> Days:
        return self.model.order.numbers[self._selected_positions()]

    def _on_selected(self) -> None:
        if not self._quiet:
            self._selected = self._awaited = ()
            self._pick_timer.start()

    def _on_cubes(self) -> None:
        """A selected memory whose cube was not here may be known by now."""
        if self.list.selectionModel().hasSelection() and not self._selected:
            self._pick_timer.start()

    def _on_opened(self) -> None:
        known = self.selected()
        if known:
            self.opened.emit(known[0])

    # the strip

    def _jump(self, day: int) -> None:
        """To the newest memory of this day, or the next older one."""
        days = self.model.order.days
        position = int(np.searchsorted(-days, -day))
        if len(days):
            row = int(self.model.groups.rows_of(np.array([min(position, len(days) - 1)]))[0])
            self.list.show_row(row, self.context.theme.row_height())

    def _say_window(self) -> None:
        """Mark on the strip what the list shows."""
        groups, first, last = self.model.groups, self.list.first_row(), self.list.last_row()
        positions = groups.positions(first, last) if first >= 0 else np.empty(0, np.int64)
        if len(positions):
            days = self.model.order.days
            self.strip.set_window(int(days[positions[0]]), int(days[positions[-1]]))
        self.fit.setEnabled(not self.strip.whole)
        self.zoom_out.setEnabled(not self.strip.whole)

    def _switch(self, name: str, key: str) -> None:
        self._settings.setValue(name, key)
        (self.basis if name == "timeline/basis" else self.unit).choose(key)
        self.refresh()

    def _kept(self, name: str, keys: Sequence[str], usual: str) -> str:
        kept = str(self._settings.value(name, usual))
        return kept if kept in keys else usual

    # building

    def _connect(self) -> None:
        self.basis.chosen.connect(partial(self._switch, "timeline/basis"))
        self.unit.chosen.connect(partial(self._switch, "timeline/unit"))
        self.strip.jumped.connect(self._jump)
        self.strip.zoomed.connect(self._say_window)
        self.zoom_in.clicked.connect(lambda: self.strip.zoom(STEP**2))
        self.zoom_out.clicked.connect(lambda: self.strip.zoom(STEP**-2))
        self.fit.clicked.connect(self.strip.show_all)
        self.failed.pressed.connect(self.refresh)
        self.list.moved.connect(self._say_window)
        self.list.opened.connect(self._on_opened)
        self.list.left.connect(self.left)
        self.list.menu_wanted.connect(self.menu_wanted)
        self.dragging.dropped.connect(lambda dragged, target: self.fuse_wanted.emit((target.id, dragged)))
        self.list.selectionModel().selectionChanged.connect(self._on_selected)
        self.model.arrived.connect(self._on_cubes)

    def _lay_out(self) -> None:
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(GRID)
        box.addWidget(ToolRow([self.basis, self.unit], [self.zoom_out, self.zoom_in, self.fit]))
        box.addWidget(self.strip)
        for page in (self.list, self.failed):
            self.stack.addWidget(page)
        box.addWidget(self.stack, 1)
        self.setTabOrder(self.strip, self.list)
