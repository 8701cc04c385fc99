"""The map as one of the views: its tools, the plane, and the same as a list beside it."""

from collections.abc import Sequence
from functools import partial

import numpy as np
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QHideEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from memos_desktop.app.cube_map import MapPlaces
from memos_desktop.app.regions import Region
from memos_desktop.errors import MemosError
from memos_desktop.memory.cube import CubeFilter
from memos_desktop.ui.cubes.by_number import CubesAtHand
from memos_desktop.ui.cubes.dragging import Spot
from memos_desktop.ui.cubes.empty import Empty, empty_state
from memos_desktop.ui.cubes.map.canvas import STEP, MapCanvas, Tool
from memos_desktop.ui.cubes.map.keeper import MapKeeper
from memos_desktop.ui.cubes.map.looks import ColorBy
from memos_desktop.ui.cubes.map.outline import MapOutline
from memos_desktop.ui.cubes.map.plane import Numbers
from memos_desktop.ui.cubes.map.tree import OutlineTree
from memos_desktop.ui.cubes.tool_row import ToolRow
from memos_desktop.ui.cubes.views import CubeView, Ids, remembered
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID
from memos_desktop.ui.widgets import EmptyState, IconButton, Segments, button, label
from memos_desktop.ui.widgets.waiting import Waiting

COLORS = (
    (ColorBy.KIND.value, "Kind", "Colour by kind"),
    (ColorBy.TYPE.value, "Type", "Colour by type"),
    (ColorBy.STATE.value, "State", "Colour by state"),
    (ColorBy.HEAT.value, "Heat", "Colour by how much it was used lately"),
)
NARROW = 640
"""Below this width the list takes the place of the plane."""
LIST_WIDTH = 280
WIDEST = 16_777_215
"""Qt's own limit: as wide as there is room."""


