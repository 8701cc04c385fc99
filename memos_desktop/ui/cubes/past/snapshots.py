"""The list of snapshots: go to one, compare two, rename, delete."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QBoxLayout, QListWidget, QListWidgetItem, QMenu, QVBoxLayout, QWidget

from memos_desktop.memory.snapshot import NOW, Snapshot, VaultDiff
from memos_desktop.ui.cubes.past import words as say
from memos_desktop.ui.cubes.past.model import PastModel
from memos_desktop.ui.cubes.past.table import PastTable
from memos_desktop.ui.cubes.tool_row import ToolRow
from memos_desktop.ui.page import Context
from memos_desktop.ui.theme import GRID
from memos_desktop.ui.widgets import EmptyState, button, label

HINT = "Select one snapshot to compare it with now, or two to compare them with each other."


class SnapshotList(QListWidget):
    """The snapshots, the newest place first; one or two can be selected.

    Signals:
        opened(Snapshot): Enter or a double click: go there.
        delete_wanted(): the Delete key.

    """

    opened = Signal(object)
    delete_wanted = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._icons = context.icons
        self.setAccessibleName("Snapshots")
        self.setProperty("look", "menu")
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.itemDoubleClicked.connect(lambda item: self.opened.emit(item.data(Qt.ItemDataRole.UserRole)))

    def show_snapshots(self, snapshots: Sequence[Snapshot]) -> None:
        """Show these; what was selected stays so."""
        kept = {one.id for one in self.chosen()}
        self.blockSignals(True)
        self.clear()
        for one in snapshots:
            item = QListWidgetItem(f"{one.name}\n{say.snapshot_line(one)}")
            item.setIcon(self._icons.icon("snapshot", "muted" if one.automatic else "accent", filled=not one.automatic))
            item.setData(Qt.ItemDataRole.UserRole, one)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{one.name}, {say.snapshot_line(one)}")
            self.addItem(item)
            item.setSelected(one.id in kept)
        self.blockSignals(False)
        self.itemSelectionChanged.emit()

    def chosen(self) -> tuple[Snapshot, ...]:
        """What is selected, the newest place first."""
        items = sorted(self.selectedItems(), key=self.row)
        return tuple(item.data(Qt.ItemDataRole.UserRole) for item in items)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes there, Delete deletes; Escape is for whoever shows the list."""
        chosen = self.chosen()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and len(chosen) == 1:
            self.opened.emit(chosen[0])
        elif event.key() == Qt.Key.Key_Delete and chosen:
            self.delete_wanted.emit()
        elif event.key() == Qt.Key.Key_Escape:
            event.ignore()
        else:
            super().keyPressEvent(event)


