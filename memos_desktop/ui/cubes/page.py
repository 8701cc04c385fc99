"""The Memory page: proposals, filters, four views over what the filter lets through, and the inspector beside them."""

from functools import partial

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from memos_desktop.errors import MemosError
from memos_desktop.memory.changes import Changes
from memos_desktop.memory.cube import Cube, CubeFilter
from memos_desktop.ui.cubes import words
from memos_desktop.ui.cubes.actions import CubeActions
from memos_desktop.ui.cubes.add_form import AddForm
from memos_desktop.ui.cubes.beside import Beside
from memos_desktop.ui.cubes.chosen import Chosen
from memos_desktop.ui.cubes.empty import Empty, empty_state
from memos_desktop.ui.cubes.filter_bar import FilterBar
from memos_desktop.ui.cubes.head import PageHead
from memos_desktop.ui.cubes.inspector import CubeInspector
from memos_desktop.ui.cubes.migrate import MigratePanel
from memos_desktop.ui.cubes.model import CubeTableModel
from memos_desktop.ui.cubes.operators import OperatorPanels
from memos_desktop.ui.cubes.page_menu import show_menu
from memos_desktop.ui.cubes.panel_slot import PanelSlot
from memos_desktop.ui.cubes.past.flow import TimeMachineFlow
from memos_desktop.ui.cubes.proposals import ProposalStrip
from memos_desktop.ui.cubes.review.strip import ReviewStrip
from memos_desktop.ui.cubes.staleness import Staleness
from memos_desktop.ui.cubes.suggestions import SuggestionStrip
from memos_desktop.ui.cubes.table import CubeTable
from memos_desktop.ui.cubes.table_view import TableView
from memos_desktop.ui.cubes.view_stack import ViewStack
from memos_desktop.ui.page import Context, Page
from memos_desktop.ui.theme import GRID
from memos_desktop.ui.widgets.tall import Tall

LEAST, LEAST_WHOLE = 150, 240
"""The least height of the views, and of a panel that takes their room; in a lower window the page scrolls."""

NAMED = 2
"""Titles that are named where something typed would be lost."""


