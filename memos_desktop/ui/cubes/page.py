"""The Memory page: proposals, filters, the table, and the inspector beside it."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QStackedWidget, QVBoxLayout, QWidget

from memos_desktop.errors import MemosError
from memos_desktop.memory.changes import Changes
from memos_desktop.memory.cube import Cube, CubeFilter
from memos_desktop.ui.cubes import words
from memos_desktop.ui.cubes.actions import VERBS, CubeActions
from memos_desktop.ui.cubes.add_form import AddForm
from memos_desktop.ui.cubes.empty import Empty, empty_state
from memos_desktop.ui.cubes.filter_bar import FilterBar
from memos_desktop.ui.cubes.inspector import CubeInspector
from memos_desktop.ui.cubes.migrate import MigratePanel
from memos_desktop.ui.cubes.model import HEADINGS, SORT_KEYS, CubeTableModel
from memos_desktop.ui.cubes.proposals import ProposalStrip
from memos_desktop.ui.cubes.staleness import Staleness
from memos_desktop.ui.cubes.suggestions import SuggestionStrip
from memos_desktop.ui.cubes.table import CubeTable
from memos_desktop.ui.page import Context, Page
from memos_desktop.ui.theme import GRID
from memos_desktop.ui.widgets import button, label

if TYPE_CHECKING:
    from memos_desktop.app.library import CubeDetails

ROOMY = 560
"""Below this width the head has room for one button."""


class MemoryPage(Page):
    """Everything that is remembered. What others change is read again for what is shown, and only that."""

    title = "Memory"

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._library = context.workspace.library
        self.stale = Staleness(context, self)
        self.cubes = CubeTableModel(self._library, context.bridge, self, self.stale)
        self.table = CubeTable(context, self.cubes)
        self.commands = CubeActions(context, self.table)
        self.filters = FilterBar(context)
        self.form = AddForm(context)
        self.proposals = ProposalStrip(context, self.commands)
        self.suggestions = SuggestionStrip(context)
        self.migrate = MigratePanel(context)
        self.panel = CubeInspector(context, self.commands)
        self.empty: dict[Empty, QWidget] = {}
        self.stack = QStackedWidget()
        self._count = label("", "muted")
        self.add_button = button("Add memory", "primary", "add", context.icons, tip="Write a memory yourself")
        self.import_button = button(
            "Import chats…", "", "import", context.icons, tip="Import chat history from a JSONL file"
        )
        self._shown_id: str | None = None
        self._selecting: str | None = None
        self._visited = False
        self._stale = False
        self._lay_out()
        self._connect()
        context.workspace.events.subscribe(context.bridge.relay(self._on_changes))

    def activate(self) -> None:
        """Load at the first visit; afterwards read again what became stale meanwhile."""
        if not self._visited:
            self._visited = True
            self.cubes.set_filter(self.filters.wanted)
            self._refresh_rest()
        elif self._stale:
            self._refresh()
        (self.filters.field if not self.cubes.total else self.table).setFocus()

    def inspector(self) -> QWidget:
        """The panel with the selected memory."""
        return self.panel

    def search(self) -> None:
        """Ctrl+F: the search field."""
        self.filters.field.setFocus()
        self.filters.field.selectAll()

    def open_item(self, item: str, part: str = "") -> None:
        """Show one cube in the inspector; select its row if it is in the list."""
        self._selecting = item
        self.table.select_cubes([item])
        self._show_cube(item)
        self.inspector_wanted.emit(True)

    # what is shown

    def _show_cube(self, cube_id: str) -> None:
        if cube_id != self._shown_id:
            self.panel.show_loading()
        self._shown_id = cube_id
        self.context.bridge.then(
            self._library.details(cube_id), self._details_arrived, self._details_missing, receiver=self
        )

    def _details_arrived(self, details: "CubeDetails") -> None:
        if details.cube.id == self._shown_id:
            self.panel.show_details(details)
            self.commands.set_shown(details.cube)

    def _details_missing(self, error: MemosError) -> None:
        self._shown_id = None
        self.inspector_wanted.emit(False)
        self.context.toasts.error(error)

    def _on_picked(self) -> None:
        """The selection changed: one cube is shown whole, several as a number."""
        count = self.table.selected_count()
        if count > 1:
            self._shown_id = self._selecting = None
            self.panel.show_many(count)
        elif count == 1 and (cubes := self.table.selected()) and cubes[0].id != self._shown_id:
            self._selecting = None
            self._show_cube(cubes[0].id)
        elif count == 0 and self._selecting is None and self._shown_id is not None:
            self._close_inspector()
            return
        if count:
            self.inspector_wanted.emit(True)

    def _close_inspector(self) -> None:
        self._shown_id = self._selecting = None
        self.commands.set_shown(None)
        self.panel.details = None
        self.inspector_wanted.emit(False)
        self.table.clearSelection()

    def _reload_shown(self) -> None:
        if self._shown_id is not None:
            self._show_cube(self._shown_id)

    # changes

    def _on_changes(self, changes: Changes) -> None:
        if not self.isVisible():
            self._stale = self._stale or (self._visited and bool(changes))
            return
        self.suggestions.on_changes(changes)
        if changes.states:
            self.panel.forms.refresh()
        if not (changes.cubes or changes.usage):
            return
        self.cubes.refresh()
        if self._shown_id in changes.cubes:
            self._reload_shown()
        if not changes.usage:
            self._refresh_rest()

    def _refresh(self) -> None:
        self._stale = False
        self.cubes.refresh()
        self._reload_shown()
        self._refresh_rest()

    def _refresh_rest(self) -> None:
        self.proposals.refresh()
        self.suggestions.refresh()
        self.context.bridge.then(self._library.tags(), self.filters.offer_tags)

    def _on_filter(self, wanted: CubeFilter) -> None:
        self.cubes.set_filter(wanted)

    def _on_counted(self, total: int) -> None:
        wanted = self.filters.wanted
        what = words.memories(total)
        self._count.setText(f"{what} in the bin" if wanted.binned else what)
        if total:
            self.stack.setCurrentWidget(self.table)
        elif wanted == CubeFilter():
            self._show_empty(Empty.NOTHING)
        elif wanted == CubeFilter(binned=True):
            self._show_empty(Empty.BIN)
        else:
            self._show_empty(Empty.NO_MATCH)

    def _on_failed(self, error: object) -> None:
        self._count.setText("")
        self._show_empty(Empty.FAILED)
        if isinstance(error, MemosError):
            self.context.toasts.error(error)

    def _show_empty(self, which: Empty) -> None:
        if which not in self.empty:
            state = empty_state(which, self.context)
            acts = {Empty.NOTHING: self.open_form, Empty.FAILED: self._refresh}
            state.pressed.connect(acts.get(which, self.filters.clear))
            self.empty[which] = state
            self.stack.addWidget(state)
        self.stack.setCurrentWidget(self.empty[which])

    # adding

    def open_form(self) -> None:
        """Open the form for a new memory."""
        self.form.show()
        self.form.text.setFocus()

    def _close_form(self) -> None:
        self.form.hide()
        self.table.setFocus()

    def _added(self, cube: Cube) -> None:
        self.context.toasts.say("Remembered", undo=lambda: self.commands.run("bin", [cube]))
        self._close_form()
        self.open_item(cube.id)

    def _open_migration(self, cubes: tuple[Cube, ...]) -> None:
        """In place of the strips: there may be little room."""
        self._cover_strips(True)
        self.migrate.open(cubes)

    def _close_migration(self) -> None:
        self._cover_strips(False)
        self.table.setFocus()

    def _cover_strips(self, on: bool) -> None:
        self.proposals.cover(on)
        self.suggestions.cover(on)

    # building

    def _connect(self) -> None:
        self.cubes.counted.connect(self._on_counted)
        self.cubes.failed.connect(self._on_failed)
        self.cubes.settled.connect(self._on_settled)
        self.filters.changed.connect(self._on_filter)
        self.filters.stepped.connect(self._enter_table)
        self.table.picked.connect(self._on_picked)
        self.table.opened.connect(self.panel.focus_text)
        self.table.left.connect(self._close_inspector)
        self.table.menu_wanted.connect(self._show_menu)
        self.panel.closed.connect(self._close_inspector)
        self.panel.cube_wanted.connect(self.open_item)
        self.panel.stale.connect(self._reload_shown)
        self.proposals.all_wanted.connect(lambda: self.filters.set(CubeFilter(proposed=True)))
        self.proposals.cube_wanted.connect(self.open_item)
        self.suggestions.cube_wanted.connect(self.open_item)
        self.commands.migrate_wanted.connect(self._open_migration)
        self.migrate.left.connect(self._close_migration)
        self.add_button.clicked.connect(self.open_form)
        self.import_button.clicked.connect(lambda: self.context.navigator.command.emit("import_turns"))
        self.form.added.connect(self._added)
        self.form.left.connect(self._close_form)

    def _on_settled(self) -> None:
        """A cube that was asked for may have come with the newest page: select its row."""
        if self._selecting is not None and self.cubes.row_of(self._selecting) is not None:
            self.table.select_cubes([self._selecting])
            self._selecting = None

    def _enter_table(self) -> None:
        self.table.setFocus()
        if self.cubes.total and not self.table.selected_count():
            self.table.selectRow(0)

    def _show_menu(self, place: QPoint) -> None:
        menu = QMenu(self)
        menu.addAction("Open", self.panel.focus_text)
        menu.addSeparator()
        for verb in VERBS:
            action = self.commands.actions[verb.name]
            if verb.name in ("ready", "tag", "bin", "unbin"):
                menu.addSeparator()
            menu.addAction(action)
        menu.addSeparator()
        order = menu.addMenu("Sort by")
        for column in SORT_KEYS:
            order.addAction(HEADINGS[column], partial(self.cubes.sort_by, column))
        menu.popup(place)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is little room the filter bar leaves out words; importing is in the File menu too."""
        super().resizeEvent(event)
        self.import_button.setVisible(self.width() >= self.context.theme.px(ROOMY))
        self.filters.fit(self.filters.width())

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(GRID)
        head.addWidget(label(self.title, "title"))
        head.addSpacing(GRID)
        head.addWidget(self._count)
        head.addStretch(1)
        head.addWidget(self.import_button)
        head.addWidget(self.add_button)
        box = QVBoxLayout(self)
        box.setContentsMargins(3 * GRID, 2 * GRID, 3 * GRID, 0)
        box.setSpacing(2 * GRID)
        box.addLayout(head)
        for part in (self.proposals, self.suggestions, self.migrate, self.form):
            box.addWidget(part)
        box.addWidget(self.filters)
        box.addWidget(self.stack, 1)
        self.stack.addWidget(self.table)
        self.form.hide()
