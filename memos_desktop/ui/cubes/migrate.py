"""The panel that changes the form of memories: what is possible and what it costs, then what it has made."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QScrollArea, QWidget

from memos_desktop.errors import MemosError
from memos_desktop.memory.changes import Changes
from memos_desktop.memory.cube import Cube, Kind
from memos_desktop.ui.cubes import migrate_words as say
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID, HALF
from memos_desktop.ui.widgets import Card, ElidedLabel, IconButton, Segments, button, label

if TYPE_CHECKING:
    from memos_desktop.app.activation_views import Pathway
    from memos_desktop.app.encoding import Migrated
    from memos_desktop.app.jobs import Job

HIGHEST = 176
SIGN = 16


class MigratePanel(Card):
    """Stands above the table and never blocks it; the work itself is a job.

    Signals:
        left: the panel is closed.
    """

    left = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__("raised", 2 * GRID, GRID)
        self.setAccessibleName("Keep ready as KV")
        self._context = context
        self._ids: tuple[str, ...] = ()
        self._target = Kind.ACTIVATION
        self._job: Job | None = None
        self.paths: tuple[Pathway, ...] = ()
        self.says: dict[str, str] = {}
        self._told = False
        self.direction = Segments("Direction", say.DIRECTIONS)
        self.about = label("", "muted", wrap=True)
        self.lost = label("", "meta", wrap=True)
        self.total = label("", "strong", wrap=True)
        self.run_button = button("Run", "primary")
        self.close_button = IconButton(context.icons, "close", "Close this panel")
        self._scroll = QScrollArea()
        self._build()
        self.direction.chosen.connect(lambda key: self._choose(Kind(key)))
        self.run_button.clicked.connect(self._press)
        self.close_button.clicked.connect(self.close_panel)
        context.workspace.events.subscribe(context.bridge.relay(self._on_changes))
        self.hide()

    def open(self, cubes: tuple[Cube, ...]) -> None:
        """Show what migrating these would mean; the direction is the one that fits the first."""
        self._ids = tuple(cube.id for cube in cubes)
        self.show()
        back = all(cube.kind is Kind.ACTIVATION for cube in cubes)
        self._choose(Kind.PLAINTEXT if back else Kind.ACTIVATION)
        self.close_button.setFocus()

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

    def _choose(self, target: Kind) -> None:
        self._target = target
        self.direction.choose(target.value)
        self.about.setText(say.ABOUT[target])
        self.says = {}
        self.paths = ()
        self._told = False
        self._update_button()
        self._ask()

    def _ask(self) -> None:
        ids, target = self._ids, self._target

        def show(paths: "tuple[Pathway, ...]") -> None:
            if (ids, target) == (self._ids, self._target):
                self._show(paths)

        def refuse(error: MemosError) -> None:
            self._show(())
            self.total.setText(f"{error.message} {error.hint}".strip())

        self._context.bridge.then(self._context.workspace.activation.preview(ids, target), show, refuse, receiver=self)

    def _show(self, paths: "tuple[Pathway, ...]") -> None:
        self.paths = paths
        self._fill(paths)
        lost = tuple(dict.fromkeys(line for path in paths if path.possible for line in path.lost))
        gains = tuple(dict.fromkeys(line for path in paths if path.possible for line in path.gains))
        what = [f"What is lost: {line}" for line in lost] or ["Nothing is lost."]
        if len(paths) == 1:
            what += [f"What is won: {line}." for line in gains]
        self.lost.setText("\n".join(what))
        self.lost.setVisible(any(path.possible for path in paths))
        if not self._told:  # how the last run went stays to be read
            self.total.setText(say.total(paths))
        self._update_button()
        if self.close_button.hasFocus() and self.run_button.isEnabled() and not self._told:
            self.run_button.setFocus()

    def _fill(self, paths: "tuple[Pathway, ...]") -> None:
        holder = QWidget()
        holder.setProperty("look", "clear")
        grid = QGridLayout(holder)
        grid.setContentsMargins(0, 0, GRID, 0)
        grid.setHorizontalSpacing(GRID)
        grid.setVerticalSpacing(HALF)
        grid.setColumnStretch(1, 2)
        grid.setColumnStretch(2, 3)
        for row, path in enumerate(paths):
            made = self.says.get(path.cube_id, "")
            grid.addWidget(self._sign(path, bool(made)), row, 0)
            grid.addWidget(ElidedLabel(path.title), row, 1)
            said = label(made or say.cost(path), "" if path.possible or made else "muted", wrap=True)
            said.setAccessibleName(f"{path.title}: {made or say.cost(path)}")
            grid.addWidget(said, row, 2)
        grid.setRowStretch(len(paths), 1)
        self._scroll.setWidget(holder)
        self._fit()

    def _fit(self) -> None:
        """As high as the rows, up to a limit."""
        if (holder := self._scroll.widget()) is not None and (layout := holder.layout()) is not None:
            height = layout.heightForWidth(max(200, self.width() - 4 * GRID))
            self._scroll.setFixedHeight(min(height + HALF, self._context.theme.px(HIGHEST)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lines may break at other places now."""
        super().resizeEvent(event)
        self._fit()

    def _sign(self, path: "Pathway", made: bool) -> QLabel:
        name, token = ("good", "good") if made else ("next", "accent") if path.possible else ("memory-off", "muted")
        sign = label("")
        sign.setPixmap(self._context.icons.pixmap(name, token, SIGN, self.devicePixelRatioF()))
        return sign

    def _update_button(self) -> None:
        running = self._job is not None
        possible = any(path.possible for path in self.paths)
        verb = "Keep ready" if self._target is Kind.ACTIVATION else "Give the text back"
        self.run_button.setText("Cancel" if running else verb)
        if self.run_button.hasFocus() and not (running or possible):
            self.close_button.setFocus()  # else the focus would leave the panel
        self.run_button.setEnabled(running or possible)
        self.direction.setEnabled(not running)

    # the work

    @Slot()
    def _press(self) -> None:
        if self._job is not None:
            self._job.cancel()
            return
        ids = [path.cube_id for path in self.paths if path.possible]
        self._job = self._context.workspace.activation.migrate(ids, self._target)
        self.total.setText("Under way; you can go on working.")
        self._update_button()
        bridge = self._context.bridge
        self._job.future.add_done_callback(bridge.relay(self._ended))
        bridge.then(self._job.future, self._done, self._failed, receiver=self)

    def _ended(self, _future: object) -> None:
        """Comes before what it has made, and alone where it was cancelled."""
        self._job = None
        self._told = True
        self.total.setText("It was cancelled. What was finished before stays.")
        self._ask()

    def _done(self, made: "tuple[Migrated, ...]") -> None:
        self.says = {one.source_id: say.result(one) for one in made} | {one.id: say.result(one) for one in made}
        self.total.setText(say.done(made))
        self._show(self.paths)
        if not self.isVisible():
            self._context.toasts.say(say.done(made))

    def _failed(self, error: MemosError) -> None:
        self.total.setText(f"{error.message} {error.hint}".strip())

    def _on_changes(self, changes: Changes) -> None:
        """What is possible may be something else now."""
        ours = changes.cubes & set(self._ids)
        if self.isVisible() and self._job is None and (changes.states or changes.models or ours):
            self._ask()

    # building

    def _build(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(GRID)
        head.addWidget(label("Forms of this selection", "heading"))
        head.addWidget(self.direction)
        head.addStretch(1)
        head.addWidget(self.close_button)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setAccessibleName("What is possible")
        low = QHBoxLayout()
        low.setSpacing(GRID)
        low.addWidget(self.total, 1)
        low.addWidget(self.run_button)
        self.box.addLayout(head)
        self.box.addWidget(self.about)
        self.box.addWidget(self._scroll)
        self.box.addWidget(self.lost)
        self.box.addLayout(low)