class MapView(CubeView):
    """Memories by what they mean. Places are kept: what is new joins them, and nothing moves."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._map, self._numbers = context.workspace.map, context.workspace.numbers
        self._settings = remembered(context)
        self.at_hand = CubesAtHand(context, self)
        self.canvas = MapCanvas(context, self.at_hand)
        self.outline = MapOutline(self.at_hand, context.icons, self)
        self.tree = OutlineTree(self.outline, context.theme)
        self.color = Segments("Colour", COLORS)
        icons = context.icons
        self.lasso = IconButton(icons, "lasso", "Select with a lasso (L, or a drag with Shift)", active="accent")
        self.listed = IconButton(icons, "list", "Show the map as a list (O)", active="accent")
        self.zoom_out = IconButton(icons, "zoom-out", "Zoom out (-)")
        self.zoom_in = IconButton(icons, "zoom-in", "Zoom in (+)")
        self.fit = IconButton(icons, "fit", "Show the whole map (0)")
        self.anew = button("Arrange anew", "", "refresh", icons, tip="Lay the map out again: memories change places")
        self.note = label("", "meta", wrap=True)
        self.waiting = button("", "link")
        self.empty = EmptyState(
            context.theme, icons, "map", "Nothing on the map yet", "", "Look again", look=""
        )
        self.failed = empty_state(Empty.FAILED, context)
        self.bars = Waiting(context.theme, self.canvas)
        self.stack = QStackedWidget()
        self._shown: MapPlaces | None = None
        self._regions: tuple[Region, ...] = ()
        self._generation = 0
        self._choice = self._told = 0
        self._wants_waiting = False
        self._named_for: MapPlaces | None = None
        self.keeper = MapKeeper(context, self)
        self._lay_out()
        self._connect()
        self._restore()

    def set_filter(self, wanted: CubeFilter) -> None:
        """Show what this filter lets through."""
        self.wanted = wanted
        self.refresh()

    def refresh(self) -> None:
        """Read the places again; the part that is looked at and the selection stay."""
        self.at_hand.mark_stale()
        self._read()
        self.keeper.catch_up()

    def selected(self) -> Ids:
        """The selected memories."""
        return self._selected

    def select(self, ids: Sequence[str]) -> None:
        """Show these as selected, and bring a single one into sight."""
        self._selected = tuple(ids)
        self._choice = self._told = self._choice + 1
        self.context.bridge.then(self._numbers.of(ids), partial(self._found, self._choice), receiver=self)

    def take_focus(self) -> None:
        """The plane, or the list where that is shown in its place; as soon as one of them is there."""
        front = self.tree if self.canvas.isHidden() else self.canvas
        (front if self.stack.currentWidget() is self._plane else self).setFocus()

    def enter(self) -> None:
        """The same: nothing is selected by it."""
        self.take_focus()

    # what arrives

    def _read(self) -> None:
        self._generation += 1
        generation = self._generation
        arrived, refused = partial(self._arrived, generation), partial(self._refused, generation)
        self.context.bridge.then(self._map.places(self.wanted), arrived, refused, receiver=self)

    def _refused(self, generation: int, error: MemosError) -> None:
        if generation == self._generation:
            self.stack.setCurrentWidget(self.failed)
            self.context.bridge.failed.emit(error)

    def _arrived(self, generation: int, shown: MapPlaces) -> None:
        if generation != self._generation:
            return
        self._shown = shown
        self.bars.hide()
        self.canvas.show_places(shown)
        self._say()
        if self._named_for is None or _moved(self._named_for, shown):
            future = self._map.regions(shown)
            self.context.bridge.then(future, partial(self._named, generation, shown), receiver=self)
        else:
            self.outline.show(shown, self._regions)
        if self._selected and self._told == self._choice:  # else what was just picked would be lost
            self.select(self._selected)

    def _named(self, generation: int, shown: MapPlaces, regions: tuple[Region, ...]) -> None:
        if generation == self._generation:
            self._regions, self._named_for = regions, shown
            self.canvas.show_regions(regions)
            self.outline.show(shown, regions)
            self._mark_in_list()
            if self._wants_waiting:
                self._show_waiting()

    def _say(self) -> None:
        """What is missing on the map, and why."""
        assert self._shown is not None
        missing = int(np.isnan(self._shown.places[:, 0]).sum()) if len(self._shown.places) else 0
        there = len(self._shown.places) - missing
        self.waiting.setText(f"{missing:,} not on the map yet")
        self.waiting.setVisible(missing > 0 and there > 0)
        busy = self.keeper.busy
        self.empty.title.setText("The map is being arranged" if busy else "Nothing on the map yet")
        self.empty.sentence.setText(
            "Memories that mean something alike come to lie together. This is done once; you can go on meanwhile."
            if busy
            else "A memory gets its place when it has been read by meaning, which happens in the background."
        )
        self.empty.button.setVisible(not busy)
        held = self.hasFocus() or any(part.hasFocus() for part in (self.canvas, self.tree))
        self.stack.setCurrentWidget(self.empty if not there else self._plane)
        if held:
            self.take_focus()
        for one in (self.lasso, self.zoom_in, self.zoom_out, self.fit):
            one.setEnabled(there > 0)
        self.anew.setEnabled(there > 0 and not busy)
        if missing and self.isVisible():
            self.keeper.look_again()

    def _note(self, said: str) -> None:
        self.note.setText(said)
        self.note.setVisible(bool(said))

    def _on_keeper(self) -> None:
        if self._shown is not None:
            self._say()

    def _look_again(self) -> None:
        self.refresh()
        self.keeper.resume()

    def _rearranged(self) -> None:
        self.canvas.refit()
        self._read()

    def _arrange(self) -> None:
        self.context.prompter.confirm(
            self.window(),
            "Arrange the map anew?",
            "Memories get new places by what they mean now. Nothing else changes.",
            "Arrange anew",
            self.keeper.arrange,
        )

    # selection

    def _found(self, choice: int, numbers: Sequence[int]) -> None:
        if choice == self._choice:
            self.canvas.mark(numbers)
            self._mark_in_list()

    def _mark_in_list(self) -> None:
        """The list shows a single selected memory too."""
        if self.tree.hasFocus():
            return
        found = self.outline.index_of(int(self.canvas.selected[0])) if len(self.canvas.selected) == 1 else QModelIndex()
        self.tree.show_selected(found)

    def _picked(self, numbers: Numbers) -> None:
        """The person selected these: their ids are read, then told."""
        self._choice += 1
        self.canvas.mark(numbers, bring=False)
        future = self._numbers.ids(numbers.tolist())
        self.context.bridge.then(future, partial(self._take, self._choice), receiver=self)

    def _take(self, choice: int, ids: Ids) -> None:
        if choice == self._choice:
            self._told, self._selected = choice, ids
            self._mark_in_list()
            self.picked.emit()

    def _picked_in_list(self, numbers: list[int]) -> None:
        self.canvas.mark(numbers)
        self._picked(self.canvas.selected)

    def _open(self, number: int) -> None:
        def told(ids: Ids) -> None:
            if ids:
                self.opened.emit(ids[0])

        self.context.bridge.then(self._numbers.ids([number]), told, receiver=self)

    def _dropped(self, dragged: str, target: Spot) -> None:
        """The number tells which memory it is; its cube may not have been read."""

        def told(ids: Ids) -> None:
            if ids and ids[0] != dragged:
                self.fuse_wanted.emit((ids[0], dragged))

        self.context.bridge.then(self._numbers.ids([target.number]), told, receiver=self)

    # building

    def _connect(self) -> None:
        canvas, tree = self.canvas, self.tree
        self.color.chosen.connect(self._recolor)
        self.lasso.clicked.connect(lambda on: canvas.set_tool(Tool.LASSO if on else Tool.PAN))
        self.listed.clicked.connect(self._show_list)
        outline = QShortcut(QKeySequence("O"), self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
        outline.activated.connect(lambda: self._show_list(not self.listed.isChecked()))
        self.zoom_in.clicked.connect(lambda: canvas.zoom(STEP**2))
        self.zoom_out.clicked.connect(lambda: canvas.zoom(STEP**-2))
        self.fit.clicked.connect(canvas.fit)
        self.anew.clicked.connect(self._arrange)
        self.waiting.clicked.connect(self._show_waiting)
        self.empty.pressed.connect(self._look_again)
        self.failed.pressed.connect(self.refresh)
        self.keeper.placed.connect(self._read)
        self.keeper.rearranged.connect(self._rearranged)
        self.keeper.changed.connect(self._on_keeper)
        self.keeper.said.connect(self._note)
        canvas.tool_changed.connect(lambda: self.lasso.setChecked(canvas.tool is Tool.LASSO))
        canvas.picked.connect(self._picked)
        canvas.dragging.dropped.connect(self._dropped)
        tree.picked.connect(self._picked_in_list)
        for part in (canvas, tree):
            part.opened.connect(self._open)
            part.region_wanted.connect(canvas.show_region)
            part.menu_wanted.connect(self.menu_wanted)
            part.left.connect(self.left)

    def _recolor(self, key: str) -> None:
        self._settings.setValue("map/color", key)
        self.color.choose(key)
        self.canvas.color_by(ColorBy(key))

    def _show_list(self, on: bool) -> None:
        self._settings.setValue("map/list", on)
        self.listed.setChecked(on)
        self._make_room()
        self.enter()

    def _show_waiting(self) -> None:
        """What is not on the map yet, in the list."""
        self._show_list(True)
        index = self.outline.without_place()
        self._wants_waiting = not index.isValid()
        if index.isValid():
            self.tree.open_group(index)

    def _make_room(self) -> None:
        """In a narrow window the list takes the place of the plane."""
        on, theme = self.listed.isChecked(), self.context.theme
        narrow = self.width() < theme.px(NARROW)
        self.tree.setVisible(on)
        self.canvas.setVisible(not (on and narrow))
        self.tree.setMaximumWidth(WIDEST if narrow else theme.px(LIST_WIDTH))
        self.tree.setMinimumWidth(0 if narrow else theme.px(LIST_WIDTH))
        self.anew.setText("" if narrow else " Arrange anew")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The list gives way to the plane, or takes its place."""
        super().resizeEvent(event)
        self._make_room()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody waits for places any more."""
        super().hideEvent(event)
        self.keeper.rest()

    def _restore(self) -> None:
        kept = str(self._settings.value("map/color", ColorBy.KIND.value))
        by = ColorBy(kept) if kept in [one.value for one in ColorBy] else ColorBy.KIND
        self.color.choose(by.value)
        self.canvas.color_by(by)
        self.listed.setChecked(str(self._settings.value("map/list", False)).lower() == "true")

    def _lay_out(self) -> None:
        for one in (self.lasso, self.listed):
            one.setCheckable(True)
        self.anew.setAccessibleName("Arrange anew")
        self.note.hide()
        self.waiting.hide()
        tools = (self.listed, self.lasso, self.zoom_out, self.zoom_in, self.fit, self.anew)
        self._plane = QWidget()
        row = QHBoxLayout(self._plane)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        row.addWidget(self.tree)
        row.addWidget(self.canvas, 1)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 2 * GRID)
        box.setSpacing(GRID)
        box.addWidget(ToolRow([self.color, self.waiting], tools))
        box.addWidget(self.note)
        box.addWidget(self.stack, 1)
        for page in (self._plane, self.empty, self.failed):
            self.stack.addWidget(page)
        self.setTabOrder(self.tree, self.canvas)


def _moved(before: MapPlaces, after: MapPlaces) -> bool:
    """Whether other memories, or other places, are shown."""
    same = np.array_equal(before.looks.numbers, after.looks.numbers)
    return not (same and np.array_equal(before.places, after.places, equal_nan=True))