class MemoryPage(Page):
    """Everything that is remembered. What others change is read again for what is shown, and only that.

    Attributes:
        views: table, timeline, map and lineage; they share `filters` and `selection`.
        selection: what is selected, whichever view is shown.
        slot: where panels open, above the views.

    """

    title = "Memory"

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._library = context.workspace.library
        self.stale = Staleness(context, self)
        self.cubes = CubeTableModel(self._library, context.bridge, self, self.stale)
        self.table = CubeTable(context, self.cubes)
        self.views = ViewStack(context)
        self.selection = self.views.selection
        self.commands = CubeActions(context, self.views, Chosen(context, self.selection, self.cubes.kept, self))
        self.filters = FilterBar(context)
        self.form = AddForm(context)
        self.proposals = ProposalStrip(context, self.commands)
        self.suggestions = SuggestionStrip(context)
        self.reviews = ReviewStrip(context)
        self.slot = PanelSlot()
        self.migrate = MigratePanel(context)
        self.panel = CubeInspector(context, self.commands)
        self.beside = Beside(context, self.panel, self.views, self.commands, self)
        self.operators = OperatorPanels(context, self)
        self.time = TimeMachineFlow(context, self)
        self.empty: dict[Empty, QWidget] = {}
        self.stack = QStackedWidget()
        self.body = QStackedWidget()
        self.head = PageHead(context, self.title, self.views.specs)
        self._past: QWidget | None = None
        self._visited = False
        self._stale = False
        self._lay_out()
        self._connect()
        context.workspace.events.subscribe(context.bridge.relay(self._on_changes))

    def activate(self) -> None:
        """Load at the first visit; afterwards read again what became stale meanwhile."""
        if not self._visited:
            self._visited = True
            self.show_view(self.views.last_name())
            self._on_filter(self.filters.wanted)
            self._refresh_rest()
        elif self._stale:
            self._refresh()
        (self.views.current().take_focus if self.cubes.total else self.filters.field.setFocus)()

    def unsaved(self) -> str:
        """What was typed into memories, or into the form for a new one."""
        titles = self.panel.content.unsaved()
        said = [f"“{title}”" for title in titles[:NAMED]]
        said += [words.counted(len(titles) - NAMED, "other memory", "other memories")] if titles[NAMED:] else []
        said += ["the form for a new memory"] if self.form.text.toPlainText().strip() else []
        return f"What you typed into {' and '.join(said)} is not saved." if said else ""

    def inspector(self) -> QWidget:
        """The panel with the selected memory."""
        return self.panel

    def search(self) -> None:
        """Ctrl+F: the search field."""
        self.filters.field.setFocus()
        self.filters.field.selectAll()

    def open_item(self, item: str, part: str = "") -> None:
        """Show one cube in the inspector; select it if the view shows it. It is of now, so the past is left."""
        self.set_past(None)
        self.beside.show(item)

    # views, panels, the past

    def show_view(self, name: str) -> None:
        """Show the table, the timeline, the map or the lineage."""
        self.set_past(None)
        self.views.show_view(name)
        self.views.current().take_focus()

    def open_panel(self, panel: QWidget) -> None:
        """Open a panel above the views, in place of the strips and of another panel. Its signal `left` closes it.

        Where it has an attribute `whole` that is true, it takes the room of filter and views too.
        """
        self.slot.open(panel)

    def set_past(self, widget: QWidget | None) -> None:
        """Show this in place of the views, as long as an earlier state is looked at; None: the views again."""
        if widget is self._past:
            return
        if self._past is not None:
            self.body.removeWidget(self._past)
            self._past.setParent(None)
        self._past = widget
        if widget is not None:
            self.body.addWidget(widget)
            self.body.setCurrentWidget(widget)
        else:
            self.body.setCurrentWidget(self.stack)
        self.commands.suspend(widget is not None)  # what they mean is not in sight
        self.head.switcher.choose("" if widget is not None else self.views.current_name())
        self._make_room()

    def _make_room(self) -> None:
        """Strips stand above the table only, unless a panel or the past covers them; a panel may want all the room."""
        covered = self.slot.panel is not None or self._past is not None or self.views.current_name() != "table"
        for strip in (self.proposals, self.suggestions, self.reviews):
            strip.cover(covered)
        px = self.context.theme.px
        self.body.setMinimumHeight(px(LEAST))
        self.slot.setMinimumHeight(px(LEAST_WHOLE) if self.slot.whole else 0)
        self.filters.setVisible(not self.slot.whole)
        self.body.setVisible(not self.slot.whole)
        self._box.setStretchFactor(self.slot, 1 if self.slot.whole else 0)

    def _panel_closed(self) -> None:
        self._make_room()
        self.views.current().take_focus()

    def _switched(self, name: str) -> None:
        self.head.switcher.choose(name)
        self._make_room()

    # changes

    def _on_changes(self, changes: Changes) -> None:
        if not (self.isVisible() and self._visited):
            self._stale = self._stale or (self._visited and bool(changes))
            return
        self.suggestions.on_changes(changes)
        self.reviews.on_changes(changes)
        if changes.states:
            self.panel.forms.refresh()
        if not (changes.cubes or changes.usage):
            return
        self.cubes.refresh()
        self.views.refresh()
        if self.beside.shown_id in changes.cubes:
            self.beside.reload()
        if not changes.usage:  # the other strips were told, and ask once for several changes
            self.proposals.refresh()
            self.filters.refresh_values()

    def _refresh(self) -> None:
        self._stale = False
        self.cubes.refresh()
        self.views.refresh()
        self.beside.reload()
        self._refresh_rest()

    def _refresh_rest(self) -> None:
        self.proposals.refresh()
        self.suggestions.refresh()
        self.reviews.refresh()
        self.filters.refresh_values()

    def _on_filter(self, wanted: CubeFilter) -> None:
        """The table's model counts for all views, so it follows the filter even when it is not shown."""
        self.cubes.set_filter(wanted)
        self.views.set_filter(wanted)

    def _on_counted(self, total: int) -> None:
        wanted = self.filters.wanted
        what = words.memories(total)
        self.head.say(f"{what} in the bin" if wanted.binned else what)
        if total:
            self.stack.setCurrentWidget(self.views)
        elif wanted == CubeFilter():
            self._show_empty(Empty.NOTHING)
        elif wanted == CubeFilter(binned=True):
            self._show_empty(Empty.BIN)
        else:
            self._show_empty(Empty.NO_MATCH)

    def _on_failed(self, error: object) -> None:
        self.head.say("")
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
        self.views.current().take_focus()

    def _added(self, cube: Cube) -> None:
        self.context.toasts.say("Remembered", undo=lambda: self.commands.run("bin", [cube]))
        self._close_form()
        self.open_item(cube.id)

    # building

    def _connect(self) -> None:
        self.cubes.counted.connect(self._on_counted)
        self.cubes.failed.connect(self._on_failed)
        self.filters.changed.connect(self._on_filter)
        self.filters.stepped.connect(lambda: self.views.current().enter())
        self.beside.wanted.connect(self.inspector_wanted)
        self.head.switcher.chosen.connect(self.show_view)
        self.views.switched.connect(self._switched)
        self.views.opened.connect(self._open_text)
        self.views.left.connect(self.beside.close)
        self.views.menu_wanted.connect(partial(show_menu, self))
        self.slot.opened.connect(self._make_room)
        self.slot.closed.connect(self._panel_closed)
        self.panel.closed.connect(self.beside.close)
        self.panel.cube_wanted.connect(self.open_item)
        self.panel.stale.connect(self.beside.reload)
        self.panel.lineage_wanted.connect(partial(self.show_view, "lineage"))
        self.proposals.all_wanted.connect(lambda: self.filters.set(CubeFilter(proposed=True)))
        self.proposals.cube_wanted.connect(self.open_item)
        self.reviews.wanted.connect(partial(self.operators.open, "review"))
        self.head.add_button.clicked.connect(self.open_form)
        self.head.import_button.clicked.connect(lambda: self.context.navigator.command.emit("import_turns"))
        self.form.added.connect(self._added)
        self.form.left.connect(self._close_form)
        self.context.theme.changed.connect(self._make_room)

    def _open_text(self, cube_id: str) -> None:
        if cube_id != self.beside.shown_id:
            self.open_item(cube_id)
        self.panel.focus_text()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is little room the filters take less of it."""
        super().resizeEvent(event)
        self.filters.set_room(self.height())

    def _lay_out(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        content = QWidget()
        self._box = QVBoxLayout(content)
        outer.addWidget(Tall(content))
        self._box.setContentsMargins(3 * GRID, 2 * GRID, 3 * GRID, 0)
        self._box.setSpacing(2 * GRID)
        for part in (self.head, self.proposals, self.suggestions, self.reviews, self.slot, self.form, self.filters):
            self._box.addWidget(part)
        self._box.addWidget(self.body, 1)
        self.body.addWidget(self.stack)
        self.views.put("table", TableView(self.context, self.table))
        self.stack.addWidget(self.views)
        self.form.hide()