class SnapshotsPanel(QWidget):
    """List at the left, the difference at the right.

    Attributes:
        list: the snapshots.
        table: what differs.

    Signals:
        opened(Snapshot): go to this one.
        changed(): one was renamed, deleted or put back.

    """

    opened = Signal(object)
    changed = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._time = context.workspace.time
        self._asked = 0
        self.list = SnapshotList(context)
        self.model = PastModel(context.bridge, self)
        self.table = PastTable(context, self.model, "What differs")
        self.heading = label(HINT, "muted", wrap=True)
        self.go = button("Go there", "", "time-machine", context.icons)
        self.rename = button("Rename…", "plain")
        self.delete = button("Delete", "plain")
        self.empty = EmptyState(
            context.theme, context.icons, "snapshot", "No snapshots yet",
            "A snapshot names a point in the history. It takes no room, and the program makes some by itself.",
        )  # fmt: skip
        self._lay_out()
        self.list.itemSelectionChanged.connect(self._picked)
        self.list.opened.connect(self.opened)
        self.list.delete_wanted.connect(self._delete)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._menu)
        self.go.clicked.connect(lambda: self.opened.emit(self.list.chosen()[0]))
        self.rename.clicked.connect(self._rename)
        self.delete.clicked.connect(self._delete)
        self.refresh()

    def refresh(self) -> None:
        """Read the snapshots again."""
        self._context.bridge.then(self._time.snapshots(), self._arrived)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The list has its own."""
        event.ignore()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where it is narrow, what differs stands below the list."""
        super().resizeEvent(event)
        wide = self.width() >= self._context.theme.px(480)
        directions = QBoxLayout.Direction
        self._both.setDirection(directions.LeftToRight if wide else directions.TopToBottom)

    def _arrived(self, snapshots: tuple[Snapshot, ...]) -> None:
        self.list.show_snapshots(snapshots)
        self.empty.setVisible(not snapshots)
        self._whole.setVisible(bool(snapshots))
        self._picked()

    def _picked(self) -> None:
        """One is compared with now, two with each other; the older one first."""
        chosen = self.list.chosen()
        self.go.setEnabled(len(chosen) == 1)
        self.rename.setEnabled(len(chosen) == 1)
        self.delete.setEnabled(bool(chosen))
        self._asked += 1
        number = self._asked
        if len(chosen) not in (1, 2):
            self._say(HINT, ())
            return
        since, until = chosen[-1].id, chosen[0].id if len(chosen) == 2 else NOW
        self._context.bridge.then(
            self._time.diff(since, until), lambda diff: self._show_diff(number, diff), receiver=self
        )

    def _show_diff(self, number: int, diff: VaultDiff) -> None:
        if number == self._asked:
            listed = (*diff.added, *diff.removed, *diff.changed)
            more = f" · the first {len(listed):,} are shown" if len(listed) < diff.total else ""
            self._say(say.diff_heading(diff) + more, listed)

    def _say(self, heading: str, diffs: "Sequence[object]") -> None:
        self.heading.setText(heading)
        self.model.show_diffs(tuple(diffs))  # type: ignore[arg-type]
        self.table.setVisible(bool(diffs))

    def _rename(self) -> None:
        [one] = self.list.chosen()
        self._context.prompter.ask_text(self, "Rename snapshot", "Name", one.name, partial(self._renamed, one))

    def _renamed(self, one: Snapshot, name: str) -> None:
        self._context.bridge.then(self._time.rename(one.id, name), lambda _: self._was_changed(), receiver=self)

    def _delete(self) -> None:
        for one in self.list.chosen():
            self._context.bridge.then(self._time.delete(one.id), self._deleted, receiver=self)

    def _deleted(self, one: Snapshot) -> None:
        self._was_changed()
        self._context.toasts.say(f"Snapshot “{one.name}” deleted", undo=partial(self._put_back, one))

    def _put_back(self, one: Snapshot) -> None:
        self._context.bridge.then(self._time.put_back(one), lambda _: self._was_changed(), receiver=self)

    def _was_changed(self) -> None:
        self.refresh()
        self.changed.emit()

    def _menu(self, place: QPoint) -> None:
        if not self.list.chosen():
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for one in (self.go, self.rename, self.delete):
            action = menu.addAction(one.text().strip(), one.click)
            action.setEnabled(one.isEnabled())
        menu.popup(self.list.viewport().mapToGlobal(place))

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        left.setSpacing(GRID)
        left.addWidget(self.list, 1)
        left.addWidget(ToolRow([self.go, self.rename, self.delete], ()))
        right = QVBoxLayout()
        right.setSpacing(GRID)
        right.addWidget(self.heading)
        right.addWidget(self.table, 1)
        right.addStretch(0)
        self._whole = QWidget()
        self._both = QBoxLayout(QBoxLayout.Direction.LeftToRight, self._whole)
        self._both.setContentsMargins(0, 0, 0, 0)
        self._both.setSpacing(2 * GRID)
        self._both.addLayout(left, 2)
        self._both.addLayout(right, 3)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self._whole)
        box.addWidget(self.empty)
        self.empty.hide()
