"""The panel of the six pathways: what each would do with the selection, what it costs, then what it has made."""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from memos_desktop.errors import MemosError
from memos_desktop.memory.changes import Changes
from memos_desktop.memory.cube import Cube
from memos_desktop.ui.cubes import migrate_words as say
from memos_desktop.ui.cubes import words
from memos_desktop.ui.cubes.migrate_row import PathwayRow
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID
from memos_desktop.ui.widgets import Card, IconButton, label

if TYPE_CHECKING:
    from memos_desktop.app.encoding import Migrated
    from memos_desktop.app.jobs import Job
    from memos_desktop.app.pathways import Offer

UNDER_WAY = "Under way; you can go on working."


class MigratePanel(Card):
    """Takes the room of the views while it is open; the work itself is a job, and goes on when it is closed.

    Attributes:
        rows: one for each pathway, by its name (`plaintext→activation`).
        running: the pathway under way, or the empty string.

    Signals:
        left: the panel is closed.
        done(text, changes): something was made; said with Undo.

    """

    left = Signal()
    done = Signal(str, object)
    whole = True
    """For the page: this panel wants the room of the views too."""

    def __init__(self, context: Context) -> None:
        super().__init__("raised", 2 * GRID, GRID)
        self.setAccessibleName("Change the form of memories")
        self._context = context
        self._ids: tuple[str, ...] = ()
        self._job: Job | None = None
        self._under_way: dict[tuple[str, ...], tuple[str, Job]] = {}
        self._told: dict[str, str] = {}
        self._says: dict[str, Mapping[str, str]] = {}
        self._made: frozenset[str] = frozenset()
        self.rows: dict[str, PathwayRow] = {}
        self.running = ""
        self.heading = label("", "heading", wrap=True)
        self.model = label("", "muted", wrap=True)
        self.limit = label("", "", wrap=True)
        self.problem = label("", "danger", wrap=True)
        self.close_button = IconButton(context.icons, "close", "Close this panel")
        self._inner = QWidget()
        self._inner.setProperty("look", "clear")
        self._lay_out()
        self.close_button.clicked.connect(self.close_panel)
        context.workspace.events.subscribe(context.bridge.relay(self._on_changes))
        self.hide()

    def open(self, cubes: tuple[Cube, ...], count: int) -> None:
        """Show what each pathway would mean for these, the first of `count` that are selected."""
        self._ids = tuple(cube.id for cube in cubes)
        what = f"“{cubes[0].title}”" if len(cubes) == 1 else words.memories(len(cubes))
        self.heading.setText(f"Change the form of {what}")
        most = self._context.workspace.pathways.most
        self.limit.setText(say.limit(count, most))
        self.limit.setVisible(count > most)
        self._told, self._says, self._made = {}, {}, frozenset()
        self.running, self._job = self._under_way.get(self._ids, ("", None))
        if self.running:
            self._told[self.running] = UNDER_WAY
        for row in self.rows.values():  # what they offer is of other memories
            row.offer = None
            row.run_button.setEnabled(False)
        self.problem.hide()
        self.show()
        self.close_button.setFocus()
        self._ask()

    @Slot()
    def close_panel(self) -> None:
        """Leave everything as it is; a job under way goes on."""
        self.hide()
        self.left.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes."""
        if event.key() == Qt.Key.Key_Escape:
            self.close_panel()
        else:
            super().keyPressEvent(event)

    # before

    def _ask(self) -> None:
        ids, pathways = self._ids, self._context.workspace.pathways
        self.model.setText(say.model(pathways.support()))

        def show(offers: "tuple[Offer, ...]") -> None:
            if ids == self._ids:
                self._show(offers)

        def refuse(error: MemosError) -> None:
            if ids == self._ids:
                self.problem.setText(f"{error.message} {error.hint}".strip())
                self.problem.show()

        self._context.bridge.then(pathways.offers(ids), show, refuse, receiver=self)

    def _show(self, offers: "tuple[Offer, ...]") -> None:
        first = not self.rows
        self.problem.hide()
        if any(row.run_button.hasFocus() for row in self.rows.values()):
            self.close_button.setFocus()  # a button that is switched off would give the focus away
        for offer in offers:
            name = offer.route.name
            if name not in self.rows:
                self._add_row(offer)
            free = self._job is None
            row = self.rows[name]
            row.show_offer(offer, self._told.get(name, ""), self._says.get(name, {}), name == self.running, free)
        if first:
            self._box.addStretch(1)
        if self.close_button.hasFocus():
            self._focus_first()

    def _add_row(self, offer: "Offer") -> None:
        row = PathwayRow(self._context, offer.route)
        row.wanted.connect(partial(self._press, offer.route.name))
        self.rows[offer.route.name] = row
        self._box.addWidget(row)

    def _focus_first(self) -> None:
        """What runs, to be cancelled; or the first thing that can be done, while nothing was done yet."""
        ready = [row.run_button for row in self.rows.values() if row.run_button.isEnabled()]
        if ready and (self.running or not self._told):
            ready[0].setFocus()

    # the work

    def _press(self, name: str) -> None:
        if self._job is not None:
            if name == self.running:
                self._job.cancel()
            return
        row = self.rows[name]
        if row.offer is None:
            return
        ids = [path.cube_id for path in row.offer.possible]
        job = self._job = self._context.workspace.pathways.run(row.route, ids)
        self.running = name
        self._under_way[self._ids] = name, job
        self._told, self._says = {name: UNDER_WAY}, {}
        self._show(tuple(one.offer for one in self.rows.values() if one.offer is not None))
        bridge, what = self._context.bridge, (name, self._ids)
        job.future.add_done_callback(bridge.relay(partial(self._ended, *what), receiver=self))
        bridge.then(job.future, partial(self._done, *what), partial(self._failed, *what), receiver=self)

    def _ended(self, name: str, ids: tuple[str, ...], _future: object) -> None:
        """Comes before what it has made, and alone where it was cancelled."""
        self._under_way.pop(ids, None)
        if ids != self._ids:  # the panel is about other memories by now
            return
        self._job, self.running = None, ""
        self._told[name] = "It was cancelled. Nothing was changed."
        self._ask()

    def _done(self, name: str, ids: tuple[str, ...], made: "tuple[Migrated, ...]") -> None:
        here = ids == self._ids
        if here:
            said = {one.source_id: say.result(one) for one in made} | {one.id: say.result(one) for one in made}
            self._told[name], self._says[name] = say.done(made), said
            self._made = frozenset(one.id for one in made)
            self._ask()
        step = made[0].step_id if made else None
        if step is not None or not (here and self.isVisible()):
            self.done.emit(say.done(made), Changes(step_id=step))

    def _failed(self, name: str, ids: tuple[str, ...], error: MemosError) -> None:
        """The jobs bar says it too, also where the panel is about other memories by now."""
        if ids == self._ids:
            self._told[name] = f"{error.message} {error.hint}".strip()
            self._ask()

    def _on_changes(self, changes: Changes) -> None:
        """What is possible may be something else now, and what was made may have been undone."""
        if not self.isVisible() or self._job is not None:
            return
        if changes.cubes & self._made and not changes.usage:
            self._told, self._says = {}, {}
        if changes.states or changes.models or changes.cubes & {*self._ids, *self._made}:
            self._ask()

    # building

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(GRID)
        head.addWidget(self.heading, 1)
        head.addWidget(self.close_button, alignment=Qt.AlignmentFlag.AlignTop)
        self._box = QVBoxLayout(self._inner)
        self._box.setContentsMargins(0, 0, GRID, 0)
        self._box.setSpacing(GRID)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setAccessibleName("The six pathways")
        scroll.setWidget(self._inner)
        self.problem.hide()
        self.box.addLayout(head)
        self.box.addWidget(self.limit)
        self.box.addWidget(self.model)
        self.box.addWidget(self.problem)
        self.box.addWidget(scroll, 1)
