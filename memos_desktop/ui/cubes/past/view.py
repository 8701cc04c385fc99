"""The time machine on the Memory page: the bar, the memories as they were, one of them then and now, the ways back."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QSizePolicy, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from memos_desktop.errors import MemosError
from memos_desktop.memory.changes import Changes
from memos_desktop.memory.cube import CubeFilter
from memos_desktop.memory.snapshot import NOW, Fate, Snapshot, VaultDiff
from memos_desktop.ui.cubes import words
from memos_desktop.ui.cubes.past import words as say
from memos_desktop.ui.cubes.past.ask import AskPanel
from memos_desktop.ui.cubes.past.bar import TimeBar
from memos_desktop.ui.cubes.past.model import PastModel, Row
from memos_desktop.ui.cubes.past.snapshots import SnapshotsPanel
from memos_desktop.ui.cubes.past.table import PastTable
from memos_desktop.ui.cubes.past.then_now import ThenNow
from memos_desktop.ui.cubes.past.traveller import Traveller
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID
from memos_desktop.ui.widgets import ElidedLabel, EmptyState, Segments, label

if TYPE_CHECKING:
    from memos_desktop.app.time_machine import Compared
    from memos_desktop.vault.restoring import Restored

LISTS = (
    ("then", "As it was", "The memories that there were"),
    ("added", "Added since", "The memories that came later"),
    ("snapshots", "Snapshots", "Named points in the history"),
)


class PastView(QWidget):
    """Shown in place of the views of the Memory page. It holds a copy of the vault only while it is seen.

    Attributes:
        traveller: where in time one is.
        bar, table, pane, lists, snapshots: what is shown.

    Signals:
        left(): back to now.
        cube_wanted(str): open this memory as it is now.

    """

    left = Signal()
    cube_wanted = Signal(str)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.setAccessibleName("Time Machine")
        self._context = context
        self._time = context.workspace.time
        self._filter = CubeFilter()
        self._since: VaultDiff | None = None
        self._fresh = True
        self._picked: str | None = None
        self._compared_step = 0
        self.traveller = Traveller(context, self)
        self.bar = TimeBar(context, self.traveller)
        self.model = PastModel(context.bridge, self)
        self.table = PastTable(context, self.model, "Memories as they were")
        self.pane = ThenNow(context)
        self.lists = Segments("List", LISTS)
        self.count = label("", "muted")
        self.since = ElidedLabel("", "muted")
        self.nothing = EmptyState(context.theme, context.icons, "time-machine", "", "")
        self.snapshots = SnapshotsPanel(context)
        self._asking: AskPanel | None = None
        self._lay_out()
        self._connect()
        context.workspace.events.subscribe(context.bridge.relay(self._on_changes))

    def set_filter(self, wanted: CubeFilter) -> None:
        """Only the memories that this lets through; the bin of the past is not shown."""
        self._filter = wanted
        if self.isVisible():
            self._show_list()

    def showEvent(self, event: QShowEvent) -> None:
        """Read the history; the copy is made again."""
        super().showEvent(event)
        self._fresh = True
        self.traveller.begin()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks: the copy is given back."""
        super().hideEvent(event)
        self.traveller.leave()
        if self._asking is not None:
            self._asking.leave()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape: back to the list, or to now."""
        if event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        elif self._asking is not None and self._parts.currentWidget() is self._asking:
            self._asking.leave()
        else:
            self.left.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where it is narrow, then and now stand below the list."""
        super().resizeEvent(event)
        wide = self.width() >= self._context.theme.px(480)
        directions = QBoxLayout.Direction
        self._heads.setDirection(directions.LeftToRight if wide else directions.TopToBottom)
        self.splitter.setOrientation(Qt.Orientation.Horizontal if wide else Qt.Orientation.Vertical)

    # what is shown

    def _show_list(self, *_ignored: object) -> None:
        """The list that is chosen."""
        which = self.lists.current()
        self._stack.setCurrentWidget(self.snapshots if which == "snapshots" else self._past)
        for said in (self.count, self.since):
            said.setVisible(which != "snapshots")
        if which == "added":
            self._show_added()
        elif which == "then" and self.traveller.opened is not None:
            self.model.show_past(self.traveller.opened, self._filter)

    def _show_added(self) -> None:
        self.model.show_diffs(self._since.added if self._since else ())

    def _arrived(self) -> None:
        if self._fresh:
            self._fresh = False
            self.bar.slider.setFocus()
        if self.lists.current() != "added":
            self._show_list()

    def _on_since(self, diff: VaultDiff) -> None:
        self._since = diff
        self.since.set_text("" if self.traveller.is_now else f"· {say.since_words(diff)}")
        if self.lists.current() == "added":
            self._show_added()

    def _on_counted(self, total: int) -> None:
        self._rows.setCurrentWidget(self.table if total else self.nothing)
        self.pane.setVisible(total > 0)
        if not total:
            history = self.traveller.history.moments
            title, sentence = say.nothing_words(self.lists.current(), bool(history), self._filter != CubeFilter())
            self.nothing.title.setText(title)
            self.nothing.sentence.setText(sentence)
        if self.lists.current() != "added":
            self.count.setText(words.memories(total))
            return
        whole = self._since.counts[Fate.ADDED] if self._since else 0
        self.count.setText(words.memories(whole) + (f", the first {total:,} are shown" if total < whole else ""))

    def _on_picked(self, row: Row | None) -> None:
        self._picked = row.id if row is not None else None
        if row is None or self.traveller.opened is None:
            self.pane.show_nothing()
            return
        shown = partial(self._compared, row.id, self.traveller.arrived_step)
        self._context.bridge.then(self.traveller.opened.compare(row.id), shown, receiver=self)

    def _compared(self, cube_id: str, step_id: int, both: "Compared") -> None:
        if cube_id == self._picked and step_id == self.traveller.arrived_step:
            self._compared_step = step_id
            self.pane.show_compared(cube_id, both)

    # what can be done

    def _restore_one(self, cube_id: str) -> None:
        """As the pane shows it, wherever the slider is being dragged meanwhile."""
        self._context.bridge.then(self._time.restore(self._compared_step, [cube_id]), self._restored, receiver=self)

    def _restore_all(self) -> None:
        diff = self._since
        if diff is None or self.traveller.moment is None or not self.traveller.is_counted:
            return
        step_id = self.traveller.step_id
        title = f"Restore all memories to {words.long_date(self.traveller.moment.time)}?"
        self._context.prompter.confirm(
            self,
            title,
            say.restore_question(diff),
            "Restore all",
            lambda: self._context.bridge.then(self._time.restore(step_id), self._restored, receiver=self),
        )

    def _restored(self, done: "Restored") -> None:
        said = say.restored_words(done.restored, done.binned, done.left)
        if done.changes.step_id is None:
            self._context.toasts.tell(said)
            return
        library, step_id = self._context.workspace.library, done.changes.step_id
        self._context.toasts.say(
            said, undo=lambda: self._context.bridge.then(library.undo_step(step_id), lambda _: None, receiver=self)
        )

    def _name(self) -> None:
        point: int | str = NOW if self.traveller.is_now else self.traveller.step_id
        moment = self.traveller.moment
        what = "Name the present" if moment is None else f"Name the memories of {words.long_date(moment.time)}"
        self._context.prompter.ask_text(
            self,
            "New snapshot",
            what,
            "",
            lambda name: self._context.bridge.then(self._time.snapshot(name, "", point), self._named, receiver=self),
        )

    def _named(self, one: Snapshot) -> None:
        self._context.toasts.say(f"Snapshot “{one.name}” made: {words.memories(one.cubes)}")
        self._snapshots_changed()
        self.snapshots.refresh()

    def _snapshots_changed(self) -> None:
        if self.isVisible():
            self.traveller.refresh()

    def _go_to(self, one: Snapshot) -> None:
        self.lists.choose("then")
        place = self.bar.slider.place_of(one.step_id)
        moments = self.traveller.history.moments
        if moments:
            self.traveller.go(moments[place])
        self.bar.show_place()
        self._show_list()
        self.bar.slider.setFocus()

    def _ask(self) -> None:
        moment = self.traveller.moment
        if moment is None:
            return
        if self._asking is None:
            self._asking = AskPanel(self._context)
            self._asking.left.connect(self._asked)
            self._asking.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Ignored)
            self._parts.addWidget(self._asking)
        self._parts.setCurrentWidget(self._asking)
        self.bar.hide()
        self._asking.open(moment)

    def _asked(self) -> None:
        self._parts.setCurrentIndex(0)
        self.bar.show()
        self.bar.slider.setFocus()

    def _on_changes(self, changes: Changes) -> None:
        if changes.cubes and not changes.usage and self.isVisible():
            self.traveller.refresh()

    def _failed(self, error: MemosError) -> None:
        self._context.toasts.error(error)

    # building

    def _connect(self) -> None:
        self.traveller.arrived.connect(self._arrived)
        self.traveller.counted.connect(self._on_since)
        self.traveller.failed.connect(self._failed)
        self.model.counted.connect(self._on_counted)
        self.model.failed.connect(self._failed)
        self.table.picked.connect(self._on_picked)
        self.table.left.connect(self.left)
        self.lists.chosen.connect(self._show_list)
        self.bar.ask_wanted.connect(self._ask)
        self.bar.restore_wanted.connect(self._restore_all)
        self.bar.name_wanted.connect(self._name)
        self.bar.back_wanted.connect(self.left)
        self.pane.restore_wanted.connect(self._restore_one)
        self.pane.cube_wanted.connect(self.cube_wanted)
        self.snapshots.opened.connect(self._go_to)
        self.snapshots.changed.connect(self._snapshots_changed)

    def _lay_out(self) -> None:
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setHandleWidth(1)
        self.splitter.setChildrenCollapsible(False)
        for page in (self.nothing, self.snapshots):  # an empty page or a hidden one must not press the bar together
            page.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Ignored)
        self._rows = QStackedWidget()
        self._rows.addWidget(self.table)
        self._rows.addWidget(self.nothing)
        self.splitter.addWidget(self._rows)
        self.splitter.addWidget(self.pane)
        self.splitter.setStretchFactor(0, 3)
        self.splitter.setStretchFactor(1, 2)
        self.splitter.setSizes([660, 400])
        self._past = self.splitter
        self._lay_out_around()

    def _lay_out_around(self) -> None:
        self._stack = QStackedWidget()
        self._stack.addWidget(self._past)
        self._stack.addWidget(self.snapshots)
        self.lists.choose("then")
        counts = QHBoxLayout()
        counts.setSpacing(GRID)
        counts.addWidget(self.count)
        counts.addWidget(self.since, 1000)
        counts.addStretch(1)
        self._heads = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._heads.setSpacing(GRID)
        self._heads.addWidget(self.lists)
        self._heads.addLayout(counts, 1)
        shown = QWidget()
        column = QVBoxLayout(shown)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addLayout(self._heads)
        column.addWidget(self._stack, 1)
        self._parts = QStackedWidget()
        self._parts.addWidget(shown)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, GRID)
        box.setSpacing(2 * GRID)
        box.addWidget(self.bar)
        box.addWidget(self._parts, 1)
